"""Finds rows in a whole list: in what was read of it before, and is read on meanwhile."""

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from workitems.domain.departures import NOTHING_LEFT, Decision, Departures, Neighbours
from workitems.domain.flags import FlagRules
from workitems.domain.piles import facts_of_pile
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.readings import Index
from workitems.domain.results import Counts, Queue, RecentReads
from workitems.domain.search import Found, Vocabulary, find, types_of
from workitems.domain.snapshots import Kept, Snapshot
from workitems.isc.schemas import WorkItem
from workitems.services.reader import LONGEST_PAGE, Reader
from workitems.services.whole_list import AllRows, as_they_stand

FRESH: Final = 600.0  # seconds after which a list that somebody looks at is read anew
SETTLED: Final = 30.0  # seconds before numbers that differ, or a failure, make it be read anew
PAUSE: Final = 6.0  # the same for each call that this takes: long lists change all the time
WAIT: Final = 10.0  # seconds that a page waits for the rows that it needs
LOOK: Final = 0.05


class Snapshots(Protocol):
    """The snapshots of one queue as one person may see it."""

    def kept(self, tab: Tab) -> Kept | None: ...
    def decisions_since(self, moment: float) -> list[Decision]: ...


@dataclass(frozen=True)
class Finder:
    """`begin` has a list read in the background, unless it is being read."""

    snapshots: Snapshots
    reader: Reader
    recent: RecentReads
    begin: Callable[[Tab], None]
    rules: FlagRules

    def has_come(self, query: QueueQuery, vocabulary: Vocabulary, seconds: float) -> bool:
        """Whether `find` need not wait any longer than this for the rows that it needs."""
        kept, snapshot = self._waited(self._kept(query.tab), query, vocabulary, seconds)
        return snapshot is not None or not kept.is_reading

    def find(self, query: QueueQuery, vocabulary: Vocabulary) -> Queue:
        """A page of what is looked for. Raises what ISC answers where nothing has been read."""
        kept, snapshot = self._waited(self._kept(query.tab), query, vocabulary, WAIT)
        if snapshot is None and not kept.is_reading:
            self.reader.rows(query.tab, 0, LONGEST_PAGE)  # it says what is wrong, or nothing is
            self.begin(query.tab)
            kept, snapshot = self._waited(self._kept(query.tab), query, vocabulary, WAIT)
        if snapshot is None:
            return Queue(query.tab, (), None, Counts(), query.page, _index(kept))
        return self._page(query, kept, snapshot, vocabulary)

    def kinds(self, query: QueueQuery) -> Mapping[str, int]:
        """How many tasks of each type the list has, where all of it has been read; for no call."""
        if (snapshot := self._whole(query.tab)) is None:
            return {}
        return types_of(snapshot, self._departures(query.tab, snapshot).left)

    def beside(self, queue: Queue, query: QueueQuery) -> Queue:
        """The beginning of a list as ISC has it, with what is known of the rest of it.

        A list that goes on is read in the background, so that it can be searched by the time that
        somebody wants to.
        """
        if queue.total is None or queue.total <= query.size:
            return queue
        kept = self._kept(queue.tab, queue.total)
        is_part = kept.reading is not None and not kept.reading.is_whole
        index = _index(kept, kept.snapshot() if is_part else None)
        return replace(queue, index=replace(index, length=queue.total))

    def progress(self, tab: Tab, shown: int | None) -> Index | None:
        """How far a list is read, and what is new and gone since the reading `shown`."""
        kept = self.snapshots.kept(tab)
        if kept is None:
            return None
        kept = self._renewed(kept, tab, oldest=math.inf)  # a page that only stays open is no look
        snapshot = kept.snapshot()
        index = _index(kept, snapshot)
        if snapshot is None:
            return index
        departures = self._departures(tab, snapshot)
        length = len(snapshot) - len(departures.left)
        index = replace(index, length=length)
        if shown is None or shown >= snapshot.reading.number:
            return index
        new, gone = snapshot.new_since(shown), snapshot.gone_since(shown)
        new -= sum(snapshot.columns["since"][place] > shown for place in departures.left)
        return replace(index, new=new, gone=gone)

    def all_rows(self, query: QueueQuery, vocabulary: Vocabulary) -> AllRows | None:
        """Everything that is looked for, on all pages; None until all of the list is read."""
        _kept, snapshot = self._waited(self._kept(query.tab), query, vocabulary, WAIT)
        if snapshot is None or not snapshot.reading.is_whole:
            return None
        departures = self._departures(query.tab, snapshot)
        places = self._found(snapshot, query, departures.left, vocabulary).places
        return AllRows(snapshot, places, partial(self._fresh, departures=departures))

    def neighbours(self, item_id: str) -> Neighbours | None:
        """Where a task stands in the pending list as it is kept: nothing is read for that."""
        if (snapshot := self._whole(Tab.PENDING)) is None:
            return None
        left = self._departures(Tab.PENDING, snapshot).left
        found, counts = Neighbours.of(snapshot, left, item_id), self.recent.counts() or Counts()
        if found is None or counts.open in {None, found.count}:
            return found
        return replace(found, number=None)  # the page's own number says that the list is another

    def _whole(self, tab: Tab) -> Snapshot | None:
        """What is kept of a list that has been read to its end: nothing is read for that."""
        kept = self.snapshots.kept(tab)
        is_whole = kept is not None and kept.reading is not None and kept.reading.is_whole
        return kept.snapshot() if kept and is_whole else None

    def _kept(self, tab: Tab, length: int | None = None) -> Kept:
        """What is kept of a list, and have it read where that is missing or old.

        `length`: how long it is, as ISC has just said.
        """
        if kept := self.snapshots.kept(tab):
            return self._renewed(kept, tab, length)
        self.begin(tab)
        return self.snapshots.kept(tab) or Kept(rows=0, total=length, failed_at=time.time())

    def _renewed(
        self, kept: Kept, tab: Tab, length: int | None = None, oldest: float = FRESH
    ) -> Kept:
        """The same, being read anew where it is older than so many seconds, or wrong."""
        if not self._is_old(kept, tab, length, oldest):
            return kept
        self.begin(tab)
        return self.snapshots.kept(tab) or kept

    def _is_old(self, kept: Kept, tab: Tab, length: int | None, oldest: float) -> bool:
        now = time.time()
        if kept.is_reading or kept.failed_at > now - SETTLED:
            return False
        if kept.reading is None or not kept.reading.is_whole:  # its reader has been killed
            return True
        if kept.reading.begun_at < now - oldest:
            return True
        settled = max(SETTLED, PAUSE * (kept.reading.total or 0) / LONGEST_PAGE)
        return kept.reading.begun_at < now - settled and not self._agrees(kept, tab, length)

    def _agrees(self, kept: Kept, tab: Tab, length: int | None) -> bool:
        """Whether the list is as it was, as far as numbers tell, and the tenant scan where it runs.

        What has been decided here since is known.
        """
        reading, counts = kept.reading, self.recent.counts() or Counts()
        if length is None:
            length = counts.open if tab is Tab.PENDING else counts.completed
        if length is None or reading is None or reading.total is None:
            return True
        if tab is Tab.PENDING and counts.as_of > reading.begun_at and counts.mark and reading.mark:
            return counts.mark == reading.mark
        return length == reading.total - self._left(kept, tab)

    def _left(self, kept: Kept, tab: Tab) -> int:
        """How many rows have left by decisions here; a snapshot is opened only if there are any."""
        if kept.reading is None or tab is not Tab.PENDING:
            return 0
        if not (decisions := self.snapshots.decisions_since(kept.reading.begun_at)):
            return 0
        snapshot = kept.snapshot()
        return len(Departures.of(snapshot, decisions).left) if snapshot else 0

    def _waited(
        self, kept: Kept, query: QueueQuery, vocabulary: Vocabulary, seconds: float
    ) -> tuple[Kept, Snapshot | None]:
        """The snapshot, once it has the rows that are needed, or as it is after that time."""
        until, looked_at = time.monotonic() + seconds, None
        while True:
            snapshot = kept.snapshot() if kept.reading else None
            if snapshot is not None and looked_at != (seen := (len(snapshot), snapshot.reading)):
                if self._is_enough(snapshot, query, vocabulary):
                    return kept, snapshot
                looked_at = seen
            if not kept.is_reading or time.monotonic() > until:
                return kept, snapshot
            time.sleep(LOOK)
            kept = self.snapshots.kept(query.tab) or kept

    def _is_enough(self, snapshot: Snapshot, query: QueueQuery, vocabulary: Vocabulary) -> bool:
        """A search covers what is there so far; a later page of it, or of the list, needs rows."""
        if snapshot.reading.is_whole:
            return True
        if _is_listed(query):
            return len(snapshot) > query.offset
        if query.offset == 0:
            return True
        left = self._departures(query.tab, snapshot).left
        found = self._found(snapshot, query, left, vocabulary)
        return len(found.piles or found.places) > query.offset

    def _departures(self, tab: Tab, snapshot: Snapshot) -> Departures:
        """What is completed here does not leave the other list: the next reading finds it."""
        if tab is not Tab.PENDING:
            return NOTHING_LEFT
        return Departures.of(snapshot, self.snapshots.decisions_since(snapshot.reading.begun_at))

    def _page(
        self, query: QueueQuery, kept: Kept, snapshot: Snapshot, vocabulary: Vocabulary
    ) -> Queue:
        departures = self._departures(query.tab, snapshot)
        found = self._found(snapshot, query, departures.left, vocabulary)
        firsts = [pile.first for pile in found.piles] or found.places
        number = _page_after(snapshot, firsts, query)
        start = (number - 1) * query.size
        piles = found.piles[start : start + query.size]
        places = [pile.places[0] for pile in piles] or found.places[start : start + query.size]
        rows = as_they_stand(snapshot.rows(places), self._fresh(places, departures))
        index = replace(
            _index(kept, snapshot),
            is_searched=True,
            length=len(snapshot) - len(departures.left),
            counts=found.counts,
            piles=tuple(facts_of_pile(snapshot, pile) for pile in piles),
            pile=facts_of_pile(snapshot, found.pile) if found.pile else None,
            entries=len(found.piles) or None,
        )
        counts = self._counts(query.tab, snapshot, len(departures.left))
        total = len(found.places)
        if not snapshot.reading.is_whole and _is_listed(query):  # its pages are known already
            total = max(total, (snapshot.reading.total or 0) - len(departures.left))
        return Queue(query.tab, tuple(rows), total, counts, number, index)

    def _found(
        self, snapshot: Snapshot, query: QueueQuery, left: Collection[int], vocabulary: Vocabulary
    ) -> Found:
        return find(
            snapshot,
            query.wanted,
            sort=query.sort,
            group=query.group,
            hidden=left,
            now=time.time(),
            rules=self.rules,
            vocabulary=vocabulary,
        )

    def _fresh(self, places: Iterable[int], departures: Departures) -> Mapping[str, WorkItem]:
        """Those, read once more, in which a part has been decided since."""
        changed = {departures.changed[place] for place in places if place in departures.changed}
        return self.reader.items(changed) if changed else {}

    def _counts(self, tab: Tab, snapshot: Snapshot, left: int) -> Counts:
        """The snapshot's own length for its list, so that badge and list cannot disagree."""
        known = self.recent.last_counts() or self.reader.counts_if_any()
        total = snapshot.reading.total
        length = None if total is None else max(0, total - left)
        as_of = snapshot.reading.begun_at
        if tab is Tab.PENDING:
            return Counts(length, known.completed, as_of=as_of)
        return Counts(known.open, length, as_of=as_of)


def _page_after(snapshot: Snapshot, places: Sequence[int], query: QueueQuery) -> int:
    """The page that is asked for, or one before it where rows that nobody has seen are there now.

    Rows that were seen may have left: what follows them has moved up. It may show some once more;
    no row is passed over.
    """
    if not query.seen.marks:
        return query.page
    before = [snapshot.seen_mark(place) for place in places[: query.offset]]
    unseen = query.seen.count_until_last(before)
    return min(unseen // query.size + 1, query.page)


def _is_listed(query: QueueQuery) -> bool:
    """Whether it is a page of the list as ISC has it."""
    return replace(query, page=1, is_searched=False).is_plain


def _index(kept: Kept, snapshot: Snapshot | None = None) -> Index:
    """`snapshot`: where it is open, it knows its reading best."""
    has_failed = kept.failed_at > 0 and not kept.is_reading
    index = Index(kept.rows, kept.total, kept.is_reading, has_failed, kept.reading)
    if snapshot is None:
        return index
    return replace(index, reading=snapshot.reading, covered=len(snapshot))
