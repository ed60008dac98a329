"""A database that fails: what counts as that, what is not worth an error, and how long to wait."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    Error,
    InterfaceError,
    InternalError,
    OperationalError,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

logger = logging.getLogger(__name__)

BRIEF: Final = 0.3  # seconds to wait for another writer, for what is not worth more
IN_VAIN: Final = 1.0  # a write that fails after so long has waited for another writer
LEARNT: Final = 10.0  # seconds in which a connection that has waited in vain waits only briefly
FAILURES: Final = (InterfaceError, InternalError, OperationalError)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database is down, locked, full, damaged or read-only; not that we asked wrongly.

    Of a damaged file SQLite's driver raises the general class; Django itself does so without a
    cause, of a row that is gone.
    """
    is_of_driver = type(error) is DatabaseError and error.__cause__ is not None
    return isinstance(error, FAILURES) or is_of_driver


def first_row(query: str, *values: str | float) -> tuple[Any, ...] | None:
    """In plain SQL, for what every page asks: the ORM takes eight times as long."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@contextmanager
def best_effort(what: str) -> Iterator[None]:
    """A write that nobody has asked for: where it cannot be made, the request goes on."""
    try:
        with briefly():
            yield
    except Error as error:
        logger.warning("%s could not be written: %s", what, error)


@contextmanager
def briefly(seconds: float = BRIEF) -> Iterator[None]:
    """Do not wait for another writer as long as a decision does. For SQLite alone: PostgreSQL's
    writers do not exclude one another.
    """
    patience = PATIENCE.get(connections[DEFAULT_DB_ALIAS])
    if patience is None:
        yield
        return
    patience.wait(seconds)
    try:
        yield
    finally:
        patience.wait(patience.usual)


class Patience:
    """How long a connection to SQLite waits for another writer: once in full, then briefly.

    One request writes in several places, and must not wait ten seconds at each.
    """

    def __init__(self, of: BaseDatabaseWrapper) -> None:
        self._full = float(of.settings_dict["OPTIONS"].get("timeout", 5))
        self._connection = of
        self._brief_until = 0.0

    @property
    def usual(self) -> float:
        return BRIEF if self._brief_until > time.monotonic() else self._full

    def wait(self, seconds: float) -> None:
        if self._connection.connection is not None:  # it may have been closed meanwhile
            milliseconds = int(seconds * 1000)
            self._connection.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def __call__(self, execute: Callable[..., Any], *query: Any) -> Any:
        if self._brief_until and self._brief_until <= time.monotonic():
            self._brief_until = 0.0
            self.wait(self._full)
        began = time.monotonic()
        try:
            return execute(*query)
        except OperationalError:
            if time.monotonic() - began >= IN_VAIN:
                self._brief_until = time.monotonic() + LEARNT
                self.wait(BRIEF)
            raise


PATIENCE: Final[WeakKeyDictionary[BaseDatabaseWrapper, Patience]] = WeakKeyDictionary()


def _opened(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A wrapper stays where its connection is opened anew; the time to wait does not."""
    if connection.vendor != "sqlite":
        return
    if old := PATIENCE.pop(connection, None):
        connection.execute_wrappers.remove(old)
    PATIENCE[connection] = patience = Patience(connection)
    connection.execute_wrappers.append(patience)


connection_created.connect(_opened)
