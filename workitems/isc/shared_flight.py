"""The same read of the same person at the same moment is one call in the whole installation."""

import time
import uuid
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from workitems.isc.redis_link import RedisAway, RedisLink
from workitems.isc.single_flight import SingleFlight

Answer = TypeVar("Answer")

POLLED_EVERY: Final = 0.025  # seconds
LONGEST: Final = 5.0  # seconds that a read is waited for, and that its answer is kept
MILLISECONDS: Final = int(LONGEST * 1000)
WRITES_KEPT: Final = 60  # seconds: longer than any read from before the write can be joined
MOST: Final = 2 * 1024 * 1024  # characters of a sealed answer: Redis is no store of bodies

FINISH: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
"""


@dataclass(frozen=True)
class Seals(Generic[Answer]):
    """How answers are kept from who can read Redis.

    `mark` is a keyed hash. What is sealed for one key opens for that key only; None: it does not.
    """

    mark: Callable[[str], str]
    seal: Callable[[Answer, str], str]
    unseal: Callable[[str, str], Answer | None]


class SharedFlight(SingleFlight[Answer]):
    """The threads of this process share first; the first of them shares with other processes.

    An error is not shared between processes: each then calls itself. Neither is an answer that
    was there before somebody asked: this is no cache.
    """

    def __init__(self, link: RedisLink, seals: Seals[Answer]) -> None:
        super().__init__()
        self._link, self._seals = link, seals

    def read(self, person: str, what: Hashable, call: Callable[[], Answer]) -> Answer:
        return super().read(person, what, lambda: self._shared(person, what, call))

    def forget(self, person: str) -> None:
        super().forget(person)
        key, write = self._of(person), uuid.uuid4().hex
        with suppress(RedisAway):
            self._link.ask(lambda redis: redis.set(key, write, ex=WRITES_KEPT))

    def _of(self, person: str) -> str:
        """The key of this person's last write: part of the key of each of their reads."""
        return self._link.key("write", self._seals.mark(person))

    def _shared(self, person: str, what: Hashable, call: Callable[[], Answer]) -> Answer:
        own, writes = uuid.uuid4().hex, self._of(person)

        def begin(redis: Any) -> tuple[str, str]:
            """The key of the read, and who makes it."""
            mark = self._seals.mark(repr((person, redis.get(writes), what)))
            key = self._link.key("read", mark)
            is_first = redis.set(key, own, nx=True, px=MILLISECONDS)
            if is_first:
                return key, own
            if leader := redis.get(key):
                redis.set(self._link.key("awaited", leader), 1, px=MILLISECONDS)
            return key, leader or ""

        try:
            key, leader = self._link.ask(begin)
        except RedisAway:
            return call()
        if leader == own:
            return self._made(key, own, call)
        answer = self._awaited(key, leader)
        return call() if answer is None else answer

    def _made(self, key: str, own: str, call: Callable[[], Answer]) -> Answer:
        place, sealed = self._link.key("answer", own), ""
        try:
            answer = call()
            if self._is_awaited(own):
                sealed = self._seals.seal(answer, place)
            return answer
        finally:
            values = own, sealed if len(sealed) <= MOST else "", MILLISECONDS
            with suppress(RedisAway):  # who waits finds out by the end of the key
                self._link.ask(lambda redis: redis.eval(FINISH, 2, key, place, *values))

    def _is_awaited(self, own: str) -> bool:
        """Most answers are not: they need neither a seal nor a place."""
        try:
            return bool(self._link.ask(lambda redis: redis.exists(self._link.key("awaited", own))))
        except RedisAway:
            return False

    def _awaited(self, key: str, leader: str) -> Answer | None:
        """The answer to the call of `leader`; None where there will be none."""
        place, until = self._link.key("answer", leader), time.monotonic() + LONGEST
        while time.monotonic() < until:
            try:
                maker, sealed = self._link.ask(lambda redis: redis.mget(key, place))
            except RedisAway:
                return None
            if sealed:
                return self._seals.unseal(sealed, place)
            if maker != leader:
                return None
            time.sleep(POLLED_EVERY)
        return None
