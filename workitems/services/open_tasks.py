"""The tasks of a list, gone through one at a time, and which still want a decision. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workitems.domain.queue_query import mark_of
from workitems.domain.snapshots import Snapshot
from workitems.isc.schemas import WorkItem


@dataclass(frozen=True)
class OpenTasks:
    """`places` are those of the rows in the snapshot, in the order of the list.

    `decided` are the parts of work items that are in the basket, "" for a whole one; `under_way`
    the work items that are being decided already.
    """

    snapshot: Snapshot
    places: Sequence[int]
    decided: Mapping[str, Collection[str]]
    under_way: Collection[str]

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        places: Iterable[int],
        decided: Mapping[str, Collection[str]],
        under_way: Collection[str],
    ) -> "OpenTasks":
        """Without the rows that cannot be read: they have no id, and nothing to decide."""
        marks = snapshot.columns["marks"]
        return cls(snapshot, [place for place in places if marks[place]], decided, under_way)

    def __len__(self) -> int:
        return len(self.places)

    def number_of(self, item_id: str) -> int | None:
        """Which of them it is, from 0; None where it is not in the list."""
        mark, marks = mark_of(item_id), self.snapshot.columns["marks"]
        return next((n for n, place in enumerate(self.places) if marks[place] == mark), None)

    def id_at(self, number: int) -> str:
        """Its id; "" past either end."""
        if not 0 <= number < len(self):
            return ""
        (row,) = self.snapshot.rows([self.places[number]])
        return row.id if isinstance(row, WorkItem) else ""

    @cached_property
    def open(self) -> Sequence[int]:
        """The numbers of those that still want a decision."""
        marks, waits = self.snapshot.columns["marks"], self.snapshot.columns["waits"]
        parts = {mark_of(item_id): parts for item_id, parts in self.decided.items()}
        gone = {mark_of(item_id) for item_id in self.under_way}

        def is_open(place: int) -> bool:
            mark = marks[place]
            of_it = parts.get(mark, ())
            return mark not in gone and not (of_it and ("" in of_it or len(of_it) >= waits[place]))

        return [number for number, place in enumerate(self.places) if is_open(place)]

    def open_after(self, number: int) -> int | None:
        """The next one that wants a decision, without beginning anew at the end."""
        return next((one for one in self.open if one > number), None)
