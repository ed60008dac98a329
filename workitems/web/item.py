"""One work item: a pane beside the list for htmx, a page of its own for everybody else."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import is_partial, render_partial
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.results import Counts
from workitems.isc.schemas import WorkItem
from workitems.web.context import ActionContext
from workitems.web.links import address, list_url
from workitems.web.responses import owner_redirect, write_response


@require_safe
def item(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Everything that ISC says of one work item; an admin's page names its true owner."""
    context = ActionContext.of(request)
    is_pane = is_partial(request)
    found, counts = _read(context, item_id, is_pane=is_pane)
    if context.scope.is_elsewhere(found.owner_id):
        return owner_redirect(context, found)
    values = context.named().template(
        **context.panel(found),
        surface="list" if is_pane else "page",
        badge=counts and context.counted(counts),
        list_url=list_url(request, context.links),
    )
    return render_partial(request, "workitems/item.html", values, block="pane")


@inline_login_prompt
@background_request
@require_safe
def standing(request: SignedInRequest, item_id: str) -> HttpResponse:
    """What has become of a write whose end was not known: the page asks by itself."""
    context = ActionContext.of(request)
    if not request.htmx:  # a script's own question: for a person, the task answers it
        return HttpResponseRedirect(address(request, "item", item_id) + context.links.query)
    receipt, command = context.services.executor.standing(item_id)
    return write_response(context, receipt, command, is_asked_again=command is not None)


def _read(context: ActionContext, item_id: str, *, is_pane: bool) -> tuple[WorkItem, Counts | None]:
    """The item, what a kill left of it closed; a pane's list has the header's numbers already."""
    reader = context.services.reader
    found, counts = (reader.item(item_id), None) if is_pane else reader.item_and_counts(item_id)
    context.services.executor.settle([found])
    return found, counts
