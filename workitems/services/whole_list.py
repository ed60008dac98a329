"""The rows of a list that has been read to its end, as they stand now."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workitems.domain.snapshots import BLOCK, Row, Snapshot
from workitems.isc.schemas import WorkItem


@dataclass(frozen=True)
class AllRows:
    """The rows that are looked for, by their places; `fresh` reads those of some once more in which
    a part has been decided since.
    """

    snapshot: Snapshot
    places: Sequence[int]
    fresh: Callable[[Iterable[int]], Mapping[str, WorkItem]]

    def at(self, places: Sequence[int]) -> Iterator[Row]:
        """These as they stand, a few in memory at a time.

        What has to be read anew is read at once: a stream could not say that it failed.
        """
        fresh, starts = self.fresh(places), range(0, len(places), BLOCK)
        parts = (places[start : start + BLOCK] for start in starts)
        blocks = map(self.snapshot.rows, parts)
        return (row for block in blocks for row in as_they_stand(block, fresh))


def as_they_stand(rows: Iterable[Row], fresh: Mapping[str, WorkItem]) -> list[Row]:
    return [fresh.get(row.id, row) if isinstance(row, WorkItem) else row for row in rows]
