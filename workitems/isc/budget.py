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
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Protocol

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from workitems.isc.errors import OverBudget

logger = logging.getLogger("workitems.isc")

WINDOW: Final = 10.0  # seconds
# Seconds that a call counts beyond it: one that was long on its way is counted later by ISC than by
# us, and one that is faster ten seconds later comes too soon.
ON_ITS_WAY: Final = 0.5
PATIENCE: Final = 2.0  # seconds that a call waits for its place; a longer wait is told instead
PATIENCE_OF_RUNS: Final = 30.0  # the same where nobody waits for it
SHORTEST_PAUSE: Final = 1.0  # seconds: Retry-After may be 0
LONGEST_PAUSE: Final = 60.0  # seconds, of our own accord: ISC may ask for more
SOON: Final = 60.0  # seconds: a refusal so soon after a pause is a repeated one
LESS: Final = 0.75  # what a repeated refusal leaves of the budget
LEAST: Final = 0.25  # what all of them together leave
REGAINED: Final = 0.05  # of the budget, in each minute without a refusal
LONGEST_TURN: Final = 600.0  # seconds, less up to a tenth: they are not to come back together
FREE_GAP: Final = 0.002  # seconds between two pages that ask without a call: our own work


class Purpose(StrEnum):
    """What a call is for: the less urgent, the smaller its part of the budget."""

    DECISION = "decision"
    VIEW = "view"  # somebody looks at it
    BACKGROUND = "background"  # a page asks by itself
    RUN = "run"  # one of many decisions that were confirmed together


PARTS: Final[Mapping[Purpose, float]] = {
    Purpose.DECISION: 0.95,
    Purpose.VIEW: 0.80,
    Purpose.BACKGROUND: 0.50,
    Purpose.RUN: 0.50,
}


class Budget(Protocol):
    """Asked before every attempt, and told of every 429."""

    def take(self, purpose: Purpose) -> None:
        """Wait a little for a place. Raises OverBudget, with the time that it would take."""

    def refused(self, retry_after: float) -> float:
        """ISC answered 429: nobody calls for so many seconds, or more; returns how many."""

    def turn(self, after: float, *, is_free: bool = False) -> float:
        """In how many seconds, `after` at least, an open page may ask again by itself.

        Each page has a turn of its own, so that all of them together keep to what is background.
        `is_free`: asking costs no call.
        """


class NoBudget:
    """For a tenant that counts nothing."""

    def take(self, purpose: Purpose) -> None:
        """Every call may go out."""

    def refused(self, retry_after: float) -> float:
        return max(retry_after, SHORTEST_PAUSE)

    def turn(self, after: float, *, is_free: bool = False) -> float:
        return after


@dataclass(frozen=True)
class Pause:
    """No calls for a while after a 429; and the share of the budget that has proved to be ours.

    A refusal although we kept to the budget means that somebody else uses the same OAuth client.
    """

    until: float = float("-inf")
    kept: float = 1.0
    kept_at: float = 0.0
    repeated: int = 0

    def share(self, now: float) -> float:
        return min(1.0, self.kept + REGAINED * max(0.0, now - self.kept_at) / 60)

    def left(self, now: float) -> float:
        """Seconds to its end; 0.0 where there is none."""
        return max(0.0, self.until - now)

    def renewed(self, now: float, retry_after: float) -> "Pause":
        """As long as ISC asks for, and longer each time it refuses again soon."""
        if self.left(now):  # the answer to a call that was under way already
            return replace(self, until=max(self.until, now + retry_after))
        if now - self.until >= SOON:
            return replace(self, until=now + max(retry_after, SHORTEST_PAUSE), repeated=0)
        repeated = self.repeated + 1
        longer = min(SHORTEST_PAUSE * 2**repeated, LONGEST_PAUSE)
        kept = max(LEAST, self.share(now) * LESS)
        return Pause(now + max(retry_after, longer), kept, now, repeated)


class CallLog(Protocol):
    """The calls of the last ten seconds, and the pause: of a process, or of all on a machine."""

    def put(self, purpose: Purpose, most: int, now: float) -> float:
        """Write a call down if there are fewer than `most`: 0.0, else the seconds to wait."""

    def promise(self, name: str, earliest: float, gap: float) -> float:
        """A moment that nobody else of this name has: `gap` seconds after the one before."""

    def pause(self) -> Pause: ...
    def change_pause(self, change: Callable[[Pause], Pause]) -> Pause: ...


