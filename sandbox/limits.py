"""100 requests per 10 seconds, per client and API version, as ISC's gateway counts."""

import math
import threading
from collections import deque

from sandbox.clock import Clock

WINDOW = 10.0  # seconds
REQUESTS = 100


class RateLimit:
    """A sliding window per client and API version. `requests=None` switches it off."""

    def __init__(self, clock: Clock, requests: int | None = REQUESTS) -> None:
        self.clock = clock
        self.requests = requests
        self._times: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def seconds_to_wait(self, client_id: str, version: str) -> int | None:
        """None when the request is allowed (and counted); otherwise the value of Retry-After."""
        if self.requests is None:
            return None
        now = self.clock.now()
        with self._lock:
            times = self._times.setdefault((client_id, version), deque())
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) < self.requests:
                times.append(now)
                return None
            return max(1, math.ceil(times[0] + WINDOW - now))

    def reset(self) -> None:
        with self._lock:
            self._times.clear()
