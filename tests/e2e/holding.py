"""The ledger of a running dashboard from outside, for what is held before it is sent."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sandbox.dashboard import Dashboard

Choose = Callable[..., None]
SHORT = 2  # seconds: most tests wait for the end of the window


@contextmanager
def job_worker_of(dashboard: Dashboard, database: Path) -> Iterator[Dashboard]:
    """A job worker beside this dashboard; what was said of another before is forgotten."""
    asked(database, FORGET_WORKERS)
    dashboard.start_beside("run_worker")
    wait_for_heartbeat(database)
    yield dashboard
    dashboard.stop_beside()
    asked(database, FORGET_WORKERS)


def wait_for_heartbeat(database: Path) -> None:
    until = time.monotonic() + 20
    while not asked(database, "SELECT 1 FROM jobs_heartbeat"):
        assert time.monotonic() < until, "no worker has come to life"
        time.sleep(0.1)


FORGET_WORKERS: Final = "DELETE FROM jobs_heartbeat"  # one that was killed leaves its row behind
# Person, seconds to undo, whether keys are on; the database knows the rest.
PUT_SETTINGS: Final = (
    "REPLACE INTO workitems_personsettings (person_id, undo_seconds, has_keys) VALUES (?, ?, ?)"
)


def asked(database: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        return connection.execute(query, values).fetchall()


def statuses(database: Path) -> list[str]:
    return [str(one) for (one,) in asked(database, "SELECT status FROM workitems_attempt")]


def wait_for(database: Path, *wanted: str, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while statuses(database) != list(wanted):
        assert time.monotonic() < until, statuses(database)
        time.sleep(0.05)
