"""What decisions here have changed in a list since it was read, and what stands there now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from workitems.domain.queue_query import mark_of
from workitems.domain.results import WriteStatus
from workitems.domain.snapshots import Snapshot
from workitems.isc.schemas import WorkItem

OVER: Final = frozenset({WriteStatus.ALREADY_DONE, WriteStatus.SUPERSEDED, WriteStatus.GONE})


class Decision(NamedTuple):
    """An attempt that has ended; `part` is the approval item, "" for the whole work item."""

    item_id: str
    part: str
    status: WriteStatus


@dataclass(frozen=True)
class Departures:
    """`left`: places of rows that are no longer in the list; `changed`: place -> id of those that
    are, and stand otherwise than they were read.
    """

    left: frozenset[int] = frozenset()
    changed: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, decisions: Iterable[Decision]) -> "Departures":
        """A task of several items leaves with the last of those that waited when it was read."""
        parts: dict[str, set[str]] = {}
        whole = set()
        for decision in decisions:
            if not (decision.status.is_success or decision.status in OVER):
                continue
            if not decision.part or decision.status is WriteStatus.GONE:
                whole.add(decision.item_id)
            else:
                parts.setdefault(decision.item_id, set()).add(decision.part)
        if not parts and not whole:
            return NOTHING_LEFT
        ids = {mark_of(item_id): item_id for item_id in {*parts, *whole}}
        left, changed = set(), {}
        for place, mark in enumerate(snapshot.columns["marks"]):
            if mark not in ids:
                continue
            item_id = ids[mark]
            waits = snapshot.columns["waits"][place]
            if item_id in whole or len(parts[item_id]) >= waits:
                left.add(place)
            else:
                changed[place] = item_id
        return cls(frozenset(left), changed)


NOTHING_LEFT: Final = Departures()


@dataclass(frozen=True)
class Neighbours:
    """The tasks before and behind one in a list of `count`; `number` is its own place, from 1,
    None where it has left or the place is not known.
    """

    number: int | None
    count: int
    before: WorkItem | None
    behind: WorkItem | None

    @classmethod
    def of(cls, snapshot: Snapshot, left: Collection[int], item_id: str) -> "Neighbours | None":
        """None for a task that was not in the list."""
        marks = snapshot.columns["marks"]
        try:
            place = marks.index(mark_of(item_id))
        except ValueError:
            return None
        others = [range(place - 1, -1, -1), range(place + 1, len(marks))]
        nearest = [
            next((one for one in side if marks[one] and one not in left), None) for side in others
        ]
        before, behind = (_item(snapshot, one) for one in nearest)
        number = None if place in left else place + 1 - sum(one < place for one in left)
        count = (snapshot.reading.total or len(marks)) - len(left)
        return cls(number, count, before, behind)


def _item(snapshot: Snapshot, place: int | None) -> WorkItem | None:
    row = None if place is None else snapshot.rows([place])[0]
    return row if isinstance(row, WorkItem) else None
