"""One work item: a pane beside the list for htmx, a page of its own for everybody else."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import is_partial, render_partial
from taskmanager.signin.request import SignedInRequest
from workitems.web.context import ActionContext
from workitems.web.links import list_url
from workitems.web.responses import owner_redirect


@require_safe
def item(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Everything that ISC says of one work item; an admin's page names its true owner."""
    context = ActionContext.of(request)
    is_pane = is_partial(request)
    reader = context.services.reader
    # A pane stands beside the list, whose header has the numbers already.
    found, counts = (reader.item(item_id), None) if is_pane else reader.item_and_counts(item_id)
    if context.scope.is_elsewhere(found.owner_id):
        return owner_redirect(context, found)
    values = context.named().template(
        **context.panel(found),
        surface="list" if is_pane else "page",
        badge=counts,
        list_url=list_url(request, context.links),
    )
    return render_partial(request, "workitems/item.html", values, block="pane")
