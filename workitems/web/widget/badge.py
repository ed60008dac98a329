"""The small badge for a host page: how many tasks wait."""

from functools import partial

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.signin.prompts import background_request
from taskmanager.signin.request import SignedInRequest
from workitems.domain.results import Counts
from workitems.services.reader import Reader
from workitems.web.context import ActionContext
from workitems.web.forms import NumbersForm
from workitems.web.polling import polled


@background_request
@require_safe
def badge(request: SignedInRequest) -> HttpResponseBase:
    """How many tasks wait, and nothing else: one upstream call, or none where the scan knows."""
    context = ActionContext.of(request)
    fresh, is_free = context.refreshed(NumbersForm(context.sent).counts, Reader.open_count)
    return polled(request, fresh, partial(_pill, context, fresh), is_free=is_free)


def _pill(context: ActionContext, fresh: Counts) -> HttpResponse:
    full_page = f"{settings.PUBLIC_URL}/{context.links.query}"
    values = context.template(badge=fresh, full_page=full_page)
    return render_partial(context.request, "widget/badge.html", values, block="pill")


badge.signed_out_template = "widget/badge.html"  # type: ignore[attr-defined]
