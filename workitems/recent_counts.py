"""How many tasks an owner has, kept for seconds: page, badge and widget share what they read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from django.core.cache import cache
from django.db import DatabaseError

from workitems import ledger
from workitems.domain.results import Counts
from workitems.scope import QueueScope

CLOCKS_DIFFER: Final = timedelta(seconds=2)  # between two servers of one installation


class Kept(NamedTuple):
    """Numbers, and the moment before they were asked for."""

    counts: Counts
    asked_at: datetime


@dataclass(frozen=True)
class RecentCounts:
    """The numbers of one queue as one person read them, for at most `seconds`; 0 keeps none.

    A decision in that queue ends them at once, whichever process has recorded it.
    """

    scope: QueueScope
    seconds: int

    def get(self) -> Counts | None:
        kept: Kept | None = cache.get(self._key) if self.seconds else None
        return None if kept is None or self._is_outdated(kept) else kept.counts

    def keep(self, counts: Counts, asked_at: datetime) -> None:
        if self.seconds and counts.total is not None:
            cache.set(self._key, Kept(counts, asked_at), self.seconds)

    def _is_outdated(self, kept: Kept) -> bool:
        try:
            return ledger.is_any_since(self.scope.owner.id, kept.asked_at - CLOCKS_DIFFER)
        except DatabaseError:
            return True

    @property
    def _key(self) -> str:
        pair = f"{self.scope.actor.id} {self.scope.owner.id}"
        # Hashed, because memcached rejects some characters in keys and an address may hold any.
        return f"counts:{sha256(pair.encode()).hexdigest()}"
