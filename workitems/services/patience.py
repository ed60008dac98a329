"""Calls of work that nobody waits for: each waits for its turn, and for a new token."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from workitems.isc.errors import RateLimited, SignInAgain

Answer = TypeVar("Answer")
SHORTEST_WAIT: Final = 0.1  # seconds


@dataclass(frozen=True)
class Patience:
    """`renew` replaces a refused token, False where it cannot; `seconds`: how long a call waits."""

    renew: Callable[[], bool]
    seconds: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def asked(self, call: Callable[[], Answer]) -> Answer:
        """The answer. Raises RateLimited once it would take too long, and SignInAgain."""
        until, is_renewed = self.clock() + self.seconds, False
        while True:
            try:
                return call()
            except RateLimited as error:
                if self.clock() + error.retry_after > until:
                    raise
                self.sleep(max(error.retry_after, SHORTEST_WAIT))
            except SignInAgain:
                if is_renewed or not self.renew():
                    raise
                is_renewed = True
