"""What the service hands up: pages of a queue, numbers, the end of a write, and its own errors."""

from dataclasses import dataclass
from enum import StrEnum

from workitems.isc.errors import IscError
from workitems.isc.schemas import UnreadableWorkItem, WorkItem, WorkItemPage, WorkItemSummary


class CannotRenew(IscError):
    """ISC refused the token, and the sign-in service that could renew it does not answer."""


class NotSent(IscError):
    """A write that ISC refused for its token alone, which has been renewed: press again."""


class ListForbidden(IscError):
    """403 for a list, its numbers or a search: it is not about one work item."""


class ListMissing(IscError):
    """404 for a list, its numbers or a search."""


class Tab(StrEnum):
    PENDING = "pending"
    COMPLETED = "completed"


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Told(StrEnum):
    """What became of a write, once everything that can be known is known."""

    DONE = "done"
    CONFIRMED = "confirmed"  # no answer came, but reading the item again shows that it was done
    ALREADY = "already"  # refused, because it had been decided before
    UNCHANGED = "unchanged"  # no answer came, and the item still waits
    REFUSED = "refused"  # understood and refused, for the reason in `detail`


@dataclass(frozen=True)
class Outcome:
    """The end of a write. `item` is None where it left the person's reach (forwarded)."""

    told: Told
    item: WorkItem | None = None
    detail: str = ""
    request_id: str | None = None


@dataclass(frozen=True)
class Counts:
    """How many work items an owner has; None where ISC did not say."""

    open: int | None
    completed: int | None


@dataclass(frozen=True)
class Queue:
    """One page of one owner's pending or completed work items."""

    tab: Tab
    items: tuple[WorkItem | UnreadableWorkItem, ...]
    total: int | None
    counts: Counts


def queue_of(tab: Tab, page: WorkItemPage, summary: WorkItemSummary | None) -> Queue:
    """The list's own total outranks the summary's, so that badge and list cannot disagree."""
    counts = counts_of(summary)
    if page.total is None:
        total = counts.open if tab is Tab.PENDING else counts.completed
    else:
        total = page.total
        if tab is Tab.PENDING:
            counts = Counts(total, counts.completed)
        else:
            counts = Counts(counts.open, total)
    return Queue(tab, page.items, total, counts)


def counts_of(summary: WorkItemSummary | None) -> Counts:
    return Counts(None, None) if summary is None else Counts(summary.open, summary.completed)


def is_finished(item: WorkItem) -> bool:
    return not item.is_open


def is_settled(item: WorkItem) -> bool:
    return not item.is_open or (bool(item.approval_items) and not item.open_approval_items)


def refused(refusal: IscError, item: WorkItem | None = None) -> Outcome:
    return Outcome(Told.REFUSED, item, refusal.detail, refusal.request_id)