class MemoryLog:
    """Of one process, for all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bucket = InMemoryBucket([rate(1)])
        self._pause = Pause()
        self._promised: dict[str, float] = {}

    def put(self, purpose: Purpose, most: int, now: float) -> float:
        with self._lock:
            moment = milliseconds(now)
            self._bucket.leak(moment)
            self._bucket.rates = [rate(most)]
            return verdict(self._bucket.put_decision(RateItem(purpose, moment)))

    def promise(self, name: str, earliest: float, gap: float) -> float:
        with self._lock:
            moment = max(earliest, self._promised.get(name, earliest - gap) + gap)
            self._promised[name] = moment
            return moment

    def pause(self) -> Pause:
        return self._pause

    def change_pause(self, change: Callable[[Pause], Pause]) -> Pause:
        with self._lock:
            self._pause = change(self._pause)
            return self._pause


def rate(most: int) -> Rate:
    return Rate(most, milliseconds(WINDOW + ON_ITS_WAY))


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def verdict(found: Any) -> float:
    """Of a bucket's decision: 0.0 for a place, else the seconds to wait for one."""
    return 0.0 if found.allowed else max(found.retry_after_ms or 0, 1) / 1000


class SharedBudget:
    """`limit` calls in 10 s for all who share the log of calls.

    At most `waiting` threads wait for what somebody looks at: the others stay free for decisions.
    """

    def __init__(
        self,
        limit: float,
        *,
        log: CallLog | None = None,
        waiting: int = 4,
        longest_turn: float = LONGEST_TURN,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit, self._clock, self._sleep = limit, clock, sleep
        self._log = log or MemoryLog()
        self._seats = threading.Semaphore(waiting)
        self._longest_turn = longest_turn

    def take(self, purpose: Purpose) -> None:
        patience = PATIENCE_OF_RUNS if purpose is Purpose.RUN else PATIENCE
        wait, until = self._wait(purpose), self._clock() + patience
        if not wait:
            return
        with self._seat(purpose) as may_wait:
            while may_wait and wait and self._clock() + wait <= until:
                self._sleep(wait)
                wait = self._wait(purpose)
        if wait:
            raise OverBudget(retry_after=self._promise(purpose, wait))

    def refused(self, retry_after: float) -> float:
        now = self._clock()
        pause = self._log.change_pause(lambda pause: pause.renewed(now, retry_after))
        seconds, share = pause.left(now), pause.share(now)
        line = "SailPoint's rate limit: no calls for %.0f s, then %.0f %% of the budget"
        logger.warning(line, seconds, 100 * share)
        return seconds

    def _wait(self, purpose: Purpose) -> float:
        """0.0 once the call has its place, else in how many seconds to ask again."""
        now, pause = self._clock(), self._log.pause()
        if wait := pause.left(now):
            return wait
        return self._log.put(purpose, self._most(purpose, pause.share(now)), now)

    @contextmanager
    def _seat(self, purpose: Purpose) -> Iterator[bool]:
        """Whether a thread may wait: for a decision always, for a page that asks itself never."""
        if purpose is not Purpose.VIEW:
            yield purpose in {Purpose.DECISION, Purpose.RUN}
        elif self._seats.acquire(blocking=False):
            try:
                yield True
            finally:
                self._seats.release()
        else:
            yield False

    def turn(self, after: float, *, is_free: bool = False) -> float:
        if not is_free:
            return self._promise(Purpose.BACKGROUND, after)
        now = self._clock()
        return self._log.promise("free", now + after, FREE_GAP) - now

    def _promise(self, purpose: Purpose, wait: float) -> float:
        """When to come again: each is told a place of its own, so that not all come at once."""
        now, pause = self._clock(), self._log.pause()
        gap = WINDOW / self._most(purpose, pause.share(now))
        told = self._log.promise(purpose, now + wait, gap) - now
        # Nobody is sent away for hours: by then there may be fewer pages, or a scan that answers.
        longest = max(wait, self._longest_turn - told % (self._longest_turn / 10))
        return min(told, longest)

    def _most(self, purpose: Purpose, share: float) -> int:
        return max(1, int(self._limit * share * PARTS[purpose]))
