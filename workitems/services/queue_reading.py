"""Read a whole list into a snapshot, page by page, in the background."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from workitems.domain.facts import Judge
from workitems.domain.queue_query import Tab
from workitems.domain.readings import Reading
from workitems.domain.snapshots import Builder, Snapshot
from workitems.isc.errors import Rejected
from workitems.isc.schemas import WorkItemPage
from workitems.services.patience import Patience
from workitems.services.reader import LONGEST_PAGE, is_past_end

MOST_PASSES: Final = 3
OFTEN: Final = 1.0  # seconds between two publications of what has come so far
GROWTH: Final = 1.5  # of its rows between them: each time all of it is written, and sealed


class Place(Protocol):
    """Where a snapshot is kept, for as long as this reading has the turn."""

    def progress(self, rows: int, total: int | None, snapshot: Snapshot | None) -> bool:
        """Note how far it is, and keep the rows so far, if given; False once the turn is lost."""

    def finish(self, snapshot: Snapshot) -> bool: ...
    def hidden(self, before: Snapshot | None) -> frozenset[int]:
        """Marks of rows that have left by decisions here since `before` was read."""


class Stopped(Exception):
    """Somebody else reads the list, or nobody is to: its person has signed out."""


@dataclass(frozen=True)
class QueueReading:
    """One reading of one list. `rows` is `Reader.rows`: offset and limit to a page of ISC's."""

    rows: Callable[[Tab, int, int], WorkItemPage]
    judge: Judge
    place: Place
    patience: Patience
    clock: Callable[[], float] = time.time

    def run(self, tab: Tab, before: Snapshot | None) -> None:
        """Read until it is whole. Raises Stopped, and what ISC answers in the place of a page."""
        number = before.reading.number + 1 if before else 1
        snapshot = None
        for _attempt in range(MOST_PASSES):
            snapshot = self._pass(tab, number, before)
            if snapshot.reading.is_steady:
                break
        if snapshot is not None and not self.place.finish(snapshot):
            raise Stopped

    def _pass(self, tab: Tab, number: int, before: Snapshot | None) -> Snapshot:
        """Once through the list. It counts if the list is as long at the end as it was before."""
        builder = Builder(self.judge.facts_of, number, before)
        reading = Reading(number, self.clock())
        offset, total, published, published_at = 0, None, 0, 0.0
        while True:
            page = self._page(tab, offset)
            if page is None:
                reading = replace(reading, reach=offset)
                break
            self.judge.prepare(page.items)
            builder.add(page.items)
            total = page.total if offset == 0 else total
            is_steady = reading.is_steady and page.total in {None, total}
            reading = replace(reading, total=page.total, is_steady=is_steady)
            offset += len(page.items)
            if len(page.items) < LONGEST_PAGE or offset >= (page.total or offset + 1):
                break
            has_grown = len(builder) >= GROWTH * published
            # What was read before is whole, and serves until this is.
            is_due = before is None and has_grown and self.clock() - published_at >= OFTEN
            so_far = builder.built(reading) if is_due else None
            if so_far:
                published, published_at = len(builder), self.clock()
            if not self.place.progress(len(builder), page.total, so_far):
                raise Stopped
        # A row that came twice has hidden another one, which came at the same time as one left.
        is_steady = reading.is_steady and len(builder) == offset
        mark = builder.mark if len(builder) == reading.total else ""
        reading = replace(reading, is_whole=True, is_steady=is_steady, mark=mark)
        return builder.built(reading, self.place.hidden(before))

    def _page(self, tab: Tab, offset: int) -> WorkItemPage | None:
        """None where ISC refuses to begin so far back."""
        try:
            return self.patience.asked(lambda: self.rows(tab, offset, LONGEST_PAGE))
        except Rejected as error:
            if not is_past_end(error, offset):
                raise
            return None
