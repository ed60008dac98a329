"""The dashboard's database from outside: its rows by plain SQL, held locked, or full."""

import os
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

RESTART = "TEST_POSTGRES_RESTART"  # the command that restarts the server of the tests
TABLE = "workitems_attempt"
COLUMNS = "item_id, approval_item_id, command, status, has_news, due_at"
IS_HELD = "due_at IS NOT NULL"


@dataclass(frozen=True)
class Sqlite:
    """A database file."""

    path: Path
    hold: float = 13.0  # longer than writers wait (10 s)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def run(self, statement: str) -> Sequence[Sequence[Any]]:
        with closing(sqlite3.connect(self.path, timeout=15)) as connection, connection:
            return connection.execute(statement).fetchall()

    def has_ended(self) -> bool:
        """Whether its bulk run is over."""
        return bool(self.run("SELECT 1 FROM workitems_bulkrun WHERE ended_at IS NOT NULL"))

    @staticmethod
    def moved(column: str, hours: int) -> str:
        """This moment so many hours later, in SQL."""
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '{hours:+} hours')"

    @contextmanager
    def locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, timeout=15, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")

    @contextmanager
    def full(self, event: str) -> Iterator[None]:
        """Each `event` (INSERT or UPDATE) of the ledger fails as on a full disk."""
        self.run(
            f"CREATE TRIGGER disk_full BEFORE {event} ON {TABLE}"
            " BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
        try:
            yield
        finally:
            self.run("DROP TRIGGER disk_full")


@dataclass(frozen=True)
class Postgres:
    """A database of its own in the cluster of `address`."""

    address: str
    hold: float = 5.0  # longer than writers wait (2 s)

    @property
    def url(self) -> str:
        return f"{self.address}?options=-c%20lock_timeout%3D2000"

    def run(self, statement: str) -> Sequence[Sequence[Any]]:
        with psycopg.connect(self.address) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @staticmethod
    def moved(column: str, hours: int) -> str:
        """This moment so many hours later, in SQL."""
        return f"{column} + interval '{hours} hours'"

    @property
    def can_restart(self) -> bool:
        """Whether we were told how to: the server may be somebody else's."""
        return RESTART in os.environ

    def restart(self) -> None:
        """As after a crash: nothing is written out before, all connections end."""
        command = shlex.split(os.environ[RESTART])
        # From where another user may be.
        subprocess.run(command, check=True, capture_output=True, cwd="/")  # noqa: S603 - our own

    def drop_connections(self) -> None:
        """End all connections to this database but the one that asks for it."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        with psycopg.connect(self.address) as connection:
            connection.execute(f"LOCK TABLE {TABLE} IN EXCLUSIVE MODE")
            yield
            connection.rollback()

    @contextmanager
    def full(self, event: str) -> Iterator[None]:
        """Each `event` (INSERT or UPDATE) of the ledger fails as on a full disk."""
        self.run(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END$$"
        )
        self.run(
            f"CREATE TRIGGER disk_full BEFORE {event} ON {TABLE}"
            " FOR EACH ROW EXECUTE FUNCTION disk_full()"
        )
        try:
            yield
        finally:
            self.run("DROP FUNCTION disk_full CASCADE")


Database = Sqlite | Postgres


def rows(database: Database) -> list[dict[str, Any]]:
    """The ledger, oldest row first; of two attempts for one press the second is due later."""
    found = database.run(f"SELECT {COLUMNS} FROM {TABLE} ORDER BY asked_at, due_at")
    return [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in found]


def attempts(database: Database, column: str, items: Sequence[str]) -> dict[str, Any]:
    """This column of the first row of each of these work items, by their ids."""
    if not items:
        return {}
    named = ", ".join(f"'{item}'" for item in items)
    order = "ORDER BY asked_at DESC, due_at DESC"
    found = database.run(
        f"SELECT item_id, {column} FROM {TABLE} WHERE item_id IN ({named}) {order}"
    )
    return dict(map(tuple, found))  # type: ignore[arg-type]


def open_items(database: Database) -> dict[str, str]:
    """The work items of which something is held, or being sent after that; with its status."""
    is_open = f"status IN ('scheduled', 'sending') AND {IS_HELD}"
    return dict(map(tuple, database.run(f"SELECT item_id, status FROM {TABLE} WHERE {is_open}")))


def move_due(database: Database, items: Sequence[str], hours: int) -> None:
    """What a jump of the clock does to rows that are held."""
    named = ", ".join(f"'{item}'" for item in items)
    database.run(
        f"UPDATE {TABLE} SET due_at = {database.moved('due_at', hours)}"
        f" WHERE status = 'scheduled' AND item_id IN ({named})"
    )


def epoch(moment: Any) -> float:
    """Seconds of a moment of the ledger: SQLite has it as text."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return float(moment.timestamp())


def let_leases_end(database: Database, which: str = "TRUE") -> None:
    """What passing time would do to the rows of senders that were killed.

    A row that was held keeps the others of its owner waiting too, from `sent_at` on.
    """
    turn = f"CASE WHEN {IS_HELD} THEN {database.moved('sent_at', -1)} ELSE sent_at END"
    database.run(
        f"UPDATE {TABLE} SET live_until = asked_at, sent_at = {turn}"
        f" WHERE status = 'sending' AND {which}"
    )


def forget(database: Database) -> None:
    database.run(f"DELETE FROM {TABLE}")
    database.run("DELETE FROM workitems_bulkrun")


@contextmanager
def own_postgres(url: str) -> Iterator[Postgres]:
    """A new database in that cluster, removed afterwards: others may use the one of the URL."""
    name = f"faults_{os.getpid()}"
    address = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield Postgres(address)
    finally:
        with suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
