"""The dashboard's database from outside: its rows by plain SQL, held locked, or full."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

TABLE = "workitems_attempt"
COLUMNS = "item_id, approval_item_id, command, status"


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


def rows(database: Database) -> list[dict[str, str]]:
    """The ledger, oldest row first."""
    found = database.run(f"SELECT {COLUMNS} FROM {TABLE} ORDER BY asked_at")
    return [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in found]


def let_leases_end(database: Database) -> None:
    """What passing time would do to the rows of senders that were killed."""
    database.run(f"UPDATE {TABLE} SET live_until = asked_at WHERE status = 'sending'")


def forget(database: Database) -> None:
    database.run(f"DELETE FROM {TABLE}")


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
            with suppress(psycopg.Error):
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
