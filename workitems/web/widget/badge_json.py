"""The number of open tasks as JSON, for a host page that draws its own badge."""

from datetime import UTC, datetime

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from taskmanager.signin.prompts import background_request, read_by_host
from taskmanager.signin.request import SignedInRequest
from workitems.services.reader import Reader
from workitems.web.context import ActionContext
from workitems.web.forms import NumbersForm


@read_by_host
@background_request
@require_safe
def badge_json(request: SignedInRequest) -> HttpResponse:
    """How many tasks wait, by the frame's session: one upstream call at most."""
    context = ActionContext.of(request)
    fresh, _is_free = context.refreshed(NumbersForm(context.sent).counts, Reader.refreshed_counts)
    as_of = datetime.fromtimestamp(fresh.as_of, UTC).isoformat(timespec="seconds")
    return JsonResponse({"open": fresh.shown_open, "as_of": as_of, "signed_in": True})
