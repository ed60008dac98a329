"""What the ledger holds until later: taken back, claimed and sent, and told where it failed.

A row is claimed by one conditional UPDATE, and taken back by another: whoever comes second finds
nothing. The rows of one owner are sent one after another, across all processes.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from workitems.domain import results
from workitems.domain.attempts import Press, Shown
from workitems.domain.commands import Command, command_from_json
from workitems.domain.results import LedgerUnreadable, NotRecorded, Receipt, WriteStatus
from workitems.isc import errors
from workitems.isc.errors import IscError
from workitems.isc.schemas import WorkItem, read_work_item
from workitems.ledger import is_taken, lock
from workitems.ledger_content import LEASE, end_of, forget_secrets, log_row
from workitems.models import Attempt

logger = logging.getLogger(__name__)

# A sender that was killed keeps the others of its owner waiting for as long as its call may take.
TURN: Final = timedelta(seconds=40)
# The page counts from the moment it has the answer, and has the first word: it sends by itself.
GRACE: Final = timedelta(seconds=0.6)
WAITING: Final = (WriteStatus.SCHEDULED, WriteStatus.SENDING)


@dataclass(frozen=True)
class Later:
    """One row that is to be sent later, is being sent, or ended in a way that is to be told."""

    row: Attempt

    @property
    def id(self) -> UUID:
        return self.row.pk

    @property
    def status(self) -> WriteStatus:
        return self.row.end

    @cached_property
    def content(self) -> Mapping[str, Any]:
        return self.row.opened()

    @cached_property
    def command(self) -> Command | None:
        """None where no key of ours opens it."""
        document = self.content.get("command")
        return command_from_json(document) if document else None

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent as it is: secrets are kept only until its end."""
        return self.command is not None and self.command.is_complete

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def is_by_hand(self) -> bool:
        """Whether it is sent only when the person says so."""
        return self.status is WriteStatus.SCHEDULED and self.row.due_at is None

    @property
    def is_one_of_many(self) -> bool:
        """Whether it is told by its run. A run of one is told like any other decision."""
        return self.row.run_id is not None and not self.row.has_news

    def seconds_left(self, now: datetime) -> float:
        """Until a page has it sent; 0.0 where it is about to be."""
        due_at = self.row.due_at
        return max(0.0, (due_at - GRACE - now).total_seconds()) if due_at else 0.0

    def receipt(self) -> Receipt:
        """How it ended, as far as the row says it."""
        why = self.content.get("why") or {}
        kind: Any = KINDS.get(why.get("kind", ""))
        found = read_work_item(self.content.get("after"))
        item = found if isinstance(found, WorkItem) else None
        return Receipt(
            self.status,
            item,
            detail=why.get("detail", ""),
            request_id=self.row.request_id or None,
            is_answered=why.get("is_answered", True),
            is_accepted=why.get("is_accepted", False),
            refusal=kind() if kind else None,
            attempt=self.id,
            has_moved=item is not None and item.owner_id not in {"", self.row.owner_id},
        )


KINDS: Final[Mapping[str, type[IscError]]] = {
    name: kind
    for module in (errors, results)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, IscError)
}


def find(row: UUID, actor_id: str) -> Later | None:
    """A row that was to be sent later, of this person, or the one that has taken its place; None
    where there is none. Raises LedgerUnreadable.
    """
    try:
        found = Attempt.objects.filter(pk=row, actor_id=actor_id).first()
        if found and found.is_followed:
            same = Attempt.objects.filter(key=found.key, actor_id=actor_id, is_followed=False)
            found = same.order_by("-due_at").first() or found
    except DatabaseError as error:
        raise LedgerUnreadable from error
    return Later(found) if found else None


def of_press(key: str, item_id: str, part: str, actor_id: str) -> Later | None:
    """What was last recorded of this person's press on a work item, or on this part of it.

    None where nothing was. Raises LedgerUnreadable.
    """
    same = Attempt.objects.filter(key__startswith=f"{key}:", actor_id=actor_id)
    try:
        found = same.filter(item_id=item_id, approval_item_id=part).order_by("-asked_at").first()
    except DatabaseError as error:
        raise LedgerUnreadable from error
    return Later(found) if found else None


def take_back(row: Attempt) -> bool:
    """End it unsent, for its actor. False where it is too late: it is being sent, or was.

    Raises LedgerUnreadable.
    """
    ended = {"status": WriteStatus.CANCELLED, "closed_at": timezone.now()}
    held = Attempt.objects.filter(pk=row.pk, status=WriteStatus.SCHEDULED)
    try:
        is_ended = held.update(**ended, is_live=False, has_news=False) == 1
    except DatabaseError as error:
        raise LedgerUnreadable from error
    if is_ended:
        log_row(row, WriteStatus.CANCELLED)
        forget_secrets(Attempt.objects.filter(pk=row.pk))
    return is_ended


