"""A page of a list: its rows, its pager, and what is known of the list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from workitems.domain.queue_query import (
    EVERYTHING,
    NOTHING_SEEN,
    QueueQuery,
    SeenRows,
    Tab,
    row_mark,
)
from workitems.domain.readings import Index
from workitems.domain.results import Counts, Queue
from workitems.isc.schemas import WorkItem
from workitems.view_models.finding import Finding
from workitems.view_models.piles import PileRow
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow


@dataclass(frozen=True)
class Pager:
    """Numbered pages: `numbers` holds None where pages are left out.

    `seen` goes along to the next page: the rows of this one, where rows may leave the list.
    """

    number: int
    count: int
    first_row: int
    last_row: int
    total: int | None
    numbers: tuple[int | None, ...]
    seen: SeenRows = NOTHING_SEEN

    @classmethod
    def of(
        cls,
        query: QueueQuery,
        *,
        rows: int,
        total: int | None,
        reach: int | None = None,
        number: int | None = None,
        seen: SeenRows = NOTHING_SEEN,
    ) -> "Pager":
        """`reach`: how many rows can be had, where that is known to be fewer than `total`.

        `number`: which page it is, where it may be another than was asked for; `seen`: the rows of
        this page and of those before it.
        """
        number, size = number or query.page, query.size
        if total is None:  # then a full page is taken to have another behind it
            last = max(1, number - (rows == 0) + (rows == size))
        else:
            last = max(1, -(-min(total, reach or total) // size))
        first_row = (number - 1) * size + 1 if rows else 0
        wanted = {1, 2, number - 1, number, number + 1, last - 1, last}
        return cls(
            number=number,
            count=last,
            first_row=first_row,
            last_row=first_row + rows - 1 if rows else 0,
            total=total,
            numbers=tuple(_with_gaps(sorted(n for n in wanted if 1 <= n <= last))),
            seen=seen,
        )

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None


@dataclass(frozen=True)
class ShownRows:
    """Which rows of which list stand on the page: `first` to `last`, of as many as `counts` say.

    A decided row keeps its place, so that `last` may be beyond the end of the list.
    """

    tab: Tab
    first: int
    last: int
    counts: Counts

    @property
    def total(self) -> int | None:
        is_pending = self.tab is Tab.PENDING
        return self.counts.shown_open if is_pending else self.counts.shown_completed

    @property
    def end(self) -> int:
        """The last of the rows that the list still has."""
        return self.last if self.total is None else min(self.last, self.total)

    @property
    def is_any_left(self) -> bool:
        return self.end >= self.first


@dataclass(frozen=True)
class TaskGroup:
    """What of a page stands together: piles, or single rows."""

    piles: tuple[PileRow, ...] = ()
    rows: tuple[TaskRow, ...] = ()


@dataclass(frozen=True)
class TaskPage:
    """`has_moved`: it is a page before the one that was asked for, because rows have left the list;
    `is_out_of_reach`: the list is long enough for it, and ISC does not show it; `is_narrowed`: its
    rows are those of a search, and not all of the list; `pile`: they are those of one pile.
    """

    tab: Tab
    rows: tuple[TaskRow, ...]
    pager: Pager
    badge: Counts
    has_moved: bool = False
    is_out_of_reach: bool = False
    finding: Finding | None = None
    groups: tuple[TaskGroup, ...] = ()
    pile: PileRow | None = None
    is_narrowed: bool = False
    last_completed: tuple[TaskRow, ...] = ()
    found: int | None = None

    @property
    def are_piles(self) -> bool:
        return any(group.piles for group in self.groups)

    @property
    def shown(self) -> ShownRows | None:
        """None where the list's numbers do not tell how many rows there are."""
        if not self.rows or self.is_narrowed or self.are_piles:
            return None
        return ShownRows(self.tab, self.pager.first_row, self.pager.last_row, self.badge)

    @classmethod
    def of(cls, queue: Queue, query: QueueQuery, context: RenderContext) -> "TaskPage":
        context.prepare(queue.items)
        rows, done = (
            tuple(
                TaskRow.of(one, context) if isinstance(one, WorkItem) else TaskRow.unreadable(one)
                for one in items
            )
            for items in (queue.items, queue.last_completed)
        )
        index = queue.index
        piles, entries = (index.piles, index.entries) if index else ((), None)
        seen = NOTHING_SEEN
        if queue.tab is Tab.PENDING:
            marks = tuple(pile.seen for pile in piles) or tuple(map(row_mark, queue.items))
            seen = SeenRows.of(marks, query.seen)
        pager = Pager.of(
            query,
            rows=len(rows),
            total=entries or queue.total,
            reach=_reach(index),
            number=queue.number,
            seen=seen,
        )
        return cls(
            queue.tab,
            rows,
            pager,
            queue.counts,
            has_moved=queue.number != query.page,
            is_out_of_reach=not rows and _is_out_of_reach(index, replace(query, page=queue.number)),
            finding=Finding.of(index, queue.tab, context, wanted=query.wanted) if index else None,
            found=queue.total,
            groups=tuple(_grouped(rows, queue, query, context)),
            pile=_the_pile(queue, query, context),
            is_narrowed=query.wanted != EVERYTHING,
            last_completed=done,
        )

    @property
    def in_file(self) -> int | None:
        """How many tasks a file of the list has; None until the list is read to its end."""
        index, total = self.finding.index if self.finding else None, self.found
        if not self.rows or total is None:
            return None
        if index is None:  # it ends on this page
            return total if self.pager.count == 1 else None
        if index.reading is None or not index.reading.is_whole:
            return None
        return total if index.is_searched else min(total, index.reading.reach or total)

    @property
    def read_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.badge.as_of, UTC) if self.badge.as_of else None

    @property
    def is_pending(self) -> bool:
        return self.tab is Tab.PENDING


def _reach(index: Index | None) -> int | None:
    """How many rows of the list ISC shows at most, once it has refused others that there are."""
    return index.reading.reach if index and index.reading else None


def _is_out_of_reach(index: Index | None, query: QueueQuery) -> bool:
    """Whether the list goes on as far as this page, where ISC shows no more of it."""
    reading = index.reading if index else None
    if reading is None or reading.reach is None or query.wanted != EVERYTHING:
        return False
    return reading.reach <= query.offset < (reading.total or 0)


def _grouped(
    rows: tuple[TaskRow, ...], queue: Queue, query: QueueQuery, context: RenderContext
) -> Iterable[TaskGroup]:
    """The rows as they stand on the page: some of them each stand for a pile."""
    piles = queue.index.piles if queue.index else ()
    if not piles:
        yield TaskGroup(rows=rows)
    triples = zip(piles, queue.items, rows, strict=True) if piles else ()
    for is_pile, some in groupby(triples, key=lambda triple: bool(triple[0].mark)):
        if is_pile:
            shown = (PileRow.of(facts, item, query.group, context) for facts, item, _row in some)
            yield TaskGroup(piles=tuple(shown))
        else:
            yield TaskGroup(rows=tuple(row for _facts, _item, row in some))


def _the_pile(queue: Queue, query: QueueQuery, context: RenderContext) -> PileRow | None:
    facts = queue.index.pile if queue.index else None
    return (
        PileRow.of(facts, queue.items[0], query.group, context) if facts and queue.items else None
    )


def _with_gaps(numbers: list[int]) -> Iterable[int | None]:
    previous = 0
    for number in numbers:
        if number != previous + 1:
            yield None
        yield number
        previous = number
