"""A sign-in that cannot be kept, a database that is down, and the time to wait for a lock."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.utils import ConnectionHandler
from django.utils import timezone

from taskmanager.core.storage import PATIENCE, is_outage
from taskmanager.signin.models import Session
from tests.signin.conftest import Provider, Visitor

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import django; django.setup()
from django.test import Client
visitor = Client(raise_request_exception=False)
visitor.cookies["session"] = "a" * 32
for path in ("/", "/sessions/", "/signed-out/", "/work-items/x/"):
    answer = visitor.get(path)
    is_told = b"its own records" in answer.content
    print(answer.status_code, answer.headers.get("Retry-After"), is_told)
print(visitor.get("/healthz").status_code, visitor.get("/readyz").status_code)
"""


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_that_cannot_be_kept_is_none(openid: Provider, visitor: Visitor) -> None:
    back = visitor.choose(visitor.start())
    connection.ensure_connection()
    connection.connection.execute("PRAGMA query_only = ON")
    openid.tampering.seen.clear()
    try:
        response = visitor.client.get(back)
    finally:
        connection.connection.execute("PRAGMA query_only = OFF")

    assert response.status_code == 503
    assert "Your sign-in could not be kept" in response.content.decode()
    assert "session" not in response.cookies
    assert openid.count("/openid/revoke") == 1  # nobody holds the refresh token
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/db.sqlite3", "postgres://nobody@127.0.0.1:1/nothing"]
)
def test_a_database_that_is_down_is_told_in_our_words(url: str) -> None:
    environment = {
        **os.environ,
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
        "DATABASE_URL": url,
    }
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", ASK],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert done.stdout.splitlines() == ["503 10 True"] * 4 + ["200 503"]


@pytest.fixture
def waiting(db: None, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """A connection that waits two seconds for other writers of its file."""
    path = tmp_path / "waits.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE t (x)")
    options = {"timeout": 2, "transaction_mode": "IMMEDIATE"}
    one = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}
    opened = ConnectionHandler({"default": one})["default"]
    yield opened, path
    opened.close()


def test_a_locked_file_is_waited_for_once(waiting: tuple[Any, Path]) -> None:
    opened, path = waiting
    took = []
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(4):
            began = time.monotonic()
            with pytest.raises(OperationalError) as raised, opened.cursor() as cursor:
                cursor.execute("INSERT INTO t VALUES (1)")
            took.append(time.monotonic() - began)
            assert is_outage(raised.value)
        with opened.cursor() as cursor:
            cursor.execute("SELECT * FROM t")  # readers go on
        other.execute("ROLLBACK")

    assert took[0] >= 1.9
    assert max(took[1:]) < 1.0
    with opened.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    assert PATIENCE[opened].usual < 1.0
    opened.close()
    opened.ensure_connection()
    assert PATIENCE[opened].usual == 2
    assert len([one for one in opened.execute_wrappers if one is PATIENCE[opened]]) == 1


def test_a_row_that_is_gone_is_no_outage(db: None) -> None:
    with pytest.raises(Exception, match="did not affect any rows") as raised:
        Session(session_key="x", session_data="", expire_date=timezone.now()).save(
            force_update=True
        )
    assert not is_outage(raised.value)
