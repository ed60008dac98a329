"""One work item: a pane beside the list for htmx, a page of its own for everybody else."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import template_block
from taskmanager.signin.request import SignedInRequest
from workitems.web.context import ActionContext
from workitems.web.links import list_url
from workitems.web.responses import owner_redirect


@require_safe
def item(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Everything that ISC says of one work item; an admin's page names its true owner."""
    context = ActionContext.of(request)
    template = template_block(request, "workitems/detail.html", "pane")
    is_pane = template.endswith("#pane")
    reader = context.services.reader
    found, counts = (reader.item(item_id), None) if is_pane else reader.item_and_counts(item_id)
    if context.scope.is_elsewhere(found.owner_id):
        return owner_redirect(context, found)
    values = context.named().template(
        **context.panel(found), badge=counts, list_url=list_url(request, context.links)
    )
    return render(request, template, {**values, "surface": "list" if is_pane else "page"})
