"""What the services hand up: pages of a queue, numbers, and the end of a write."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.readings import Index
from workitems.isc.errors import IscError
from workitems.isc.schemas import PublicIdentity, UnreadableWorkItem, WorkItem, WorkItemPage


class CannotRenew(IscError):
    """ISC refused the token, and the sign-in service that could renew it does not answer."""


class NotSent(IscError):
    """A write that ISC refused for its token alone, which has been renewed: press again."""


class NotRecorded(IscError):
    """The ledger cannot be written: nothing is sent that is not recorded before."""


class LedgerUnreadable(IscError):
    """What was decided before cannot be looked up, or changed: it stays as it was."""


class NoWorker(IscError):
    """No job worker lives, which sends what is decided at once: nothing of it is begun."""


class SessionEnding(IscError):
    """The session that a write comes from is being ended: nothing new is begun for it."""


class SessionOver(IscError):
    """What was to be sent later is not: its session has ended, and with it the right to send it."""


class UnderWay(IscError):
    """Somebody is at its work item, or has decided it and not sent that yet."""


class Stopped(IscError):
    """The bulk run that it was part of was stopped before its turn came."""


class TooOld(IscError):
    """What waited for its person has waited for longer than the ledger is kept."""


class Erased(IscError):
    """What was to be sent is not: its person was taken out of the ledger."""


class ListForbidden(IscError):
    """403 for a list, its numbers or a search: it is not about one work item."""


class ListMissing(IscError):
    """404 for a list, its numbers or a search."""


class ListUnread(IscError):
    """All of a list is needed, and it is not read to its end; `index`: how far, if known."""

    retry_after = 5.0  # seconds: a list of 10,000 is read in ten or so

    def __init__(self, index: Index | None) -> None:
        super().__init__()
        self.index = index


class WriteStatus(StrEnum):
    """How a write ended, once everything that can be known is known."""

    SCHEDULED = "scheduled"  # recorded, to be sent later; whoever pressed may take it back
    CANCELLED = "cancelled"  # taken back before it was sent
    SENDING = "sending"  # recorded, and on its way: somebody else's, for who meets it
    SUCCEEDED = "succeeded"  # ISC's answer shows it
    VERIFIED = "verified"  # no answer showed it, but reading the item again does
    ALREADY_DONE = "already-done"  # refused, because it had been decided before
    SUPERSEDED = "superseded"  # the item stands otherwise than this write wanted
    UNCONFIRMED = "unconfirmed"  # not known yet: no answer, or one that does not show it
    GONE = "gone"  # reading the item again shows that it has left this person's reach
    REFUSED = "refused"  # understood and refused, for the reason in `Receipt.detail`
    NOT_SENT = "not-sent"  # stopped before the call
    CHANGED = "changed"  # stopped before the call: the item is no longer what the page showed
    NOT_DONE = "not-done"  # found later: it was never done, and the item still waits

    @property
    def is_success(self) -> bool:
        """Whether this write is what decided the item."""
        return self in {WriteStatus.SUCCEEDED, WriteStatus.VERIFIED}


@dataclass(frozen=True)
class Rival:
    """Another attempt on the same item, under way or the one that decided it: what, whose, when.

    `actor_name` is empty for the actor's own.
    """

    command: str
    actor_id: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class Receipt:
    """The end of a write. `item` is as ISC showed it last, None where it did not; `before` as it
    was read before the call, None where it was not.

    `is_accepted`: ISC took an UNCONFIRMED write with a 2xx; `is_answered`: it answered at all.
    `rival` is who is at it (SENDING) or was faster, as far as the ledger knows. `refusal` is
    ISC's error behind REFUSED, GONE and NOT_SENT. `attempt` is the row of a write that is, or
    was, SCHEDULED. `sent` are the ids of the approval items that were sent one by one, None where
    all went in one call; `unlisted` those that one call decided besides. `has_moved`: it is CHANGED
    because it lies in another queue.
    """

    status: WriteStatus
    item: WorkItem | None = None
    detail: str = ""
    request_id: str | None = None
    is_accepted: bool = False
    is_answered: bool = True
    rival: Rival | None = None
    sent: tuple[str, ...] | None = None
    unlisted: tuple[str, ...] = ()
    refusal: IscError | None = None
    before: WorkItem | None = None
    attempt: UUID | None = None
    has_moved: bool = False


@dataclass(frozen=True)
class Counts:
    """How many work items an owner has; None where ISC did not say.

    `mark` is that of the queue (`change_mark`), "" where it is not known; `as_of` when all this was
    true, in epoch seconds, 0.0 where nobody has noted it. `leaving` are those that will leave the
    queue by what is recorded here and not sent yet, `closing` those that will then be completed:
    pages count both as done. `news` is a mark of all that pages have to say of such writes.
    """

    open: int | None = None
    completed: int | None = None
    mark: str = field(default="", compare=False)
    as_of: float = field(default=0.0, compare=False)
    leaving: int = field(default=0, compare=False)
    closing: int = field(default=0, compare=False)
    news: str = field(default="", compare=False)

    def agree(self, tab: Tab, total: int | None) -> bool:
        """Whether a list of this length is what the numbers say; a list may not know its own."""
        return total in {None, self.open if tab is Tab.PENDING else self.completed}

    @property
    def etag(self) -> str:
        """The ETag (RFC 9110, 8.8.3) of whatever shows these numbers."""
        numbers = (self.shown_open, self.shown_completed)
        shown = ["" if number is None else number for number in numbers]
        return 'W/"{}-{}-{}{}"'.format(*shown, self.mark, self.news and f"-{self.news}")

    @property
    def shown_open(self) -> int | None:
        return None if self.open is None else max(0, self.open - self.leaving)

    @property
    def shown_completed(self) -> int | None:
        return None if self.completed is None else self.completed + self.closing

    @property
    def total(self) -> int | None:
        if self.shown_open is None or self.shown_completed is None:
            return None
        return self.shown_open + self.shown_completed


@dataclass(frozen=True)
class QueueNumbers:
    """How much waits in a queue and since when, as of a moment; None where nobody knows.

    `is_oldest`: False where older tasks may wait in the part of the list that was not read.
    """

    open: int | None = None
    oldest: datetime | None = None
    is_oldest: bool = True
    as_of: datetime | None = None


class RecentReads(Protocol):
    """What this person has read of one queue, seconds ago, unless something was decided since.

    `asked_at` is before the call: a decision may come while it is under way.
    """

    def counts(self) -> Counts | None:
        """Both numbers, or None."""

    def last_counts(self) -> Counts | None:
        """Both numbers, as they were some minutes ago."""

    def open_count(self) -> Counts | None:
        """The one number that a list tells."""

    def numbers(self) -> QueueNumbers | None:
        """How much waits and since when, as it was a minute ago."""

    def keep_numbers(self, numbers: QueueNumbers, asked_at: datetime) -> None: ...
    def keep_counts(self, counts: Counts) -> None: ...
    def page(self, query: QueueQuery) -> tuple[WorkItemPage, datetime] | None:
        """With `asked_at`."""

    def keep_page(self, query: QueueQuery, page: WorkItemPage, asked_at: datetime) -> None: ...


@dataclass(frozen=True)
class Queue:
    """One page of one owner's pending or completed work items.

    `total`: how many rows the pages have, all together; `number`: which page this is, where it may
    be another than was asked for; `index`: what a search knows of the list, None where nobody has
    asked for more than its beginning. `last_completed`: where nothing is pending, what has been
    completed last.
    """

    tab: Tab
    items: tuple[WorkItem | UnreadableWorkItem, ...]
    total: int | None
    counts: Counts
    number: int = 1
    index: Index | None = None
    last_completed: tuple[WorkItem | UnreadableWorkItem, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether nothing at all is pending, and not on this page or in this search alone."""
        is_first = self.number == 1 and self.index is None
        return self.tab is Tab.PENDING and is_first and not self.items

    @classmethod
    def of(
        cls, tab: Tab, page: WorkItemPage, counts: Counts, as_of: float = 0.0, number: int = 1
    ) -> "Queue":
        """The list's own total outranks the counts, so that badge and list cannot disagree.

        The list was asked for at `as_of`, in epoch seconds; `number` counts its pages from 1.
        """
        total, is_pending = page.total, tab is Tab.PENDING
        if total is None:
            total = counts.open if is_pending else counts.completed
        waiting, done = (total, counts.completed) if is_pending else (counts.open, total)
        counts = replace(counts, open=waiting, completed=done, mark="", as_of=as_of)
        return cls(tab, page.items, total, counts, number)


@dataclass(frozen=True)
class FoundPeople:
    """The first of those whom a search finds; `is_more`: there are others."""

    people: tuple[PublicIdentity, ...] = ()
    is_more: bool = False
