"""Which part of a queue is asked for, as an address can hold it."""

from dataclasses import dataclass
from enum import StrEnum


class Tab(StrEnum):
    """The two lists of a queue."""

    PENDING = "pending"
    COMPLETED = "completed"


@dataclass(frozen=True)
class QueueQuery:
    """One page of one of the lists; `page` counts from 1, `size` is in rows."""

    size: int
    tab: Tab = Tab.PENDING
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size
