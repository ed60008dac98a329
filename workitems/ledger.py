"""The ledger on Django's database: one live attempt per target in the whole installation."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from workitems.domain.attempts import Abandoned, Begun, Delay, Entry, Press, Repeated
from workitems.domain.commands import Command, command_from_json
from workitems.domain.departures import Decision
from workitems.domain.results import NotRecorded, Receipt, Rival, SessionEnding, WriteStatus
from workitems.isc.schemas import WorkItem
from workitems.ledger_content import LEASE, SEALED_AFTER, content_of, end_of, forget_secrets
from workitems.models import Attempt, EndingSession
from workitems.queue_states import left
from workitems.rejections import remember
from workitems.scope import QueueScope

logger = logging.getLogger(__name__)

RETRIABLE: Final = (WriteStatus.NOT_SENT, WriteStatus.NOT_DONE, WriteStatus.REFUSED)
MOST_ENTRIES: Final = 50
ANY_ABANDONED: Final = (
    f"SELECT 1 FROM {Attempt._meta.db_table}"  # noqa: S608 - a name of ours
    " WHERE is_live AND status = %s AND live_until < %s LIMIT 1"
)
ANY_SINCE: Final = (
    f"SELECT 1 FROM {Attempt._meta.db_table} WHERE owner_id = %s"  # noqa: S608 - a name of ours
    " AND sent_at > %s AND (closed_at IS NULL OR closed_at >= %s) LIMIT 1"
)
DECIDED: Final = (WriteStatus.SUCCEEDED, WriteStatus.VERIFIED)


@dataclass(frozen=True)
class DatabaseLedger:
    """The attempts of one person, in one queue, from one session (`session` is its row's key)."""

    scope: QueueScope
    session: str

    def begin(
        self, command: Command, press: Press, delay: Delay | None = None
    ) -> Begun | Repeated | Rival | Abandoned:
        key = f"{press.key}:{command.key()}"
        try:
            with transaction.atomic(durable=True):
                lock(command.item_id)
                if EndingSession.objects.filter(pk=self.session).exists():
                    raise SessionEnding("the session is being ended")
                return self._standing(command, key) or self._recorded(command, key, press, delay)
        except DatabaseError as error:
            logger.exception("an attempt could not be recorded")
            raise NotRecorded from error

    def close(self, row: UUID, receipt: Receipt) -> None:
        try:
            Attempt.objects.filter(pk=row).update(**end_of(row, receipt))
        except DatabaseError:
            # The row is found later, as that of a sender that was killed.
            logger.exception("the end of an attempt could not be recorded: %s", receipt.status)
        else:
            forget_secrets(Attempt.objects.filter(pk=row))
            remember(row, receipt)
        item, owner_id = receipt.item, self.scope.owner.id
        if item is not None and len(item.approval_items) > 1:
            _still_waiting(item)
        is_closed = item is not None and not item.is_open
        # A forward is no completion: it comes back without the item, or with its new owner.
        is_moved = item is None or item.owner_id not in {"", owner_id}
        if receipt.status.is_success and (is_closed or is_moved):
            left(owner_id, completed=int(is_closed))

    def again(
        self, row: UUID, *, by_hand: bool = False, due_at: datetime | None = None
    ) -> UUID | None:
        of_later = Q(has_news=True) | Q(run__isnull=False, is_followed=False)
        old = Attempt.objects.filter(of_later, pk=row).first()
        if old is None or not _is_sendable(old):
            return None
        try:
            with transaction.atomic(durable=True):
                lock(old.item_id)
                if is_taken(old):
                    return None
                Attempt.objects.filter(pk=row).update(has_news=False, is_followed=True)
                session = self.session if by_hand else old.session
                return _repeated(old, session, by_hand=by_hand, due_at=due_at)
        except DatabaseError as error:
            logger.exception("an attempt could not be recorded")
            raise NotRecorded from error

    def status(self, row: UUID) -> WriteStatus:
        try:
            return WriteStatus(Attempt.objects.values_list("status", flat=True).get(pk=row))
        except DatabaseError:  # after the call: its item is read then, as of one still under way
            logger.exception("the ledger cannot be read")
            return WriteStatus.SENDING

    def abandoned(self, item_ids: Sequence[str]) -> list[Abandoned]:
        # There hardly ever is any, and to name fifty ids in a query takes longer.
        if not _is_any(ANY_ABANDONED, WriteStatus.SENDING.value, timezone.now()):
            return []
        rows = [row for row in abandoned_rows() if row.item_id in item_ids]
        return list(filter(None, map(_abandoned, rows)))

    def unknown(self, item_id: str) -> list[Abandoned]:
        rows = Attempt.objects.filter(item_id=item_id, is_live=True, live_until__gte=timezone.now())
        return list(filter(None, map(_abandoned, rows.filter(status=WriteStatus.UNCONFIRMED))))

    def decided_by(self, command: Command) -> Rival | None:
        rows = Attempt.objects.filter(_about(command), status__in=DECIDED).order_by("-asked_at")
        try:
            row = next(iter(rows[:1]), None)
        except DatabaseError:  # after the call: who was faster is not worth an error page
            logger.exception("the ledger cannot be read")
            return None
        return self._rival(row) if row else None

    def _standing(self, command: Command, key: str) -> Repeated | Rival | Abandoned | None:
        """What stands against a new row: the same press, or another attempt that is live."""
        now, same, live = timezone.now(), [], []
        of_target = Q(is_live=True) & _about(command)
        for row in Attempt.objects.filter(of_target | Q(key=key)).order_by("-asked_at"):
            is_held = row.status == WriteStatus.SCHEDULED
            if row.is_live and not is_held and row.live_until < now:
                if row.status == WriteStatus.SENDING and (abandoned := _abandoned(row)):
                    return abandoned
                # How it ended is unknown for good, or has been for long enough.
                row.status, row.is_live = WriteStatus.UNCONFIRMED, False
                row.save(update_fields=["status", "is_live"])
            if row.is_live:
                live.append(row)
            if row.key == key and not _may_repeat(row):
                same.append(row)
        if same:
            return Repeated(same[0].pk, same[0].end)
        return self._rival(live[0]) if live else None

    def _rival(self, row: Attempt) -> Rival:
        is_own = row.actor_id == self.scope.actor.id
        name = "" if is_own else row.opened().get("actor") or row.actor_id
        return Rival(row.command, row.actor_id, name, row.asked_at)

    def _recorded(self, command: Command, key: str, press: Press, delay: Delay | None) -> Begun:
        row = self.row_of(command, key, press, delay)
        row.save(force_insert=True)
        return Begun(row.pk)

    def row_of(self, command: Command, key: str, press: Press, delay: Delay | None) -> Attempt:
        """A new row, not saved yet."""
        now, due_at = timezone.now(), delay.due_at if delay else None
        is_live = delay is None or due_at is not None
        row = Attempt(
            key=key,
            item_id=command.item_id,
            approval_item_id=command.part,
            owner_id=self.scope.owner.id,
            actor_id=self.scope.actor.id,
            session=self.session,
            command=command.name,
            surface=press.surface,
            status=WriteStatus.SENDING if delay is None else WriteStatus.SCHEDULED,
            asked_at=now,
            due_at=due_at,
            sent_at=now if delay is None else None,
            is_live=is_live,
            live_until=now + LEASE,
            waits=press.waits,
            has_news=delay is not None,
            run_id=press.run,
        )
        row.seal(content_of(self.scope, command, press, delay))
        return row


def _repeated(old: Attempt, session: str, *, by_hand: bool, due_at: datetime | None) -> UUID:
    content = old.opened()
    content = {name: content[name] for name in content.keys() - SEALED_AFTER}
    new = old
    new.pk, new.status, new.request_id, new.session = uuid4(), WriteStatus.SCHEDULED, "", session
    new.due_at, new.sent_at, new.closed_at = due_at or timezone.now(), None, None
    new.is_live = True
    new.seal(content | ({"looks_first": True} if by_hand else {}))
    new.save(force_insert=True)
    return new.pk


def is_taken(row: Attempt) -> bool:
    """Whether another attempt is live on what this row is about. Ask under the item's lock: what
    has been unknown for long enough makes room.
    """
    about = Q(item_id=row.item_id, is_live=True)
    if row.approval_item_id:
        about &= Q(approval_item_id__in=("", row.approval_item_id))
    others = Attempt.objects.filter(about).exclude(pk=row.pk)
    others.filter(status=WriteStatus.UNCONFIRMED, live_until__lt=timezone.now()).update(
        is_live=False
    )
    return others.exists()


def history(item_id: str) -> list[Entry]:
    """The newest attempts on an item, newest first. Ask only after ISC has shown the item."""
    rows = Attempt.objects.filter(item_id=item_id).order_by("-asked_at")[:MOST_ENTRIES]
    try:
        return [_entry(row) for row in rows]
    except DatabaseError:  # it is drawn with a decision's end, which it must not turn into an error
        logger.exception("the ledger cannot be read")
        return []


def _entry(row: Attempt) -> Entry:
    content = row.opened()
    return Entry(
        at=row.asked_at,
        command=row.command,
        actor_id=row.actor_id,
        actor_name=content.get("actor", ""),
        owner_id=row.owner_id,
        owner_name=content.get("owner", ""),
        status=row.end,
        note=content.get("note", ""),
    )


def abandoned_rows() -> QuerySet[Attempt]:
    """Rows whose sender has not closed them in time: it was killed."""
    now = timezone.now()
    return Attempt.objects.filter(is_live=True, status=WriteStatus.SENDING, live_until__lt=now)


def is_any_since(owner_id: str, moment: datetime) -> bool:
    """Whether anything in this queue was under way then, or has been sent or closed since."""
    return _is_any(ANY_SINCE, owner_id, moment - LEASE, moment)


def decided_since(owner_id: str, moment: float) -> list[Decision]:
    """What has ended in this queue since then (epoch seconds), whoever did it."""
    since = datetime.fromtimestamp(moment, UTC)
    rows = Attempt.objects.filter(
        owner_id=owner_id, sent_at__gt=since - LEASE, closed_at__gte=since
    )
    ended = rows.values_list("item_id", "approval_item_id", "status")
    return [Decision(item_id, part, WriteStatus(status)) for item_id, part, status in ended]


def _is_any(query: str, *values: str | datetime) -> bool:
    """In plain SQL: each page of a list asks, and the ORM takes eight times as long."""
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(query, [adapt(v) if isinstance(v, datetime) else v for v in values])
        return cursor.fetchone() is not None


def _still_waiting(item: WorkItem) -> None:
    """Tell what is held on other parts of this item how many there are now."""
    held = Attempt.objects.filter(item_id=item.id, status=WriteStatus.SCHEDULED)
    try:
        held.exclude(approval_item_id="").update(waits=len(item.open_approval_items))
    except DatabaseError:  # it is a number for a badge
        logger.warning("how much of an item waits could not be written")


def _about(command: Command) -> Q:
    """The rows that exclude this command: all of the item, or its own part and the whole."""
    about = Q(item_id=command.item_id)
    return about & Q(approval_item_id__in=("", command.part)) if command.part else about


def _may_repeat(row: Attempt) -> bool:
    """Whether the same press may be sent again: it was not done, or nobody can know any more."""
    is_over = row.status == WriteStatus.UNCONFIRMED and not row.is_live
    return is_over or row.status in RETRIABLE


def _abandoned(row: Attempt) -> Abandoned | None:
    """None where nobody can know any more what was sent: erased, or sealed with a key of before."""
    command = row.opened().get("command")
    return Abandoned(row.pk, command_from_json(command)) if command else None


def _is_sendable(row: Attempt) -> bool:
    """Not where its secrets are gone: they have to be typed again."""
    attempt = _abandoned(row)
    return attempt is None or attempt.command.is_complete


def lock(name: str) -> None:
    """One transaction at a time on this name. SQLite: the transaction began IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
