"""Answer the form of a work item, which stands on the work item's own page."""

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from taskmanager.core.htmx import render
from taskmanager.signin.request import SignedInRequest
from workitems.domain.commands import SubmitForm
from workitems.domain.results import Counts, Receipt, WriteStatus
from workitems.isc.schemas import WorkItem
from workitems.view_models.receipt import receipt_text, with_request_id
from workitems.web.context import ActionContext, require_action
from workitems.web.later import carried_out, scheduled_response
from workitems.web.links import address
from workitems.web.responses import Changes, oob_response, write_response
from workitems.web.selection_form import AccountSelectionForm

UNSENT = frozenset({WriteStatus.REFUSED, WriteStatus.UNCONFIRMED})


@require_action
def account_selection(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Send the answer, or show the form again with what is wrong: what was typed stays."""
    context = ActionContext.of(request)
    if request.method != "POST":
        return HttpResponseRedirect(address(request, "item", item_id) + context.links.query)
    item = context.services.reader.item(item_id)
    if item.form is None or SubmitForm.name not in context.policy.allowed(item):
        return write_response(context, Receipt(WriteStatus.ALREADY_DONE, item))
    form = AccountSelectionForm(item.form, request.POST)
    form.require_confirmation(context.scope, context.form)
    if not form.is_valid():
        status = _("Please look at the form again: nothing was sent.")
        return form_again(context, item, form, status)
    return send(context, item, form)


def send(context: ActionContext, item: WorkItem, form: AccountSelectionForm) -> HttpResponse:
    """Send it; SailPoint's reason stands at the field that it names, if it names one."""
    command = SubmitForm(item.id, form.values(), form.secrets())
    receipt = carried_out(context, command, context.press)
    if receipt.status is WriteStatus.SCHEDULED:
        return scheduled_response(context, receipt, command)
    if receipt.status not in UNSENT:
        return write_response(context, receipt, command)
    name = form.named_in(receipt.detail) if receipt.status is WriteStatus.REFUSED else None
    form.add_error(name, with_request_id(receipt_text(receipt, ""), receipt))
    return form_again(context, item, form, _("Please look at the form again."))


def form_again(
    context: ActionContext, item: WorkItem, form: AccountSelectionForm, status: str
) -> HttpResponse:
    """The work item with its form again: what was typed, and what is wrong with it."""
    form.ask_secrets_again()
    context, code = context.named(), HTTPStatus.UNPROCESSABLE_ENTITY
    shown = {**context.panel(item), "selection": form}
    if context.request.htmx:
        return oob_response(context, Changes(**shown, status=status, tone="error"), code)
    more = {"surface": "page", "badge": Counts(), "list_url": context.links.queue}
    values = context.template(**shown, **more)
    return render(context.request, "workitems/item.html", values, status=code)
