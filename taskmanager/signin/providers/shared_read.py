"""A document of the provider that all threads share: its addresses, its keys.

One thread at a time reads it. Whoever has an older copy goes on with that; without any, the others
wait for the one that reads, and share its failure.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from taskmanager.signin.errors import ProviderUnavailable

Document = dict[str, Any]

FRESH: Final = 3600  # seconds; after that the copy is served while one thread reads anew
STALE: Final = 7 * 86_400  # seconds; an older copy is not used: keys may have been withdrawn
RETRY: Final = 3  # seconds after the end of a read that failed
PATIENCE: Final = 13.1  # seconds that others wait without a copy: both time-outs of one read

logger = logging.getLogger(__name__)


class SharedRead:
    """`read` reads the document, and raises ProviderUnavailable. `what` names it in the log."""

    def __init__(self, what: str, read: Callable[[], Document]) -> None:
        self._what = what
        self._read = read
        self._lock = threading.Lock()
        self._copy: Document | None = None
        self._read_at = 0.0
        self._failed: ProviderUnavailable | None = None
        self._ended_at = 0.0  # of the last read, also of one that failed
        self._under_way: Future[Document] | None = None

    @property
    def copy(self) -> Document:
        """What is held, however old; empty before the first read."""
        return self._copy or {}

    def get(self) -> Document:
        """The document, at most STALE old. Raises ProviderUnavailable."""
        with self._lock:
            age = time.time() - self._read_at
            copy = self._copy if age < STALE else None
            if copy is not None and (age < FRESH or self._has_just_failed()):
                return copy
            if self._failed and self._has_just_failed():
                raise ProviderUnavailable(f"{self._what}: tried a moment ago") from self._failed
            is_mine, answer = self._joined()
        if copy is None:
            return self._answer(answer, is_mine=is_mine)
        if is_mine:
            threading.Thread(target=self._fill, args=(answer,), daemon=True).start()
        return copy

    def newer(self, least: float) -> Document:
        """The document, read again unless the last read is at most `least` seconds old."""
        with self._lock:
            if self._under_way is None and time.time() - self._ended_at < least:
                return self.copy
            is_mine, answer = self._joined()
        return self._answer(answer, is_mine=is_mine)

    def _has_just_failed(self) -> bool:
        return self._failed is not None and time.time() - self._ended_at < RETRY

    def _joined(self) -> tuple[bool, "Future[Document]"]:
        """Whether this thread is the one to read, and where the answer will be."""
        is_mine = self._under_way is None
        if self._under_way is None:
            self._under_way = Future()
        return is_mine, self._under_way

    def _answer(self, answer: "Future[Document]", *, is_mine: bool) -> Document:
        if is_mine:
            self._fill(answer)
        try:
            return answer.result(timeout=PATIENCE)
        except TimeoutError as error:
            raise ProviderUnavailable(f"{self._what}: still being read") from error
        except ProviderUnavailable as error:  # one for each thread: they add to its traceback
            raise ProviderUnavailable(str(error)) from error

    def _fill(self, answer: "Future[Document]") -> None:
        """Read, and let all that wait have the answer or the failure."""
        failed: BaseException | None = None
        document: Document = {}
        try:
            document = self._read()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failed = error
        with self._lock:
            self._under_way, self._ended_at = None, time.time()
            self._failed = failed if isinstance(failed, ProviderUnavailable) else None
            if failed is None:
                self._copy, self._read_at = document, self._ended_at
        if failed is None:
            answer.set_result(document)
            return
        logger.warning("%s cannot be read: %s", self._what, failed)
        answer.set_exception(failed)
