"""Where snapshots of lists lie: one sealed row each, and the latest ones open in this process.

A snapshot belongs to one viewer, one owner, one list and one set of rights: all four are sealed
with it, so that it opens for nothing else. It goes with the session that has read it.
"""

import json
import logging
import threading
import time
import zlib
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import uuid4

from cachetools import TTLCache
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from taskmanager.core import crypto
from taskmanager.core.storage import best_effort, first_row
from taskmanager.jobs.registry import hourly
from workitems.domain.departures import Decision, Departures
from workitems.domain.queue_query import Tab
from workitems.domain.readings import Reading
from workitems.domain.snapshots import Kept, Snapshot
from workitems.ledger import decided_since
from workitems.models import QueueSnapshot
from workitems.scope import QueueScope

logger = logging.getLogger(__name__)

LEASE: Final = 30.0  # seconds without a page read, after which a reader counts as killed
UNUSED: Final = 3600.0  # seconds after which a snapshot is deleted
NOTED_EVERY: Final = 300.0  # seconds: a look is not worth a write each time
OPEN_FOR: Final = 900.0  # seconds that a snapshot stays open in a process after its last change
MEGABYTE: Final = 1_000_000


class Meta(NamedTuple):
    """What a row says besides the snapshot itself."""

    version: int
    number: int
    begun_at: float
    is_whole: bool
    change_mark: str
    rows: int
    total: int | None
    held_until: float
    failed_at: float
    used_at: float

    @property
    def reading(self) -> Reading | None:
        """The one that the snapshot is of, as far as that can be told without opening it."""
        if not self.version:
            return None
        has_ended = self.held_until == self.failed_at == 0  # then `rows` are those of the snapshot
        is_cut = self.is_whole and has_ended and self.total is not None and self.rows < self.total
        reach, mark = self.rows if is_cut else None, self.change_mark
        whole = bool(self.is_whole)
        return Reading(self.number, self.begun_at, self.total, reach, whole, mark=mark)


READ: Final = (
    f"SELECT {', '.join(Meta._fields)} FROM {QueueSnapshot._meta.db_table}"  # noqa: S608
    " WHERE mark = %s"
)


# Of what is sealed in a row: its version, and when its reading began. A row that has gone with its
# session and come back begins to count anew.
Stamp = tuple[int, float]


class OpenSnapshots:
    """The latest that this process has opened, as many as its memory is meant to hold."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._open: TTLCache[str, tuple[Stamp, Snapshot]] = TTLCache(
            size, OPEN_FOR, getsizeof=lambda kept: kept[1].size
        )

    def get(self, mark: str, stamp: Stamp) -> Snapshot | None:
        with self._lock:
            known = self._open.get(mark)
        return known[1] if known and known[0] == stamp else None

    def put(self, mark: str, stamp: Stamp, snapshot: Snapshot) -> None:
        with self._lock:
            if snapshot.size <= self._open.maxsize:
                self._open[mark] = stamp, snapshot

    def drop(self, mark: str) -> None:
        with self._lock:
            self._open.pop(mark, None)

    @property
    def size(self) -> float:
        """Bytes, about."""
        with self._lock:
            return self._open.currsize


OPEN: Final = OpenSnapshots(settings.SNAPSHOT_MEGABYTES * MEGABYTE)


@dataclass(frozen=True)
class SnapshotStore:
    """The snapshots of one queue as one person may see it; `session` is their session's row."""

    scope: QueueScope
    session: str

    def kept(self, tab: Tab) -> Kept | None:
        """What is kept of a list; None where nobody has begun to read it."""
        name = self._name(tab)
        row = first_row(READ, _mark(name))
        if row is None:
            OPEN.drop(_mark(name))
            return None
        meta, now = Meta(*row), time.time()
        if meta.used_at < now - NOTED_EVERY:
            with best_effort("the last look at a list"):
                _rows(name).update(used_at=now)
        return Kept(
            rows=meta.rows,
            total=meta.total,
            failed_at=meta.failed_at,
            is_reading=meta.held_until > now,
            reading=meta.reading,
            snapshot=lambda: _opened(name, (meta.version, meta.begun_at)),
        )

    def decisions_since(self, moment: float) -> list[Decision]:
        return decided_since(self.scope.owner.id, moment)

    def claim(self, tab: Tab) -> "Turn | None":
        """The turn to read a list; None while somebody else has it, or it cannot be written."""
        name, now, holder = self._name(tab), time.time(), str(uuid4())
        fields = {"holder": holder, "held_until": now + LEASE, "rows": 0, "used_at": now}
        free = _rows(name).filter(held_until__lte=now)
        with best_effort("the turn to read a list"):
            if free.update(session_id=self.session, **fields):
                return Turn(self, tab, name, holder)
            try:
                with transaction.atomic():
                    QueueSnapshot.objects.create(
                        mark=_mark(name), session_id=self.session, **fields
                    )
            except IntegrityError:  # somebody else was faster
                return None
            return Turn(self, tab, name, holder)
        return None

    def _name(self, tab: Tab) -> str:
        actor = self.scope.actor
        rights = [actor.is_admin, actor.is_auditor]
        rules = f"{settings.FLAG_RULES.mark} {settings.TYPE_COMMANDS}"
        return json.dumps([actor.id, self.scope.owner.id, tab, rights, rules])


