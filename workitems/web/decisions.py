"""Approve, reject, mark complete. What is risky asks first; each command is sent once."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from taskmanager.signin.request import SignedInRequest
from workitems.domain.commands import Approve, ApproveAll, Command, Complete, Reject, RejectAll
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.schemas import ApprovalItem, WorkItem
from workitems.view_models.confirmation import Confirmation
from workitems.web.context import ActionContext
from workitems.web.responses import dialog_response, owner_redirect, write_response

require_action = require_http_methods(["GET", "HEAD", "POST"])


@require_action
def approve(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Approve one approval item; for somebody else only after a confirmation."""
    return _decide_one(request, Approve(item_id, approval_item_id), _("Approved."))


@require_action
def reject(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Reject one approval item; for somebody else only after a confirmation."""
    return _decide_one(request, Reject(item_id, approval_item_id), _("Rejected."))


@require_action
def approve_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Approve all that is open in a work item, after a confirmation that lists it."""
    return _decide_all(request, ApproveAll(item_id), _("Approved."))


@require_action
def reject_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Reject all that is open in a work item, after a confirmation that lists it."""
    return _decide_all(request, RejectAll(item_id), _("Rejected."))


@require_action
def complete(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Mark a manual task complete; for somebody else only after a confirmation."""
    context = ActionContext.of(request)
    if context.may_send(is_risky=context.scope.is_other):
        return _sent(context, Complete(item_id), _("Completed."))
    item = context.services.reader.item(item_id)
    return _confirmed_first(context, item, None if item.is_open else ())


def _decide_one(request: SignedInRequest, command: Approve | Reject, done: str) -> HttpResponse:
    context = ActionContext.of(request)
    if context.may_send(is_risky=context.scope.is_other):
        return _sent(context, command, done)
    item = context.services.reader.item(command.item_id)
    lines = [one for one in item.open_approval_items if one.id == command.approval_item_id]
    return _confirmed_first(context, item, lines, command)


def _decide_all(
    request: SignedInRequest, command: ApproveAll | RejectAll, done: str
) -> HttpResponse:
    context = ActionContext.of(request)
    if context.may_send(is_risky=True):
        return _sent(context, command, done)
    item = context.services.reader.item(command.item_id)
    return _confirmed_first(context, item, item.open_approval_items, command)


def _sent(context: ActionContext, command: Command, done: str) -> HttpResponse:
    return write_response(context, context.services.executor.run(command), done)


def _confirmed_first(
    context: ActionContext,
    item: WorkItem,
    lines: Sequence[ApprovalItem] | None,
    command: Approve | Reject | ApproveAll | RejectAll | None = None,
) -> HttpResponse:
    """Name what is about to be decided: `lines`, or with None the completion of the whole item."""
    if context.scope.is_elsewhere(item.owner_id):
        return owner_redirect(context, item)
    if lines is not None and not lines:
        return write_response(context, Receipt(WriteStatus.ALREADY_DONE, item))
    context = context.named()
    owner_name = context.scope.owner.label if context.scope.is_other else ""
    if command is None or lines is None:
        confirmation = Confirmation.of_completion(item, owner_name=owner_name)
    else:
        confirmation = Confirmation.of_decision(command.verdict, lines, owner_name=owner_name)
    return dialog_response(context, "workitems/confirm.html", {"confirmation": confirmation})
