"""Decisions that are sent later: held, taken back, sent, and told how they ended."""

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core.htmx import notice_response
from taskmanager.core.storage import best_effort
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest, session_row
from workitems import deferred, preferences, runs, schedule
from workitems.domain.attempts import Press
from workitems.domain.commands import Command, DecideAll, Forward
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.errors import IscError, NotFound
from workitems.schedule import Later
from workitems.view_models.later import SENDABLE, done_words
from workitems.web.context import ActionContext
from workitems.web.forms import NoteForm
from workitems.web.responses import forwarded_response, held_response, write_response

WAIT: Final = 2.0  # seconds that a page waits for another sender
PAUSE: Final = 0.1


def carried_out(context: ActionContext, command: Command, press: Press) -> Receipt:
    """Send it, or hold it for as long as this person can take it back."""
    delay = preferences.delay_for(context.personal.chosen)
    if delay is None:
        return context.services.executor.run(command, press)
    if isinstance(command, DecideAll | Forward):  # they end in a receipt, as many of them do
        press = replace(press, run=runs.of_one(context.ledger, command, press.key, delay))
    receipt = context.services.executor.schedule(command, press, delay)
    if receipt.status is WriteStatus.SCHEDULED and receipt.attempt and delay.due_at:
        deferred.set_alarm(receipt.attempt, delay.due_at)
    return receipt


def note_form(context: ActionContext, command: str) -> NoteForm:
    """The private note that goes with a decision; NOTE_REQUIRED says which need one."""
    kind, _separator, _all = command.partition("-")
    data = context.request.POST if context.form.is_confirmed else None
    return NoteForm(data, is_required=kind in settings.NOTE_REQUIRED)


def scheduled_response(
    context: ActionContext, receipt: Receipt, command: Command, target: str = ""
) -> HttpResponse:
    """The answer to a decision that can still be taken back."""
    seconds = context.personal.chosen.undo_seconds
    if seconds is None:
        return held_response(context, receipt, _("It waits here until you press Send."))
    words = ngettext(
        "%(done)s You can undo this for %(count)d second.",
        "%(done)s You can undo this for %(count)d seconds.",
        seconds,
    )
    done = done_words(command.name, target)
    return held_response(context, receipt, words % {"done": done, "count": seconds})


@require_POST
def undo(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Take back what is not sent yet; what is told how it ended."""
    context, later = _found(request, attempt_id)
    if not schedule.take_back(later.row):
        return _ended(context, later)
    runs.check_end(later.row.run_id)
    receipt = Receipt(WriteStatus.CANCELLED, attempt=later.id)
    return held_response(context, receipt, _("Taken back. Nothing was sent."))


@require_POST
def over(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """The page says that its time is over: send it, if nobody has, and tell how it ended."""
    context, later = _found(request, attempt_id)
    if later.status is WriteStatus.SCHEDULED and not later.is_by_hand:
        schedule.release(later, session_row(request.session))
        return _ended(context, later, deferred.send_now(later))
    return _ended(context, later)


@require_POST
def send(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """The person wants it sent: it waited for that, or could not be sent before."""
    context, later = _found(request, attempt_id)
    row = session_row(request.session)
    if later.status in SENDABLE and later.row.has_news and later.is_whole:
        again = context.ledger.again(later.id, by_hand=True)
        repeated = schedule.find(again, later.row.actor_id) if again else None
        if repeated is None:
            return write_response(context, Receipt(WriteStatus.SENDING), later.command)
        context, later = replace(context, later=repeated), repeated
    elif later.status is WriteStatus.SCHEDULED and not schedule.release(later, row):
        return write_response(context, Receipt(WriteStatus.SENDING), later.command)
    return _ended(context, later, deferred.send_now(later))


@require_POST
def dismiss(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """The person has read how it ended."""
    context, later = _found(request, attempt_id)
    schedule.told(later.id)
    return held_response(context, Receipt(later.status), _("Dismissed."))


@inline_login_prompt
@background_request
@require_safe
def pressed(request: SignedInRequest, item_id: str) -> HttpResponse:
    """What became of a press whose answer never reached the page: the page asks by itself.

    202 while it is being sent: ask again. Nothing is sent here.
    """
    context = ActionContext.of(request)
    key, part = (context.form.value(name) or "" for name in ("key", "part"))
    later = schedule.of_press(key, item_id, part, context.scope.actor.id)
    if later is None:
        return notice_response(request, "workitems/not_arrived.html", {}, HTTPStatus.OK)
    context = replace(context, later=later)
    if later.status is WriteStatus.SCHEDULED:
        return held_response(context, Receipt(later.status, attempt=later.id), _waits(later))
    later = _waited(later)
    return _under_way(context) if later.is_waiting else _ended(context, later)


def _waits(later: Later) -> str:
    by_hand, soon = _("It waits here until you press Send."), _("It is sent in a moment.")
    return by_hand if later.is_by_hand else soon


def _under_way(context: ActionContext) -> HttpResponse:
    """Nothing to tell yet. If its sender was killed, it can be told when the page asks again."""
    item_id, services = context.item_id, context.services
    if context.ledger.abandoned([item_id]):
        services.executor.settle([services.reader.item(item_id)])
    return HttpResponse(status=HTTPStatus.ACCEPTED)


def _found(request: SignedInRequest, attempt_id: UUID) -> tuple[ActionContext, Later]:
    """The decision, in the queue that it is about. Raises NotFound for somebody else's."""
    context = ActionContext.of(request)
    later = schedule.find(attempt_id, context.scope.actor.id)
    if later is None:
        raise NotFound("no such decision of this person")
    return replace(context, later=later), later


def _ended(context: ActionContext, later: Later, receipt: Receipt | None = None) -> HttpResponse:
    """How it ended, after waiting a little for somebody else who may be sending it."""
    if receipt is None:
        later = _waited(later)
    if receipt is None and later.is_waiting:
        return held_response(context, Receipt(later.status), _("It is being sent."))
    if receipt is None:
        receipt = _as_it_stands(context, later)
    is_typed = isinstance(later.command, Forward)  # its comment is shown until it is dismissed
    if receipt.status not in {*SENDABLE, WriteStatus.UNCONFIRMED} and not is_typed:
        with best_effort("that an end was told"):
            schedule.told(later.id)
    if isinstance(later.command, Forward) and receipt.status.is_success:
        return forwarded_response(context, receipt, later.content.get("target", ""))
    return write_response(context, receipt, later.command)


def _waited(later: Later) -> Later:
    """The same as it stands once its sender has closed it, or after `WAIT`."""
    until = time.monotonic() + WAIT
    while later.is_waiting and time.monotonic() < until:
        time.sleep(PAUSE)
        later = schedule.find(later.id, later.row.actor_id) or later
    return later


def _as_it_stands(context: ActionContext, later: Later) -> Receipt:
    """What another sender has closed, with the item as it is shown now."""
    receipt = later.receipt()
    if receipt.status is WriteStatus.GONE or isinstance(later.command, Forward):
        return receipt
    try:
        return replace(receipt, item=context.services.reader.item(later.row.item_id))
    except IscError:
        return receipt
