"""How many calls the installation may make: ISC counts them for each OAuth client.

All people of one installation share 100 calls in 10 s (rate-limit.md of SailPoint's documentation).
Every attempt takes a place here first. One log of calls has three limits, so that what is less
urgent stops first: while pages and badges wait, a decision still finds a place.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final, Protocol

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from workitems.isc.errors import OverBudget

logger = logging.getLogger("workitems.isc")

WINDOW: Final = 10.0  # seconds
PATIENCE: Final = 2.0  # seconds that a call waits for its place; a longer wait is told instead
SHORTEST_PAUSE: Final = 1.0  # seconds: Retry-After may be 0
LONGEST_PAUSE: Final = 60.0  # seconds, of our own accord: ISC may ask for more
SOON: Final = 60.0  # seconds: a refusal so soon after a pause is a repeated one
LESS: Final = 0.75  # what a repeated refusal leaves of the budget
LEAST: Final = 0.25  # what all of them together leave
REGAINED: Final = 0.05  # of the budget, in each minute without a refusal


class Purpose(StrEnum):
    """What a call is for: the less urgent, the smaller its part of the budget."""

    DECISION = "decision"
    VIEW = "view"  # somebody looks at it
    BACKGROUND = "background"  # a page asks by itself


PARTS: Final[Mapping[Purpose, float]] = {
    Purpose.DECISION: 0.95,
    Purpose.VIEW: 0.80,
    Purpose.BACKGROUND: 0.50,
}


class Budget(Protocol):
    """Asked before every attempt, and told of every 429."""

    def take(self, purpose: Purpose) -> None:
        """Wait a little for a place. Raises OverBudget, with the time that it would take."""

    def refused(self, retry_after: float) -> float:
        """ISC answered 429: nobody calls for so many seconds, or more; returns how many."""


class NoBudget:
    """For a tenant that counts nothing."""

    def take(self, purpose: Purpose) -> None:
        """Every call may go out."""

    def refused(self, retry_after: float) -> float:
        return max(retry_after, SHORTEST_PAUSE)


class ProcessBudget:
    """The budget of one process: `limit` calls in 10 s, all its threads together.

    At most `waiting` threads wait for what somebody looks at: the others stay free for decisions.
    """

    def __init__(
        self,
        limit: float,
        *,
        waiting: int = 4,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit, self._clock, self._sleep = limit, clock, sleep
        self._lock = threading.Lock()
        self._seats = threading.Semaphore(waiting)
        self._pause = Pause()
        self._buckets = {one: InMemoryBucket(self._rates(one, 0.0)) for one in Purpose}
        calls = self._buckets[Purpose.DECISION].items
        for bucket in self._buckets.values():
            bucket.items = calls  # one log, of which each purpose may fill its part
        self._promised = dict.fromkeys(Purpose, 0.0)

    def take(self, purpose: Purpose) -> None:
        wait, until = self._wait(purpose), self._clock() + PATIENCE
        if not wait:
            return
        with self._seat(purpose) as may_wait:
            while may_wait and wait and self._clock() + wait <= until:
                self._sleep(wait)
                wait = self._wait(purpose)
        if wait:
            raise OverBudget(retry_after=self._promise(purpose, wait))

    def refused(self, retry_after: float) -> float:
        with self._lock:
            now = self._clock()
            seconds, share = self._pause.begin(now, retry_after), self._pause.share(now)
        line = "SailPoint's rate limit: no calls for %.0f s, then %.0f %% of the budget"
        logger.warning(line, seconds, 100 * share)
        return seconds

    def _wait(self, purpose: Purpose) -> float:
        """0.0 once the call has its place, else in how many seconds to ask again."""
        with self._lock:
            now = self._clock()
            if wait := self._pause.left(now):
                return wait
            bucket, moment = self._buckets[purpose], int(now * 1000)
            bucket.rates = self._rates(purpose, now)
            bucket.leak(moment)
            found: Any = bucket.put_decision(RateItem(purpose, moment))  # in memory: not awaited
            return 0.0 if found.allowed else max(found.retry_after_ms or 0, 1) / 1000

    @contextmanager
    def _seat(self, purpose: Purpose) -> Iterator[bool]:
        """Whether a thread may wait: for a decision always, for a page that asks itself never."""
        if purpose is not Purpose.VIEW:
            yield purpose is Purpose.DECISION
        elif self._seats.acquire(blocking=False):
            try:
                yield True
            finally:
                self._seats.release()
        else:
            yield False

    def _promise(self, purpose: Purpose, wait: float) -> float:
        """When to come again: each is told a place of its own, so that not all come at once."""
        with self._lock:
            now = self._clock()
            next_one = self._promised[purpose] + WINDOW / self._most(purpose, now)
            self._promised[purpose] = place = max(now + wait, next_one)
            return place - now

    def _rates(self, purpose: Purpose, now: float) -> list[Rate]:
        return [Rate(self._most(purpose, now), int(WINDOW * 1000))]

    def _most(self, purpose: Purpose, now: float) -> int:
        return max(1, int(self._limit * self._pause.share(now) * PARTS[purpose]))


class Pause:
    """No calls for a while after a 429; and the share of the budget that has proved to be ours.

    A refusal although we kept to the budget means that somebody else uses the same OAuth client.
    """

    def __init__(self) -> None:
        self._until = float("-inf")
        self._kept, self._kept_at = 1.0, 0.0
        self._repeated = 0

    def share(self, now: float) -> float:
        return min(1.0, self._kept + REGAINED * max(0.0, now - self._kept_at) / 60)

    def left(self, now: float) -> float:
        """Seconds to its end; 0.0 where there is none."""
        return max(0.0, self._until - now)

    def begin(self, now: float, retry_after: float) -> float:
        """As long as ISC asks for, and longer each time it refuses again soon; returns seconds."""
        if self.left(now):  # the answer to a call that was under way already
            self._until = max(self._until, now + retry_after)
        elif now - self._until < SOON:
            self._repeated += 1
            self._kept, self._kept_at = max(LEAST, self.share(now) * LESS), now
            longer = min(SHORTEST_PAUSE * 2**self._repeated, LONGEST_PAUSE)
            self._until = now + max(retry_after, longer)
        else:
            self._repeated = 0
            self._until = now + max(retry_after, SHORTEST_PAUSE)
        return self.left(now)
