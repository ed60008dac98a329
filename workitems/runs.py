"""Bulk runs in the ledger: begun, held, stopped, and counted."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from workitems import schedule
from workitems.domain.attempts import Delay, Press
from workitems.domain.commands import Command
from workitems.domain.results import NotRecorded, Receipt, Stopped, UnderWay, WriteStatus
from workitems.ledger import DatabaseLedger, is_taken, lock
from workitems.ledger_content import end_of
from workitems.models import Attempt, BulkRun
from workitems.schedule import WAITING, Later, end_unsent, press_again

logger = logging.getLogger(__name__)

CHUNK: Final = 50  # rows in one transaction, which holds the lock of each item
MIXED: Final = "mixed"  # a run of several kinds of decisions
FAILED: Final = (
    WriteStatus.NOT_SENT,
    WriteStatus.NOT_DONE,
    WriteStatus.REFUSED,
)


def begin(
    ledger: DatabaseLedger,
    writes: Sequence[tuple[Command, Press]],
    delay: Delay,
    *,
    after: BulkRun | None = None,
    name: str = "",
) -> tuple[BulkRun, bool]:
    """Record a run of these writes, and whether it is a new one: the same press leads to the first,
    and so does what is tried again `after` another run.

    It is called like its first command, or `name`. What somebody else is at is recorded as not
    sent. Raises NotRecorded.
    """
    command, press = writes[0]
    if after and after.command == MIXED:
        name = MIXED
    try:
        run = _opened(ledger, command, after.key if after else press.key, name)
        if run.is_recorded:
            return run, False
        # Perhaps one that was cut off: what of it is missing is recorded now.
        prepared = [_row(ledger, run, *write, delay) for write in writes]
        for number, row in enumerate(prepared):  # it is sent, and told, in this order
            row.asked_at = run.asked_at + timedelta(microseconds=number)
        # Two runs take the locks of their items in the same order.
        ordered = sorted(prepared, key=lambda row: row.item_id)
        for start in range(0, len(ordered), CHUNK):
            _record(run, ordered[start : start + CHUNK])
        return run, set_due(run, delay.due_at)
    except DatabaseError as error:
        logger.exception("a bulk run could not be recorded")
        raise NotRecorded from error


def of_one(ledger: DatabaseLedger, command: Command, key: str, delay: Delay) -> UUID:
    """The run of one decision, which is told like any other and has a receipt besides.

    Raises NotRecorded.
    """
    try:
        more = {"due_at": delay.due_at, "is_recorded": True, "has_news": False}
        return _opened(ledger, command, key, "", **more).pk
    except DatabaseError as error:
        logger.exception("a bulk run could not be recorded")
        raise NotRecorded from error


def _opened(
    ledger: DatabaseLedger, command: Command, key: str, name: str, /, **more: object
) -> BulkRun:
    """The run of this press: a new one, or the one that it has led to before."""
    scope = ledger.scope
    values = {
        "owner_id": scope.owner.id,
        "actor_id": scope.actor.id,
        "command": name or command.name,
        "asked_at": timezone.now(),
    }
    digest = BulkRun.key_of(scope.actor.id, key, name or command.key())
    return BulkRun.objects.get_or_create(key=digest, defaults=values | more)[0]


def _row(
    ledger: DatabaseLedger, run: BulkRun, command: Command, press: Press, delay: Delay
) -> Attempt:
    """Nothing is due before all is recorded: a run that is cut off there waits for its person."""
    row = ledger.row_of(command, f"{press.key}:{command.key()}", press, delay)
    row.run, row.has_news, row.due_at = run, False, None
    return row


def _record(run: BulkRun, rows: Sequence[Attempt]) -> None:
    """Everybody else who decides waits meanwhile, on SQLite: few questions for all of them."""
    ids = {row.item_id for row in rows}
    with transaction.atomic(durable=True):
        for item_id in sorted(ids):
            lock(item_id)
        # By the same press, which was cut off, or came twice.
        keys = [row.key for row in rows]
        known = {*Attempt.objects.filter(run=run, key__in=keys).values_list("key", flat=True)}
        live = Attempt.objects.filter(item_id__in=ids, is_live=True)
        held = {*live.values_list("item_id", flat=True)}
        new = [row for row in rows if row.key not in known]
        for row in new:
            if row.is_live and row.item_id in held and is_taken(row):
                _not_sent(row)
        Attempt.objects.bulk_create(new)


def _not_sent(row: Attempt) -> None:
    for name, value in end_of(row.pk, _taken()).items():
        setattr(row, name, value)


def _taken() -> Receipt:
    return Receipt(WriteStatus.NOT_SENT, refusal=UnderWay("somebody is at it"))


def set_due(run: BulkRun, due_at: datetime | None) -> bool:
    """All of it is recorded: when it may begin, at one moment. False where that was said before."""
    with transaction.atomic():
        fresh = BulkRun.objects.filter(pk=run.pk, is_recorded=False)
        if fresh.update(is_recorded=True, due_at=due_at) == 0:
            return False
        waiting(run).update(due_at=due_at)
    run.refresh_from_db()
    check_end(run.pk)
    return True


def release(run: BulkRun, session: str) -> None:
    """Let it begin now, with the tokens of this session. Raises NotRecorded."""
    now = timezone.now()
    try:
        if run.due_at is not None:
            waiting(run).filter(due_at__gt=now).update(due_at=now, session=session)
            return
        for row in list(waiting(run).order_by("item_id")):
            with transaction.atomic(durable=True):
                lock(row.item_id)
                held = waiting(run).filter(pk=row.pk)  # unless it was taken back meanwhile
                if is_taken(row):
                    held.update(**end_of(row.pk, _taken()))
                else:
                    held.update(session=session, is_live=True)
        BulkRun.objects.filter(pk=run.pk).update(is_recorded=True, due_at=now)
        waiting(run).update(due_at=now)
        run.refresh_from_db()
        check_end(run.pk)
    except DatabaseError as error:
        logger.exception("a bulk run could not be recorded")
        raise NotRecorded from error


@dataclass(frozen=True)
class Progress:
    """How far a run is: how many of its writes have ended how, each of them counted once."""

    run: BulkRun
    ends: Mapping[WriteStatus, int]

    @classmethod
    def of(cls, run: BulkRun) -> "Progress":
        rows = standing(run).values("status").annotate(count=Count("pk"))
        return cls(run, Counter({WriteStatus(row["status"]): row["count"] for row in rows}))

    @property
    def size(self) -> int:
        return sum(self.ends.values())

    @property
    def left(self) -> int:
        return sum(self.ends.get(status, 0) for status in WAITING)

    @property
    def ended(self) -> int:
        return self.size - self.left

    @property
    def done(self) -> int:
        return sum(count for status, count in self.ends.items() if status.is_success)

    @property
    def is_over(self) -> bool:
        return self.left == 0

    @property
    def is_by_hand(self) -> bool:
        """Whether it begins only when its person says so."""
        return self.run.due_at is None and not self.is_over

    def is_held(self, now: datetime) -> bool:
        """Whether it can still be taken back as a whole."""
        is_early = self.run.due_at is None or self.run.due_at > now
        return is_early and self.ends.get(WriteStatus.SCHEDULED, 0) == self.left > 0


def standing(run: BulkRun) -> QuerySet[Attempt]:
    """The newest attempt of each write of the run."""
    return Attempt.objects.filter(run=run, is_followed=False)


def find(run_id: UUID, reader_id: str, *, reads_all: bool = False) -> BulkRun | None:
    """A run that this person has begun, or any for who reads all."""
    mine = {} if reads_all else {"actor_id": reader_id}
    return BulkRun.objects.filter(pk=run_id, **mine).first()


def unsent(run: BulkRun) -> QuerySet[Attempt]:
    """What is not sent yet, or is being sent."""
    return standing(run).filter(status__in=WAITING)


def waiting(run: BulkRun) -> QuerySet[Attempt]:
    return standing(run).filter(status=WriteStatus.SCHEDULED)


def take_back(run: BulkRun) -> int:
    """End unsent what has not been sent, as taken back; how many."""
    _mark_stopped(run)
    count = sum(schedule.take_back(row) for row in waiting(run))
    check_end(run.pk)
    return count


def stop(run: BulkRun) -> int:
    """Send nothing more of it; how many are left unsent."""
    _mark_stopped(run)
    count = end_unsent(standing(run), Stopped("the run was stopped"), by_hand=True)
    check_end(run.pk)
    return count


def _mark_stopped(run: BulkRun) -> None:
    """Before its rows end: what is put off meanwhile, or found after a crash, finds the mark."""
    BulkRun.objects.filter(pk=run.pk, ended_at=None).update(stopped_at=timezone.now())


def is_stopped(run_id: UUID | None) -> bool:
    return (
        run_id is not None and BulkRun.objects.filter(pk=run_id, stopped_at__isnull=False).exists()
    )


def check_end(run_id: UUID | None) -> bool:
    """Note that a run is over, once nothing of it is left to send."""
    if run_id is None:
        return False
    try:
        if Attempt.objects.filter(run=run_id, status__in=WAITING).exists():
            return False
        over = BulkRun.objects.filter(pk=run_id, ended_at=None)
        return over.update(ended_at=timezone.now()) == 1
    except DatabaseError:  # its decisions stand as they are told
        logger.exception("the end of a bulk run could not be noted")
        return False


def told(run: BulkRun) -> None:
    """Its person has seen how it ended."""
    BulkRun.objects.filter(pk=run.pk, ended_at__isnull=False).update(has_news=False)


def rows(run: BulkRun) -> list[Later]:
    """All of it, in the order in which it was confirmed and is sent."""
    return [Later(row) for row in standing(run).order_by("asked_at", "pk")]


def failed(run: BulkRun) -> list[tuple[Command, Press]]:
    """What may be tried again, as it was confirmed."""
    later = [one for one in rows(run) if one.status in FAILED]
    return [(one.command, press_again(one)) for one in later if one.command]
