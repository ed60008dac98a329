"""The tenant's clock: real time plus an offset that tests and demos may move."""

import time
from datetime import UTC, datetime


def iso(timestamp: float) -> str:
    """Seconds since 1970 as ISC writes dates: `2017-07-11T18:45:37.098Z`."""
    moment = datetime.fromtimestamp(timestamp, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    """Runs at real speed; only `advance` and `reset` change its offset."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds

    def reset(self) -> None:
        self.offset = 0.0
