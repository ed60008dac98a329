"""Whole pages, and the parts of a page that are no work item: badge, pager, people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from workitems.isc.schemas import ApprovalItem, PublicIdentity, WorkItem
from workitems.presenters.items import ApprovalLine, TaskRow
from workitems.presenters.labels import Text
from workitems.presenters.reader import Reader
from workitems.presenters.sentences import sentence_of
from workitems.results import Counts, Queue, Tab, Verdict


@dataclass(frozen=True)
class Badge:
    """The numbers of the header and the tabs; None where SailPoint did not say."""

    open: int | None
    completed: int | None

    @classmethod
    def of(cls, counts: Counts) -> "Badge":
        return cls(counts.open, counts.completed)

    @property
    def total(self) -> int | None:
        known = self.open is not None and self.completed is not None
        return (self.open or 0) + (self.completed or 0) if known else None


@dataclass(frozen=True)
class Pager:
    """Numbered pages: `numbers` holds None where pages are left out."""

    number: int
    count: int
    first_row: int
    last_row: int
    total: int | None
    numbers: tuple[int | None, ...] = field(default=())

    @classmethod
    def of(cls, number: int, *, size: int, rows: int, total: int | None) -> "Pager":
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
class TaskPage:
    """One page of the queue."""

    tab: Tab
    rows: tuple[TaskRow, ...]
    pager: Pager
    badge: Badge

    @classmethod
    def of(cls, queue: Queue, *, number: int, size: int, now: datetime) -> "TaskPage":
        reader = Reader.at(now)
        rows = tuple(
            TaskRow.read_by(reader, item)
            if isinstance(item, WorkItem)
            else TaskRow.unreadable(item)
            for item in queue.items
        )
        return cls(
            tab=queue.tab,
            rows=rows,
            pager=Pager.of(number, size=size, rows=len(rows), total=queue.total),
            badge=Badge.of(queue.counts),
        )

    @property
    def is_pending(self) -> bool:
        return self.tab is Tab.PENDING


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
        refusal = refusal_of(person, owner_id=owner_id, actor_id=actor_id)
        return cls(person.id, person.name or person.alias, hint, refusal)


def refusal_of(person: PublicIdentity, *, owner_id: str, actor_id: str) -> Text:
    """Why a work item of `owner_id` cannot be forwarded to `person`; empty where it can."""
    if person.id == owner_id == actor_id:
        return _("This is you: the work item already is in your queue.")
    if person.id == owner_id:
        return _("The work item already is in this person's queue.")
    if person.is_inactive:
        return _("This person is inactive and would never see it.")
    return ""


@dataclass(frozen=True)
class Confirmation:
    """What is about to be decided, named one by one, before it is."""

    title: Text
    question: Text
    submit_label: Text
    tone: str
    lines: tuple[ApprovalLine, ...] = ()
    warning: str = ""

    @classmethod
    def of_decision(
        cls, verdict: Verdict, lines: Sequence[ApprovalItem], *, owner_name: str
    ) -> "Confirmation":
        """`lines` are the approval items that still are open; `owner_name` if not one's own."""
        count = len(lines)
        if verdict is Verdict.APPROVE:
            title = ngettext("Approve %(count)d item?", "Approve %(count)d items?", count)
            submit = ngettext("Approve %(count)d item", "Approve all %(count)d items", count)
        else:
            title = ngettext("Reject %(count)d item?", "Reject %(count)d items?", count)
            submit = ngettext("Reject %(count)d item", "Reject all %(count)d items", count)
        return cls(
            title=title % {"count": count},
            question=_("This is what you decide:"),
            submit_label=submit % {"count": count},
            tone=verdict.value,
            lines=tuple(ApprovalLine.of(line, get_language()) for line in lines),
            warning=_on_behalf(owner_name),
        )

    @classmethod
    def of_completion(cls, item: WorkItem, *, owner_name: str) -> "Confirmation":
        return cls(
            title=_("Mark this task complete?"),
            question=sentence_of(item, get_language()).text,
            submit_label=_("Mark complete"),
            tone="complete",
            warning=_on_behalf(owner_name),
        )


def _on_behalf(owner_name: str) -> str:
    if not owner_name:
        return ""
    words = gettext("You decide for %(name)s, not for yourself. This is recorded.")
    return words % {"name": owner_name}


def _with_gaps(numbers: list[int]) -> Iterable[int | None]:
    previous = 0
    for number in numbers:
        if number != previous + 1:
            yield None
        yield number
        previous = number
