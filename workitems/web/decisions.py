"""Approve, reject, mark complete. What is risky asks first; each command is sent once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from taskmanager.signin.request import SignedInRequest
from workitems.domain.commands import (
    Approve,
    ApproveAll,
    Command,
    Complete,
    Decision,
    Reject,
    RejectAll,
)
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.schemas import WorkItem
from workitems.view_models.confirmation import Confirmation, Question
from workitems.web.context import ActionContext, require_action
from workitems.web.later import carried_out, note_form, scheduled_response
from workitems.web.responses import dialog_response, owner_redirect, write_response


@require_action
def approve(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Approve one approval item; for somebody else only after a confirmation."""
    return _decide(request, Approve(item_id, approval_item_id))


@require_action
def reject(request: SignedInRequest, item_id: str, approval_item_id: str) -> HttpResponse:
    """Reject one approval item; for somebody else only after a confirmation."""
    return _decide(request, Reject(item_id, approval_item_id))


@require_action
def approve_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Approve all that is open in a work item, after a confirmation that lists it."""
    command = ApproveAll(item_id, tuple(request.POST.getlist("line")))
    return _decide(request, command, is_risky=True)


@require_action
def reject_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Reject all that is open in a work item, after a confirmation that lists it."""
    command = RejectAll(item_id, tuple(request.POST.getlist("line")))
    return _decide(request, command, is_risky=True)


@require_action
def complete(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Mark a manual task complete; for somebody else only after a confirmation."""
    question = Question(_("Mark this task complete?"), _("Mark complete"))
    return _send(request, Complete(item_id), partial(_asked, question))


def _decide(request: SignedInRequest, command: Decision, *, is_risky: bool = False) -> HttpResponse:
    return _send(request, command, Confirmation.of_decision, is_risky=is_risky)


def _asked(question: Question, _command: Command, item: WorkItem, owner: str) -> Confirmation:
    return Confirmation.of_item(question, item, owner)


def _send(
    request: SignedInRequest,
    command: Command,
    confirm: Callable[[Any, WorkItem, str], Confirmation],
    *,
    is_risky: bool = False,
) -> HttpResponse:
    """Send the command, or first show what `confirm` says of it, its item and that one's owner.

    Risky is all that is done for somebody else, what needs a note, and what is not known to have
    been shown without a flag that asks.
    """
    context = ActionContext.of(request)
    note = note_form(context, command.name)
    is_plain = not context.scope.is_other and context.is_shown_unflagged
    is_risky = is_risky or not is_plain or note.fields["note"].required
    is_ready = command.is_complete and (note.is_valid() or not note.is_bound)
    if is_ready and context.may_send(is_risky=is_risky):
        receipt = carried_out(context, command, context.press)
        if receipt.status is WriteStatus.SCHEDULED:
            return scheduled_response(context, receipt, command)
        if _is_undecided(command, receipt):
            context = replace(context, is_undecided=True)
        return write_response(context, receipt, command)
    item = context.services.reader.item(command.item_id)
    if context.scope.is_elsewhere(item.owner_id):
        return owner_redirect(context, item)
    command = command.listing(item)
    if not command.is_waiting(item):
        return write_response(context, Receipt(WriteStatus.ALREADY_DONE, item))
    if command.name not in context.policy.allowed(item):
        raise PermissionDenied(_("This task is not ended this way. Open it to see what it offers."))
    context = context.named()
    owner_name = context.scope.owner.label if context.scope.is_other else ""
    asked = confirm(command, item, owner_name).about(item, context.rendering)
    shown = {"confirmation": asked, "note": note}
    return dialog_response(context, "workitems/confirm.html", shown)


def _is_undecided(command: Command, receipt: Receipt) -> bool:
    """Whether ISC refused to complete an item whose approval items wait: those may be decided."""
    is_refused = isinstance(command, Complete) and receipt.status is WriteStatus.REFUSED
    return is_refused and bool(receipt.item and receipt.item.open_approval_items)
