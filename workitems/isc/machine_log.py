"""The calls of all processes on one machine, in a small database that nobody has to keep."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Final

from pyrate_limiter import RateItem, SQLiteBucket

from workitems.isc.budget import MemoryLog, Pause, Purpose, milliseconds, rate, verdict

logger = logging.getLogger("workitems.isc")

TIDIED_EVERY: Final = 1.0  # seconds
CREATE_PAUSE: Final = (
    "CREATE TABLE IF NOT EXISTS pause (id INTEGER PRIMARY KEY CHECK (id = 1),"
    " until REAL, kept REAL, kept_at REAL, repeated INTEGER)"
)
CREATE_PROMISES: Final = "CREATE TABLE IF NOT EXISTS promises (name TEXT PRIMARY KEY, moment REAL)"
PROMISE: Final = (
    "INSERT INTO promises VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET moment = max(?2, moment + ?3) RETURNING moment"
)
CREATE_BOOT: Final = "CREATE TABLE IF NOT EXISTS boot (started_at REAL)"
SAME_BOOT: Final = 10.0  # seconds that the machine's wall clock may be set by without a doubt
READ_PAUSE: Final = "SELECT until, kept, kept_at, repeated FROM pause"
WRITE_PAUSE: Final = "INSERT OR REPLACE INTO pause VALUES (1, ?, ?, ?, ?)"


def open_log(path: Path, processes: int) -> "MachineLog | None":
    """The log in this file; None where it cannot be opened, which the log of the process says."""
    try:
        return MachineLog(path, processes)
    except sqlite3.Error:
        logger.exception("the shared log of calls cannot be opened: each process counts alone")
        return None


class MachineLog:
    """A `CallLog` in the file `path`. Times are of `time.monotonic`, which a machine has one of.

    Where the file cannot be used, this process falls back on a log of its own, and on its part
    of the budget, one of `processes`.
    """

    def __init__(self, path: Path, processes: int) -> None:
        self._lock, self._processes = threading.Lock(), processes
        self._alone = MemoryLog()
        self._tidied_at = 0.0
        # It makes its table; the transactions are ours, because it reads and writes in two steps.
        self._bucket = SQLiteBucket.init_from_file([rate(1)], table="calls", db_path=str(path))
        self._connection = self._bucket.conn
        self._connection.isolation_level = None
        # A killed process damages nothing; a machine that loses power loses ten seconds of counts.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        for statement in (CREATE_PAUSE, CREATE_PROMISES, CREATE_BOOT):
            self._connection.execute(statement)
        self._forget_another_boot()

    def _forget_another_boot(self) -> None:
        """The file may outlive the machine's start, and with that the clock that its times are of.

        What was due in the old one's future would count for as long as that one had run.
        """
        started_at = time.time() - time.monotonic()
        with self._exclusive():
            known = self._connection.execute("SELECT started_at FROM boot").fetchone()
            if known and abs(known[0] - started_at) < SAME_BOOT:
                return
            for table in ("calls", "pause", "promises", "boot"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self._connection.execute("INSERT INTO boot VALUES (?)", (started_at,))
            self._connection.commit()

    def put(self, purpose: Purpose, most: int, now: float) -> float:
        moment = milliseconds(now)
        try:
            self._tidy(now)
            with self._exclusive():
                self._bucket.rates = [rate(most)]
                return verdict(self._bucket.put_decision(RateItem(purpose, moment)))
        except sqlite3.Error:
            logger.exception("the shared log of calls cannot be used")
            return self._alone.put(purpose, max(1, most // self._processes), now)

    def promise(self, name: str, earliest: float, gap: float) -> float:
        try:
            with self._exclusive():
                (moment,) = self._connection.execute(PROMISE, (name, earliest, gap)).fetchone()
                self._connection.commit()
                return float(moment)
        except sqlite3.Error:
            logger.exception("the shared log of calls cannot be used")
            return self._alone.promise(name, earliest, gap * self._processes)

    def pause(self) -> Pause:
        try:
            with self._lock:
                return self._read()
        except sqlite3.Error:
            return self._alone.pause()

    def change_pause(self, change: Callable[[Pause], Pause]) -> Pause:
        changed = self._alone.change_pause(change)
        try:
            with self._exclusive():
                changed = change(self._read())
                self._connection.execute(WRITE_PAUSE, astuple(changed))
                self._connection.commit()
        except sqlite3.Error:
            logger.exception("the shared log of calls cannot be used")
        return changed

    def _read(self) -> Pause:
        row = self._connection.execute(READ_PAUSE).fetchone()
        return Pause(*row) if row else Pause()

    def _tidy(self, now: float) -> None:
        """Old calls go, once a second: it takes as long as to write one down.

        The bucket counts them, then deletes as many of the oldest: two processes at once would
        take some that still count.
        """
        if now - self._tidied_at >= TIDIED_EVERY:
            self._tidied_at = now
            with self._exclusive():
                self._bucket.leak(milliseconds(now))

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One thread of one process at a time; what is not committed within is undone."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.rollback()
