"""The connection to Redis: whether it answers, its clock, and how many processes live."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from hashlib import sha256
from os import getpid
from typing import Any, Final, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger("workitems.isc")

Answer = TypeVar("Answer")

TIMEOUT: Final = 0.25  # seconds: a call to SailPoint takes about as long
TRIED_EVERY: Final = 1.0  # seconds, while Redis does not answer
KEPT_EVERY: Final = 5.0  # seconds between two reports that this process lives
GONE_AFTER: Final = 30.0  # seconds without a report
SETTLED_AFTER: Final = 10.5  # seconds that a call counts
PROCESS: Final = uuid.uuid4().hex


class RedisAway(Exception):
    """Redis did not answer, or not as it should: the process goes on alone."""


class RedisLink:
    """Redis at `url`, for all processes that pass the same `name`; at least `least` of them.

    No error of Redis and none of its addresses leaves this class, because both may hold the
    password.
    """

    def __init__(self, url: str, name: str, *, least: int = 1) -> None:
        self._prefix = f"my-tasks:{sha256(name.encode()).hexdigest()[:16]}"
        self._least, self.processes = least, least
        # Repeated by nobody: who waits for an answer can use the log of the process instead.
        self._redis: Any = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
        self._lock = threading.Lock()
        self._offset = time.time() - time.monotonic()
        self._is_away, self._due_at, self._settled_at = False, float("-inf"), float("-inf")
        self._has_reported = False
        self._checked: list[Callable[[Any], object]] = []
        try:
            self.ask(lambda _: None)
        except RedisAway:
            return

    def close(self) -> None:
        """Its connections; a process that ends closes them anyway."""
        self._redis.close()

    def key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))

    def clock(self) -> float:
        """Seconds of Redis' own clock, also while it is away.

        Measured against `time.monotonic`: setting a machine's clock changes nothing.
        """
        return time.monotonic() + self._offset

    @property
    def is_settling(self) -> bool:
        """Redis is away, or has missed calls that still count."""
        return self._is_away or time.monotonic() < self._settled_at

    def check(self, question: Callable[[Any], object]) -> None:
        """Ask this too before Redis counts as back: it may answer one thing and refuse another."""
        self._checked.append(question)

    def has_forgotten(self) -> None:
        """Redis was restarted, or emptied: what it counted is gone."""
        self._settled_at = time.monotonic() + SETTLED_AFTER

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """The answer of Redis to `question`. Raises RedisAway, at once while it is known to be."""
        is_due = self._is_due()
        if self._is_away and not is_due:
            raise RedisAway
        try:
            if is_due:
                self._keep_up()
            return question(self._redis)
        except (RedisError, OSError) as error:
            self._lost(error)
            raise RedisAway from None

    def _is_due(self) -> bool:
        """Whether this thread is the one to look after the connection now."""
        with self._lock:
            now = time.monotonic()
            if now < self._due_at:
                return False
            self._due_at = now + (TRIED_EVERY if self._is_away else KEPT_EVERY)
            return True

    def _keep_up(self) -> None:
        was_away = self._is_away
        self._measure()
        self._report()
        if not was_away:
            return
        for question in self._checked:
            question(self._redis)
        with self._lock:
            self._is_away = False
            self._due_at = time.monotonic() + KEPT_EVERY
            self._settled_at = time.monotonic() + SETTLED_AFTER
        logger.warning("Redis answers again: all processes count together")

    def _measure(self) -> None:
        sent = time.monotonic()
        seconds, microseconds = self._redis.time()
        middle = (sent + time.monotonic()) / 2
        self._offset = seconds + microseconds / 1_000_000 - middle

    def _report(self) -> None:
        """Say that this process lives, and count those that do; a write, as most questions are."""
        key, now = self.key("processes"), self.clock()
        with self._redis.pipeline() as pipe:
            pipe.zadd(key, {f"{PROCESS}-{getpid()}": now})
            pipe.zremrangebyscore(key, "-inf", now - GONE_AFTER)
            pipe.zcard(key)
            pipe.expire(key, int(GONE_AFTER) * 2)
            answers: Sequence[int] = pipe.execute()
        is_new = bool(answers[0])
        if is_new and self._has_reported:
            self.has_forgotten()
        self._has_reported = True
        self.processes = max(self._least, answers[2])

    def _lost(self, error: Exception) -> None:
        with self._lock:
            was_away, self._is_away = self._is_away, True
            self._due_at = time.monotonic() + TRIED_EVERY
        if not was_away:
            line = "Redis does not answer (%s): each process counts alone, one of %d"
            logger.warning(line, type(error).__name__, self.processes)