@dataclass(frozen=True)
class Turn:
    """One reader's turn at one list; it ends where the row goes, as with its session."""

    store: SnapshotStore
    tab: Tab
    name: str
    holder: str

    def before(self) -> Snapshot | None:
        """What was read last, if all of it was."""
        stamp = self._row().values_list("version", "begun_at").first()
        snapshot = _opened(self.name, stamp) if stamp else None
        return snapshot if snapshot and snapshot.reading.is_whole else None

    def hidden(self, before: Snapshot | None) -> frozenset[int]:
        """Marks of rows that have left by decisions here since `before` was read."""
        if before is None or self.tab is not Tab.PENDING:
            return frozenset()
        decisions = self.store.decisions_since(before.reading.begun_at)
        marks = before.columns["marks"]
        return frozenset(marks[place] for place in Departures.of(before, decisions).left)

    def progress(self, rows: int, total: int | None, snapshot: Snapshot | None) -> bool:
        held_until = time.time() + LEASE
        return self._write(snapshot, rows=rows, total=total, held_until=held_until)

    def finish(self, snapshot: Snapshot) -> bool:
        rows, total = len(snapshot), snapshot.reading.total
        return self._write(snapshot, rows=rows, total=total, held_until=0.0, failed_at=0.0)

    def give_up(self) -> None:
        with best_effort("that a list could not be read"):
            self._row().update(held_until=0.0, failed_at=time.time())

    def _write(self, snapshot: Snapshot | None, **fields: Any) -> bool:
        if snapshot is not None:
            purpose = crypto.Purpose.SNAPSHOT
            fields["sealed"] = crypto.seal_bytes(snapshot.packed(), row=self.name, purpose=purpose)
            reading = snapshot.reading
            fields |= {"version": F("version") + 1, "number": reading.number}
            fields |= {"begun_at": reading.begun_at, "is_whole": reading.is_whole}
            fields["change_mark"] = reading.mark
        return bool(self._row().update(**fields))

    def _row(self) -> QuerySet[QueueSnapshot]:
        return _rows(self.name).filter(holder=self.holder)


@hourly
def delete_unused() -> int:
    """Snapshots that nobody has looked at for an hour; how many."""
    return QueueSnapshot.objects.filter(used_at__lt=time.time() - UNUSED).delete()[0]


def _rows(name: str) -> QuerySet[QueueSnapshot]:
    return QueueSnapshot.objects.filter(pk=_mark(name))


def _mark(name: str) -> str:
    return crypto.fingerprints("snapshot", name)[0]


def _opened(name: str, stamp: Stamp) -> Snapshot | None:
    """None where it is gone, or no key of ours opens it for this viewer, owner, list and rights."""
    mark = _mark(name)
    if known := OPEN.get(mark, stamp):
        return known
    row = _rows(name).values("version", "begun_at", "sealed").first()
    if row is None or row["sealed"] is None:
        return None
    packed = crypto.unseal_bytes(bytes(row["sealed"]), row=name, purpose=crypto.Purpose.SNAPSHOT)
    if packed is None:
        return None
    try:
        snapshot = Snapshot.unpacked(packed)
    except (ValueError, KeyError, TypeError, zlib.error):  # of another version of this program
        logger.warning("a snapshot cannot be read")
        return None
    OPEN.put(mark, (row["version"], row["begun_at"]), snapshot)
    return snapshot
