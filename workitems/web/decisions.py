"""Approve, reject, mark complete. What is risky asks first; each command is sent once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from taskmanager.signin.request import SignedInRequest
from workitems.domain.changes import change_of_approval
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
from workitems.view_models.outcome import mixed_outcome
from workitems.view_models.sentence import change_sentence
from workitems.web.context import ActionContext, require_action
from workitems.web.responses import dialog_response, owner_redirect, write_response


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
    command = ApproveAll(item_id, tuple(request.POST.getlist("line")))
    return _decide(request, command, _("Approved."), is_risky=True)


@require_action
def reject_all(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Reject all that is open in a work item, after a confirmation that lists it."""
    command = RejectAll(item_id, tuple(request.POST.getlist("line")))
    return _decide(request, command, _("Rejected."), is_risky=True)


@require_action
def complete(request: SignedInRequest, item_id: str) -> HttpResponse:
    """Mark a manual task complete; for somebody else only after a confirmation."""
    question = Question(_("Mark this task complete?"), _("Mark complete"))
    return _send(request, Complete(item_id), _("Completed."), partial(_asked, question))


def _decide(
    request: SignedInRequest, command: Decision, done: str, *, is_risky: bool = False
) -> HttpResponse:
    return _send(request, command, done, Confirmation.of_decision, is_risky=is_risky)


def _asked(question: Question, _command: Command, item: WorkItem, owner: str) -> Confirmation:
    return Confirmation.of_item(question, item, owner)


def _send(
    request: SignedInRequest,
    command: Command,
    done: str,
    confirm: Callable[[Any, WorkItem, str], Confirmation],
    *,
    is_risky: bool = False,
) -> HttpResponse:
    """Send the command, or first show what `confirm` says of it, its item and that one's owner.

    `done` is what to say of a success. For somebody else everything is risky.
    """
    context = ActionContext.of(request)
    may_send = context.may_send(is_risky=is_risky or context.scope.is_other)
    if may_send and command.is_complete:
        receipt = context.services.executor.run(command, context.press)
        if _is_undecided(command, receipt):
            context = replace(context, is_undecided=True)
        return write_response(context, receipt, _end(command, receipt, done))
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
    shown = {"confirmation": confirm(command, item, owner_name)}
    return dialog_response(context, "workitems/confirm.html", shown)


def _end(command: Command, receipt: Receipt, done: str) -> str:
    """What to say of a success: where items ended differently, how many ended how.

    Of one of several, which: the row's own words may be about another.
    """
    item = receipt.item
    if item is None or not isinstance(command, Decision):
        return done
    if outcome := mixed_outcome(item):
        return f"{outcome}."
    if len(item.approval_items) == 1 or not isinstance(command, Approve | Reject):
        return done
    lines = [line for line in item.approval_items if line.id == command.approval_item_id]
    named = [change_sentence(change_of_approval(line), get_language()).text for line in lines]
    return _("%(task)s: %(end)s") % {"task": named[0], "end": done} if named else done


def _is_undecided(command: Command, receipt: Receipt) -> bool:
    """Whether ISC refused to complete an item whose approval items wait: those may be decided."""
    is_refused = isinstance(command, Complete) and receipt.status is WriteStatus.REFUSED
    return is_refused and bool(receipt.item and receipt.item.open_approval_items)
