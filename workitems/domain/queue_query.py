"""Which rows of a queue are asked for, in which order: all that an address can hold of it."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final, Self

from workitems.domain.changes import Effect
from workitems.isc.schemas import UnreadableWorkItem, WorkItem

MARK_LENGTH: Final = 6  # characters for a row: 36 bits, so that no two rows of a page are alike
UNREADABLE: Final = "~" * MARK_LENGTH  # a row without an id
AGES: Final = (1, 7, 14, 30)  # days: what waits longer than so many


class Tab(StrEnum):
    """The two lists of a queue."""

    PENDING = "pending"
    COMPLETED = "completed"


class Sort(StrEnum):
    """The order of the rows; LISTED is ISC's own."""

    LISTED = "listed"
    OLDEST = "oldest"
    NEWEST = "newest"
    REQUESTER = "requester"
    SOURCE = "source"
    FLAGGED = "flagged"


class Group(StrEnum):
    """What rows have in common that are shown as one pile."""

    NONE = ""
    ALIKE = "alike"
    PERSON = "person"
    SOURCE = "source"
    REQUESTER = "requester"
    TYPE = "type"


@dataclass(frozen=True)
class Wanted:
    """Which rows: each field narrows them further, an empty one does not.

    `older` is in days, one of AGES. `since` and `until` are epoch seconds: from the one until
    before the other. `flagged` and `form`: only rows that are so. `flags`: keys of FlagRule.
    `pile`: the mark of one pile of the group that is asked for.
    """

    text: str = ""
    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    effects: frozenset[Effect] = frozenset()
    requesters: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    flagged: bool = False
    form: bool = False
    older: int = 0
    since: int = 0
    until: int = 0
    pile: str = ""


EVERYTHING: Final = Wanted()


@dataclass(frozen=True)
class SeenRows:
    """The rows of the page from which somebody presses Next, in their order.

    Offsets shift: what was decided there, or is sent or decided elsewhere, leaves the list, and
    what follows moves up. Rows tell how far. A count of those that have left would not: others
    come at the same time. A page that is filled up as rows leave would have to be read each time.
    """

    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, marks: Sequence[str], before: "SeenRows") -> Self:
        """`before`: of the page before that one, whose last row counts where no other is left."""
        return cls((*before.marks[-1:], *marks))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(tuple(text[at : at + MARK_LENGTH] for at in range(0, len(text), MARK_LENGTH)))

    def __str__(self) -> str:
        return "".join(self.marks)

    def count_until_last(self, marks: Sequence[str]) -> int:
        """How many of these rows stand up to the last one that was seen, itself among them."""
        seen = {*self.marks} - {UNREADABLE}
        return max((at for at, mark in enumerate(marks, 1) if mark in seen), default=0)


NOTHING_SEEN: Final = SeenRows()


@dataclass(frozen=True)
class QueueQuery:
    """One page of one of the lists; `page` counts from 1, `size` is in rows.

    `seen`: the page is asked for as the next one after these rows. `is_searched`: it is asked for
    with all that a search offers, even where nothing narrows it yet.
    """

    size: int
    tab: Tab = Tab.PENDING
    page: int = 1
    seen: SeenRows = NOTHING_SEEN
    wanted: Wanted = EVERYTHING
    sort: Sort = Sort.LISTED
    group: Group = Group.NONE
    is_searched: bool = False

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def is_plain(self) -> bool:
        """Whether it is the beginning of the list as ISC has it: one call tells it."""
        order = (self.sort, self.group) == (Sort.LISTED, Group.NONE)
        return order and self.page == 1 and self.wanted == EVERYTHING and not self.is_searched


def row_mark(row: WorkItem | UnreadableWorkItem) -> str:
    """What stands for a row in an address."""
    return _mark_by_id(row.id) if isinstance(row, WorkItem) else UNREADABLE


@lru_cache(maxsize=10_000)  # the rows of a page come again with each look at it
def _mark_by_id(identifier: str) -> str:
    return shown_mark(mark_of(identifier))


def mark_of(name: str) -> int:
    """64 bits that stand for a work item by its id: two of 10,000 share theirs once in 10 to the
    11th.
    """
    return int.from_bytes(sha256(name.encode()).digest()[:8])


def shared_mark(name: str) -> int:
    """The same of what rows may have in common; 0 where they have nothing."""
    return mark_of(name) if name else 0


def shown_mark(mark: int) -> str:
    """The same as an address carries it; 0 stands for a row without an id."""
    return urlsafe_b64encode(mark.to_bytes(8)).decode()[:MARK_LENGTH] if mark else UNREADABLE
