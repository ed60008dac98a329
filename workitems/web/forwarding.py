"""Hand a work item to somebody else: the form, its search, and the command."""

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _

from taskmanager.signin.request import SignedInRequest
from workitems.domain.change_mark import fingerprint
from workitems.domain.commands import Forward
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.schemas import PublicIdentity, WorkItem
from workitems.view_models.receipt import receipt_text, with_request_id
from workitems.view_models.rows import TaskRow
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import ForwardForm, PeopleSearch
from workitems.web.later import carried_out, scheduled_response
from workitems.web.people import choice_of, option_of
from workitems.web.responses import (
    dialog_response,
    forwarded_response,
    owner_redirect,
    write_response,
)


@require_action
def forward(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Hand a work item to somebody else, with a comment."""
    context = ActionContext.of(request)
    if request.method != "POST":
        return opened(context, item_id)
    if "find" in request.POST:
        form, search = ForwardForm.searching(request.POST), PeopleSearch(request.POST)
        return forward_form(context, form, search, context.services.reader.item(item_id))
    form = ForwardForm(request.POST)
    target = checked_target(context, form)
    if target is None:
        return forward_form(context, form, form, context.services.reader.item(item_id))
    typed = form.cleaned_data
    owner_id = context.scope.owner.id
    command = Forward(item_id, owner_id, target.id, typed["comment"], typed["notify"])
    return send(context, form, command, target.name)


def opened(context: ActionContext, item_id: str) -> HttpResponse:
    """The empty form, unless the item lies in another queue or waits no longer."""
    item = context.services.reader.item(item_id)
    if context.scope.is_elsewhere(item.owner_id):
        return owner_redirect(context, item)
    if not item.is_open:
        return write_response(context, Receipt(WriteStatus.ALREADY_DONE, item))
    return forward_form(context, ForwardForm(), PeopleSearch({}), item)


def send(
    context: ActionContext, form: ForwardForm, command: Forward, target_name: str
) -> HttpResponse:
    """Send it, or show the form again with the reason: what was typed stays."""
    receipt = carried_out(context, command, replace(context.press, target=target_name))
    if receipt.status is WriteStatus.SCHEDULED:
        return scheduled_response(context, receipt, command, target_name)
    if receipt.status.is_success or receipt.status is WriteStatus.GONE:
        return forwarded_response(context, receipt, target_name)
    form.add_error(None, with_request_id(receipt_text(receipt, ""), receipt))
    item = receipt.item or context.services.reader.item(command.item_id)
    return forward_form(context, form, form, item)


def forward_form(
    context: ActionContext, form: ForwardForm, search: PeopleSearch, item: WorkItem
) -> HttpResponse:
    """The form for this item; the search is the form itself where that was sent as a whole."""
    context = context.named()
    row = TaskRow.of(item, context.rendering)
    # What was confirmed first counts: the form may be shown again after the item has changed.
    seen = context.form.value("fingerprint") or fingerprint(item)
    values = {"form": form, "task": row, "seen": seen, "requester_id": item.requester_id}
    values |= choice_of(context, search) | {"is_for_basket": False}
    return dialog_response(context, "workitems/forward.html", values, is_invalid=form.is_bound)


def checked_target(context: ActionContext, form: ForwardForm) -> PublicIdentity | None:
    """The person to forward to, if they can take it; else the form has errors."""
    form.require_confirmation(context.scope, context.form)
    if not form.is_valid():
        return None
    target = context.services.reader.person(form.cleaned_data["target"])
    if target is None:
        form.add_error("target", _("SailPoint knows no such person."))
        return None
    if refusal := option_of(context, target).refusal:
        form.add_error("target", str(refusal))
        return None
    return target
