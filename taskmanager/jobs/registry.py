"""What a job worker can do. The truth about what is left to do stands in the tables of whoever
registers it here: a job gets an id, and looks there. It may be called twice, or for nothing.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Job = Callable[[str], None]
Scan = Callable[[], object]
Registered = TypeVar("Registered", bound=Scan)

HOUR = 3600.0  # seconds

JOBS: dict[str, Job] = {}
DUE_SCANS: list[Scan] = []


def job(name: str) -> Callable[[Job], Job]:
    """Register what is done when the alarm of this name rings, with the id that it was set for."""

    def register(function: Job) -> Job:
        JOBS[name] = function
        return function

    return register


def due_scan(function: Registered) -> Registered:
    """Register a look for what is due: when a worker starts, and each minute.

    An alarm may be lost with a worker that was killed, or never have been set.
    """
    DUE_SCANS.append(function)
    return function


def hourly(function: Registered) -> Registered:
    """Register what a worker does when it starts, and once an hour: to delete what is too old."""
    done_at: float | None = None

    @wraps(function)
    def in_its_hour() -> None:
        nonlocal done_at
        if done_at is None or time.monotonic() - done_at >= HOUR:
            done_at = time.monotonic()
            function()

    DUE_SCANS.append(in_its_hour)
    return function
