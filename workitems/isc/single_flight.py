"""The same read for the same person at the same moment is one call."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """Who asks while the same question is under way gets its answer, or its error.

    `person` is part of every key: nobody gets what another has asked. After a write of theirs no
    read is joined that began before its end: it may not show the write yet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, Hashable], Future[Answer]] = {}

    def read(self, person: str, what: Hashable, call: Callable[[], Answer]) -> Answer:
        """The answer to `call`, made by this thread or by the one that is making it already."""
        key = (person, what)
        with self._lock:
            if (joined := self._under_way.get(key)) is None:
                own: Future[Answer] = Future()
                self._under_way[key] = own
        if joined is not None:
            return joined.result()
        try:
            own.set_result(call())
        except BaseException as error:
            own.set_exception(error)
            raise
        finally:
            with self._lock:
                if self._under_way.get(key) is own:
                    del self._under_way[key]
        return own.result()

    def forget(self, person: str) -> None:
        """A write of this person has ended: later reads are calls of their own."""
        with self._lock:
            for key in [key for key in self._under_way if key[0] == person]:
                del self._under_way[key]
