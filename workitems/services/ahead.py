"""Calls that are sent before their answers are needed, each in a thread beside the caller's."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

Value = TypeVar("Value")

# A page makes at most two upstream calls at once; the threads of a gthread worker share the pool,
# and there may be 64 of them. Threads start when they are needed.
POOL: Final = ThreadPoolExecutor(max_workers=128, thread_name_prefix="isc")


def beside(call: Callable[..., Value], *args: Hashable) -> Future[Value]:
    """The call in another thread, which must not use the database: nobody closes its connection."""
    # The context carries the id of the request into the other thread's log lines.
    return POOL.submit(copy_context().run, call, *args)


class Ahead:
    """The calls of one request that are under way, by what was called with what."""

    def __init__(self) -> None:
        self._sent: dict[tuple[Callable[..., Any], tuple[Hashable, ...]], Future[Any]] = {}
        self._began_at: datetime | None = None

    @property
    def began_at(self) -> datetime:
        """The moment before the first was sent; now, where none was."""
        return self._began_at or datetime.now(UTC)

    def send(self, call: Callable[..., Any], *args: Hashable) -> None:
        self._began_at = self.began_at
        self._sent[call, args] = beside(call, *args)

    def have_come(self, seconds: float) -> bool:
        """Whether all of them end within this time, well or not."""
        until = time.monotonic() + seconds
        try:
            for one in self._sent.values():
                one.exception(max(0.0, until - time.monotonic()))
        except TimeoutError:
            return False
        return True

    def of(self, call: Callable[..., Value], *args: Hashable) -> Future[Value] | None:
        """The one that was sent for this, to whoever asks first: a repetition is a new call."""
        return self._sent.pop((call, args), None)
