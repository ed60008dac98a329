"""Django's migrate, one at a time: servers that are started together share a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

LOCK: Final = 0x6D795F7461736B73  # "my_tasks": one number for all, and nobody else's


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        with alone(options["database"]):
            super().handle(*args, **options)


@contextmanager
def alone(database: str) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock; it ends with the connection too. SQLite has one writer."""
    connection = connections[database]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
