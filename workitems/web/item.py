"""One work item: a pane beside the list for htmx, a page of its own for everybody else."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from taskmanager.core.htmx import is_partial, render_partial, shown_path
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.results import Counts
from workitems.isc.schemas import WorkItem
from workitems.web.context import ActionContext
from workitems.web.links import address, beside, list_url
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
    response = render_partial(request, "workitems/item.html", values, block="pane")
    return _at_address(context, item_id, response) if is_pane else response


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


def _at_address(context: ActionContext, item_id: str, response: HttpResponse) -> HttpResponse:
    """The list under an address that leads to it and to the task that is open beside it."""
    request = context.request
    shown = beside(list_url(request, context.links), item_id)
    return push_url(response, False if request.embedded or shown == shown_path(request) else shown)


def _read(context: ActionContext, item_id: str, *, is_pane: bool) -> tuple[WorkItem, Counts | None]:
    """The item, what a kill left of it closed; a pane's list has the header's numbers already."""
    reader = context.services.reader
    found, counts = (reader.item(item_id), None) if is_pane else reader.item_and_counts(item_id)
    context.services.executor.settle([found])
    return found, counts