def told(row: UUID) -> None:
    """Nothing more is to be said of it: the person has seen how it ended."""
    Attempt.objects.filter(pk=row).exclude(status__in=WAITING).update(has_news=False)


def release(later: Later, session: str) -> bool:
    """Make it due now, to be sent with the tokens of this session.

    False where it waited for the person, and another attempt on its item is live by now. Raises
    LedgerUnreadable, or NotRecorded where it waited.
    """
    now, row = timezone.now(), later.row
    held = Attempt.objects.filter(pk=row.pk, status=WriteStatus.SCHEDULED)
    if row.due_at is not None:
        _bring_forward(held, session)
        return True
    try:
        with transaction.atomic(durable=True):
            lock(row.item_id)
            if is_taken(row):
                return False
            held.update(due_at=now, session=session, is_live=True)
    except DatabaseError as error:
        logger.exception("an attempt could not be recorded")
        raise NotRecorded from error
    return True


def _bring_forward(held: QuerySet[Attempt], session: str) -> None:
    now = timezone.now()
    try:
        held.filter(due_at__gt=now).update(due_at=now, session=session)
    except DatabaseError as error:
        raise LedgerUnreadable from error


def due() -> QuerySet[Attempt]:
    """What has to be sent by now, the longest due first."""
    rows = Attempt.objects.filter(status=WriteStatus.SCHEDULED, due_at__lte=timezone.now())
    return rows.order_by("due_at", "asked_at", "pk")


def claim(owner_id: str, *, urgent: bool = False) -> Later | None:
    """The next row of this owner that is due, for the caller alone to send: those of bulk runs
    last, or (`urgent`) not at all.

    None while another is being sent for this owner: its sender goes on with what is due then.
    Raises LedgerUnreadable.
    """
    try:
        with transaction.atomic(durable=True):
            lock(f"queue of {owner_id}")
            if _is_sending(owner_id):
                return None
            while row := _next(owner_id, urgent=urgent):
                if take(row):
                    return Later(row)
    except DatabaseError as error:
        raise LedgerUnreadable from error
    return None


def _is_sending(owner_id: str) -> bool:
    deferred = Attempt.objects.filter(owner_id=owner_id, due_at__isnull=False)
    turn = timezone.now() - TURN
    return deferred.filter(status=WriteStatus.SENDING, sent_at__gt=turn).exists()


def _next(owner_id: str, *, urgent: bool) -> Attempt | None:
    mine = due().filter(owner_id=owner_id)
    row = mine.filter(has_news=True).first()
    return row if row or urgent else mine.filter(has_news=False).first()


def take(row: Attempt) -> bool:
    """False where it was taken back since it was read."""
    now = timezone.now()
    row.status, row.sent_at, row.live_until = WriteStatus.SENDING, now, now + LEASE
    values = {"status": row.status, "sent_at": now, "live_until": row.live_until}
    held = Attempt.objects.filter(pk=row.pk, status=WriteStatus.SCHEDULED)
    return held.update(**values) == 1


def put_back(later: Later) -> None:
    """What was claimed, and nothing was sent of: hold it again. Where that cannot be written, it
    is found as the row of a sender that was killed.
    """
    mine = Attempt.objects.filter(
        pk=later.id, status=WriteStatus.SENDING, sent_at=later.row.sent_at
    )
    with suppress(DatabaseError):
        mine.update(status=WriteStatus.SCHEDULED, sent_at=None)


def end_unsent(rows: QuerySet[Attempt], why: IscError, *, by_hand: bool = False) -> int:
    """End what is still held as NOT_SENT, with the reason; how many. What waits for the person
    goes on waiting, unless it is they who end it (`by_hand`).
    """
    count, ended = 0, Receipt(WriteStatus.NOT_SENT, refusal=why)
    rows = rows.filter(status=WriteStatus.SCHEDULED)
    for row in rows if by_hand else rows.filter(due_at__isnull=False):
        held = Attempt.objects.filter(pk=row.pk, status=WriteStatus.SCHEDULED)
        if held.update(**end_of(row.pk, ended)):
            log_row(row, ended.status)
            forget_secrets(Attempt.objects.filter(pk=row.pk))
            count += 1
    return count


def press_again(later: Later) -> Press:
    """The press that an attempt came from, for a new one."""
    content, row = later.content, later.row
    shown = content.get("shown") or {}
    moment = datetime.fromisoformat(shown["at"]) if shown else row.asked_at
    return Press(
        key=f"again {row.pk}",  # the same press again leads to the same row
        surface=row.surface,
        note=content.get("note", ""),
        shown=Shown(shown.get("state", ""), content.get("task", ""), moment),
        waits=row.waits,
        target=content.get("target", ""),
        fingerprint=content.get("fingerprint", ""),
    )
