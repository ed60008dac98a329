"""Saved views: keep the list that is shown under a name, change that, delete it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from taskmanager.core.htmx import is_partial, render_partial
from taskmanager.signin.request import SignedInRequest, person_of
from workitems import saved_views
from workitems.web.context import ActionContext, require_action
from workitems.web.list_address import ListAddress
from workitems.web.list_filter import QueueFilter
from workitems.web.view_row import ViewForm, ViewRow


@require_action
def save(request: SignedInRequest) -> HttpResponse:
    """Save the list of this address; a GET shows the form for it."""
    context, address = _place(request)
    if request.method != "POST":
        return _row(context, address)
    with saved_views.alone(context.scope.actor.id):
        form = ViewForm(request.POST, context.views)
        if not form.is_valid():
            return _row(context, address, form)
        name, is_start = form.cleaned_data["name"], form.cleaned_data["start"]
        saved_views.add(context.scope.actor.id, name, address.query, is_start=is_start)
    return _done(request, _("Saved."))


@require_POST
def change(request: SignedInRequest, view_id: UUID) -> HttpResponse:
    """Another name, and whether the person begins with it."""
    context, address = _place(request)
    with saved_views.alone(context.scope.actor.id):
        view = next((one for one in context.views if one.id == view_id), None)
        if view is None:
            return _done(request, _("This view is not there any more."))
        form = ViewForm(request.POST, context.views, view)
        if not form.is_valid():
            return _row(context, address, form)
        name, is_start = form.cleaned_data["name"], form.cleaned_data["start"]
        saved_views.change(context.scope.actor.id, view, name, is_start=is_start)
    return _done(request, _("Saved."))


@require_POST
def delete(request: SignedInRequest, view_id: UUID) -> HttpResponse:
    """The list stays as it is shown, and can be saved again."""
    saved_views.delete(person_of(request).id, view_id)
    return _done(request, _("Deleted."))


def _place(request: SignedInRequest) -> tuple[ActionContext, ListAddress]:
    """Nothing of the queue is shown: a look at it is not recorded anew."""
    context = ActionContext.unrecorded(request)
    return context, QueueFilter(request.GET).address(context.links)


def _done(request: SignedInRequest, said: str) -> HttpResponse:
    """The row of views anew for htmx, the list for everybody else."""
    context, address = _place(request)
    if is_partial(request):
        return _row(context, address, said=said)
    messages.success(request, said)
    return HttpResponseRedirect(str(address))


def _row(
    context: ActionContext, address: ListAddress, form: ViewForm | None = None, said: str = ""
) -> HttpResponse:
    is_refused = form is not None and form.is_bound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    values = context.template(address=address, views=ViewRow.of(context, address, form), said=said)
    template = "workitems/views.html"
    return render_partial(context.request, template, values, block="row", status=status)
