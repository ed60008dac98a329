"""What a job worker can do. The truth about what is left to do stands in the tables of whoever
registers it here: a job gets an id, and looks there. It may be called twice, or for nothing.
"""

from collections.abc import Callable
from typing import TypeVar

Job = Callable[[str], None]
Scan = Callable[[], object]
Registered = TypeVar("Registered", bound=Scan)

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
