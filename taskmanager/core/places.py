"""A share of a worker's threads may wait for SailPoint or the provider; the rest stays free.

Files and probes need a thread too: without a limit, a handful of readers of a slow upstream has
them all. A request takes its place with its first wait and keeps it to its end.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Final

KEPT_FREE: Final = 2  # threads, one of which may wait for a decision
PATIENCE: Final = 0.5  # seconds for a place; meanwhile the one who waits has a thread that is kept


class Places:
    """The places of one process: those of all, and `spare` ones that only decisions take."""

    def __init__(self, size: int, spare: int = 0, patience: float = PATIENCE) -> None:
        self._free = threading.BoundedSemaphore(size)
        self._spare = threading.BoundedSemaphore(spare) if spare else None
        self._patience = patience
        self._is_stuck = False

    def take(self, *, urgent: bool) -> threading.BoundedSemaphore | None:
        """None when no place was given back for a while: the next ones do not wait then."""
        if self._free.acquire(blocking=False):
            return self._free
        if urgent and self._spare and self._spare.acquire(blocking=False):
            return self._spare
        if self._free.acquire(timeout=0 if self._is_stuck else self._patience):
            return self._free
        self._is_stuck = True
        return None

    def give_back(self, place: threading.BoundedSemaphore) -> None:
        self._is_stuck = False
        place.release()


class _Asking:
    """One request, of which several threads may wait."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._place: threading.BoundedSemaphore | None = None
        self._is_over = False

    def may_wait(self, *, urgent: bool) -> bool:
        with self._lock:
            if self._is_over:  # what goes on after it: nobody would give a place back
                return True
            self._place = self._place or self._places.take(urgent=urgent)
            return self._place is not None

    def end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._place is not None:
                self._places.give_back(self._place)


_asking: ContextVar[_Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asking(places: Places) -> Iterator[None]:
    """While a request is answered."""
    request = _Asking(places)
    token = _asking.set(request)
    try:
        yield
    finally:
        request.end()
        with suppress(ValueError):  # an answer in parts may be closed in another context
            _asking.reset(token)


def may_wait(*, urgent: bool = False) -> bool:
    """Whether what is done may wait for another server now. Always outside of a request."""
    request = _asking.get()
    return request is None or request.may_wait(urgent=urgent)
