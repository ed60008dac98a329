"""Whole pages, and the parts of a page that are no work item: badge, pager, people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from workitems.domain.policy import ForwardRefusal, forward_refusal
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, Queue
from workitems.isc.schemas import PublicIdentity, WorkItem
from workitems.view_models.labels import Text
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow


@dataclass(frozen=True)
class Pager:
    """Numbered pages: `numbers` holds None where pages are left out."""

    number: int
    count: int
    first_row: int
    last_row: int
    total: int | None
    numbers: tuple[int | None, ...]

    @classmethod
    def of(cls, query: QueueQuery, *, rows: int, total: int | None) -> "Pager":
        number, size = query.page, query.size
        # Without a total, a full page is taken to have another behind it.
        last = number + (rows == size) if total is None else max(1, -(-total // size))
        first_row = (number - 1) * size + 1 if rows else 0
        wanted = {1, 2, number - 1, number, number + 1, last - 1, last}
        return cls(
            number=number,
            count=last,
            first_row=first_row,
            last_row=first_row + rows - 1 if rows else 0,
            total=total,
            numbers=tuple(_with_gaps(sorted(n for n in wanted if 1 <= n <= last))),
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
class TaskPage:
    tab: Tab
    rows: tuple[TaskRow, ...]
    pager: Pager
    badge: Counts

    @property
    def shown(self) -> ShownRows:
        return ShownRows(self.tab, self.pager.first_row, self.pager.last_row, self.badge)

    @classmethod
    def of(
        cls, queue: Queue, query: QueueQuery, *, now: datetime, actor_id: str = ""
    ) -> "TaskPage":
        context = RenderContext.at(now, actor_id=actor_id)
        rows = tuple(
            TaskRow.of(item, context) if isinstance(item, WorkItem) else TaskRow.unreadable(item)
            for item in queue.items
        )
        pager = Pager.of(query, rows=len(rows), total=queue.total)
        return cls(queue.tab, rows, pager, queue.counts)

    @property
    def is_pending(self) -> bool:
        return self.tab is Tab.PENDING


REFUSALS: Final[Mapping[ForwardRefusal, Text]] = {
    ForwardRefusal.OWN: _("This is you: the work item already is in your queue."),
    ForwardRefusal.OWNER: _("The work item already is in this person's queue."),
    ForwardRefusal.INACTIVE: _("This person is inactive and would never see it."),
}


@dataclass(frozen=True)
class PersonOption:
    """Somebody found by the people search; `refusal` says why they cannot be chosen."""

    id: str
    name: str
    hint: str
    refusal: Text

    @classmethod
    def of(cls, person: PublicIdentity, *, owner_id: str, actor_id: str) -> "PersonOption":
        hint = " · ".join(filter(None, (person.alias, person.email)))
        refusal = forward_refusal(person, owner_id=owner_id, actor_id=actor_id)
        words = REFUSALS[refusal] if refusal else ""
        return cls(person.id, person.name or person.alias, hint, words)


def _with_gaps(numbers: list[int]) -> Iterable[int | None]:
    previous = 0
    for number in numbers:
        if number != previous + 1:
            yield None
        yield number
        previous = number
