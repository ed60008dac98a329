"""Approve, reject, mark complete. What is risky asks first; each command is sent once."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from taskmanager.signin.request import SignedInRequest
from workitems.domain.commands import Approve, ApproveAll, Complete, Reject, RejectAll
from workitems.domain.results import Receipt, WriteStatus
from workitems.view_models.confirmation import Confirmation
from workitems.web.context import ActionContext
from workitems.web.responses import dialog_response, owner_redirect, write_response

Decision = Approve | Reject | ApproveAll | RejectAll | Complete
require_action = require_http_methods(["GET", "HEAD", "POST"])


@require_action
def approve(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Approve one approval item; for somebody else only after a confirmation."""
    return _decide(request, Approve(item_id, approval_item_id), _("Approved."))


@require_action
def reject(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Reject one approval item; for somebody else only after a confirmation."""
    return _decide(request, Reject(item_id, approval_item_id), _("Rejected."))


@require_action
def approve_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Approve all that is open in a work item, after a confirmation that lists it."""
    return _decide(request, ApproveAll(item_id), _("Approved."))


@require_action
def reject_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Reject all that is open in a work item, after a confirmation that lists it."""
    return _decide(request, RejectAll(item_id), _("Rejected."))


@require_action
def complete(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Mark a manual task complete; for somebody else only after a confirmation."""
    return _decide(request, Complete(item_id), _("Completed."))


def _decide(request: SignedInRequest, command: Decision, done: str) -> HttpResponse:
    """Send the command, or first name what it decides; `done` is what to say of a success."""
    context = ActionContext.of(request)
    is_bulk = isinstance(command, ApproveAll | RejectAll)
    if context.may_send(is_risky=is_bulk or context.scope.is_other):
        return write_response(context, context.services.executor.run(command), done)
    item = context.services.reader.item(command.item_id)
    if context.scope.is_elsewhere(item.owner_id):
        return owner_redirect(context, item)
    lines = item.open_approval_items
    if isinstance(command, Approve | Reject):
        lines = tuple(line for line in lines if line.id == command.approval_item_id)
    is_waiting = item.is_open if isinstance(command, Complete) else bool(lines)
    if not is_waiting:
        return write_response(context, Receipt(WriteStatus.ALREADY_DONE, item))
    context = context.named()
    owner_name = context.scope.owner.label if context.scope.is_other else ""
    if isinstance(command, Complete):
        confirmation = Confirmation.of_completion(item, owner_name=owner_name)
    else:
        confirmation = Confirmation.of_decision(command.verdict, lines, owner_name=owner_name)
    return dialog_response(context, "workitems/confirm.html", {"confirmation": confirmation})
