"""What the services hand up: pages of a queue, numbers, and the end of a write."""

from dataclasses import dataclass, replace
from enum import StrEnum

from workitems.domain.queue_query import Tab
from workitems.isc.errors import IscError
from workitems.isc.schemas import UnreadableWorkItem, WorkItem, WorkItemPage


class CannotRenew(IscError):
    """ISC refused the token, and the sign-in service that could renew it does not answer."""


class NotSent(IscError):
    """A write that ISC refused for its token alone, which has been renewed: press again."""


class ListForbidden(IscError):
    """403 for a list, its numbers or a search: it is not about one work item."""


class ListMissing(IscError):
    """404 for a list, its numbers or a search."""


class WriteStatus(StrEnum):
    """How a write ended, once everything that can be known is known."""

    SUCCEEDED = "succeeded"  # ISC confirmed it
    VERIFIED = "verified"  # no answer came, but reading the item again shows that it was done
    ALREADY_DONE = "already-done"  # somebody had decided it before
    UNCONFIRMED = "unconfirmed"  # no answer came, and the item still waits
    REFUSED = "refused"  # understood and refused, for the reason in `Receipt.detail`

    @property
    def is_success(self) -> bool:
        """Whether this write is what decided the item."""
        return self in {WriteStatus.SUCCEEDED, WriteStatus.VERIFIED}


@dataclass(frozen=True)
class Receipt:
    """The end of a write. `item` is None where it left the person's reach (forwarded)."""

    status: WriteStatus
    item: WorkItem | None = None
    detail: str = ""
    request_id: str | None = None


@dataclass(frozen=True)
class Counts:
    """How many work items an owner has; None where ISC did not say."""

    open: int | None = None
    completed: int | None = None

    @property
    def total(self) -> int | None:
        if self.open is None or self.completed is None:
            return None
        return self.open + self.completed


@dataclass(frozen=True)
class Queue:
    """One page of one owner's pending or completed work items."""

    tab: Tab
    items: tuple[WorkItem | UnreadableWorkItem, ...]
    total: int | None
    counts: Counts

    @classmethod
    def of(cls, tab: Tab, page: WorkItemPage, counts: Counts) -> "Queue":
        """The list's own total outranks the counts, so that badge and list cannot disagree."""
        total, is_pending = page.total, tab is Tab.PENDING
        if total is None:
            total = counts.open if is_pending else counts.completed
        elif is_pending:
            counts = replace(counts, open=total)
        else:
            counts = replace(counts, completed=total)
        return cls(tab, page.items, total, counts)
