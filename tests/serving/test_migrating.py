"""Servers that are started together on an empty PostgreSQL: each migrates, and none fails."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.environment import missing

COUNT = 4
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty database."""
    if not (server := os.environ.get("TEST_POSTGRES_URL")):
        missing("TEST_POSTGRES_URL")
    import psycopg  # noqa: PLC0415 - an optional package

    name = f"migrating_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name}")


@contextmanager
def held_back(database: str, count: int) -> Iterator[None]:
    """Let nobody make the first table before so many are there and wait."""
    import psycopg  # noqa: PLC0415

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    waiting += " AND wait_event_type = 'Lock'"
    with psycopg.connect(database) as first, psycopg.connect(database, autocommit=True) as other:
        first.execute("CREATE TABLE django_migrations (id int)")
        yield
        until = time.monotonic() + 60
        while other.execute(waiting).fetchone() != (count,):
            assert time.monotonic() < until
            time.sleep(0.1)
        first.rollback()


def test_several_at_once_all_end_well(database: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database, "ENV_FILE": ""}
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    with held_back(database, COUNT):
        started = [
            subprocess.Popen(  # noqa: S603 - our own command
                command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
            )
            for _ in range(COUNT)
        ]
    said = [one.communicate(timeout=120)[1] for one in started]

    assert [one.returncode for one in started] == [0] * COUNT, said
