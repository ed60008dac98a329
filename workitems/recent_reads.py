"""What a person has read of a queue, kept for seconds: page, badge and widget share it.

Where the tenant scan runs, its numbers take the place of those that are too old.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from django.core.cache import cache
from django.db import DatabaseError

from workitems import ledger
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, QueueNumbers
from workitems.isc.schemas import WorkItemPage
from workitems.queue_states import learn, scanned
from workitems.scope import QueueScope

NUMBERS_SECONDS: Final = 60  # of a queue among others: a board may show fifty
LAST_SECONDS: Final = 600  # beside a list that was read before: its own number is no younger
CLOCKS_DIFFER: Final = timedelta(seconds=2)  # between two servers of one installation


class Kept(NamedTuple):
    """Something read, and the moment before it was asked for."""

    value: Any
    asked_at: datetime


@dataclass(frozen=True)
class RecentReads:
    """Of one queue as one person read it, in this process, for at most `seconds`: 0 asks each time.

    A decision in that queue ends it at once, whichever process has recorded it.
    """

    scope: QueueScope
    seconds: int

    def counts(self) -> Counts | None:
        kept: Counts | None = self._kept("counts")
        if kept is not None:
            return kept
        found = scanned(self.scope.owner.id)
        return found if found and found.total is not None else None

    def last_counts(self) -> Counts | None:
        """Both numbers as they were read some minutes ago, if nothing was decided here since."""
        kept: Counts | None = self._kept("counts", LAST_SECONDS)
        return kept

    def open_count(self) -> Counts | None:
        kept: Counts | None = self._kept("open")
        return kept

    def keep_counts(self, counts: Counts) -> None:
        learn(self.scope.owner.id, counts)
        if counts.total is not None:
            read_at = datetime.fromtimestamp(counts.as_of, UTC)
            self._keep("counts", counts, read_at, LAST_SECONDS)

    def numbers(self) -> QueueNumbers | None:
        """How much waits and since when, as it was a minute ago."""
        kept: QueueNumbers | None = self._kept("numbers", NUMBERS_SECONDS)
        return kept

    def keep_numbers(self, numbers: QueueNumbers, asked_at: datetime) -> None:
        self._keep("numbers", numbers, asked_at, NUMBERS_SECONDS)

    def page(self, query: QueueQuery) -> tuple[WorkItemPage, datetime] | None:
        kept: tuple[WorkItemPage, datetime] | None = self._kept(str(query))
        return kept

    def keep_page(self, query: QueueQuery, page: WorkItemPage, asked_at: datetime) -> None:
        self._keep(str(query), (page, asked_at), asked_at)
        if query.tab is Tab.PENDING and page.total is not None:
            self._keep("open", Counts(page.total, as_of=asked_at.timestamp()), asked_at)

    def _kept(self, what: str, seconds: int | None = None) -> Any:
        """What was asked for within so many seconds, and is still so."""
        age = timedelta(seconds=self.seconds if seconds is None else seconds)
        kept: Kept | None = cache.get(self._key(what)) if age else None
        if kept is None or datetime.now(UTC) - kept.asked_at > age or self._is_outdated(kept):
            return None
        return kept.value

    def _keep(self, what: str, value: Any, asked_at: datetime, seconds: int | None = None) -> None:
        if seconds := self.seconds if seconds is None else seconds:
            cache.set(self._key(what), Kept(value, asked_at), seconds)

    def _is_outdated(self, kept: Kept) -> bool:
        try:
            return ledger.is_any_since(self.scope.owner.id, kept.asked_at - CLOCKS_DIFFER)
        except DatabaseError:
            return True

    def _key(self, what: str) -> str:
        parts = f"{self.scope.actor.id} {self.scope.owner.id} {what}"
        # Hashed, because memcached rejects some characters in keys and an address may hold any.
        return f"read:{sha256(parts.encode()).hexdigest()}"
