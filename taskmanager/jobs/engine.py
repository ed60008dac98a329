"""huey as the alarm clock: it wakes, schedules and stops. What it carries is a name and an id.

It keeps its own tables: a file beside SQLite's, or in the same PostgreSQL.
"""

import logging
import sys
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import close_old_connections

from taskmanager.jobs.registry import DUE_SCANS, JOBS

if TYPE_CHECKING:
    from huey import Huey

logger = logging.getLogger("taskmanager.jobs")

NAME: Final = "my-tasks"
SALT: Final = "taskmanager.jobs"
IDLE: Final = 0.2  # seconds between two looks into an empty queue


class Engine:
    """One queue, in which every task is one of two: an alarm, and the scan of each minute."""

    def __init__(self, huey: "Huey") -> None:
        self._huey = huey
        self._alarm = huey.task(name="run")(run)
        huey.periodic_task(lambda _: True, name="scan")(scan)  # each minute

    def wake(self, name: str, key: str, at: datetime | None) -> None:
        if at is None:
            self._alarm(name, key)
        else:
            self._alarm.schedule((name, key), eta=at)

    def consumer(self, threads: int) -> Any:
        """What does the jobs; `run` returns after SIGINT or SIGTERM, its jobs done."""
        return self._huey.create_consumer(
            workers=threads, initial_delay=IDLE, max_delay=IDLE, scheduler_interval=1
        )


@cache
def engine() -> Engine:
    """The one queue of the installation; in memory where the database is."""
    database = settings.DATABASES["default"]
    is_postgres = database["ENGINE"].endswith("postgresql")
    huey = _huey(*(() if is_postgres else ("psycopg",)))
    # Signed: who can write into the queue's tables must not have the worker run code of theirs.
    common: dict[str, Any] = {
        "results": False,
        "serializer": huey.serializer.SignedSerializer(secret=settings.SECRET_KEY, salt=SALT),
    }
    if is_postgres:
        return Engine(huey.PostgresHuey(NAME, connection=_connect, table_prefix="jobs", **common))
    if ":memory:" in str(database["NAME"]) or "mode=memory" in str(database["NAME"]):
        return Engine(huey.MemoryHuey(NAME, **common))
    # A lost alarm is found by the next scan: it needs no fsync.
    file = f"{database['NAME']}-jobs"
    return Engine(huey.SqliteHuey(NAME, filename=file, fsync=False, **common))


def _huey(*unused: str) -> Any:
    """The library, without the clients of stores that we do not use: 16 MB in each process.

    It imports each of them that is installed. It is imported where the first alarm is set.
    """
    hidden = {"redis", *unused} - sys.modules.keys()
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: not to be had
    try:
        import huey  # noqa: PLC0415
        import huey.serializer  # noqa: PLC0415
    finally:
        for name in hidden:
            del sys.modules[name]
    return huey


def _connect() -> Any:
    import psycopg  # noqa: PLC0415 - an optional package

    database: dict[str, Any] = dict(settings.DATABASES["default"])
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    names |= {"HOST": "host", "PORT": "port"}
    known = {ours: database[theirs] for theirs, ours in names.items() if database.get(theirs)}
    return psycopg.connect(**known)


def wake(name: str, key: str, at: datetime | None = None) -> None:
    """Have the job done, now or at a moment. One that cannot be set is done late: see `scan`."""
    try:
        _wake(name, key, at)
    except Exception:  # whatever its storage raises
        logger.exception("an alarm could not be set: %s", name)


def _wake(name: str, key: str, at: datetime | None) -> None:
    """Twice: a thread learns by the first error that its connection was closed."""
    try:
        engine().wake(name, key, at)
    except Exception:  # noqa: BLE001 - the second one is told
        engine().wake(name, key, at)


def run(name: str, key: str) -> None:
    """What the alarm rings for. An error is logged, and left to the next scan."""
    close_old_connections()
    try:
        JOBS[name](key)
    except Exception:
        logger.exception("a job failed: %s", name)
    finally:
        close_old_connections()


def scan() -> None:
    """All looks for what is due."""
    close_old_connections()
    for look in DUE_SCANS:
        try:
            look()
        except Exception:
            logger.exception("a look for due jobs failed: %s", look.__name__)
    close_old_connections()
