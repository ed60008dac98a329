"""Threads and processes that read one list at once, and readers whose person leaves meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.handle import Sandbox
from sandbox.server import SandboxApp
from tests.environment import TENANT_URL, missing
from tests.faults.database import own_postgres
from tests.security.logout_tokens import logout_token
from tests.signin.conftest import Provider
from tests.web.list_readers import THREADS

ROOT = Path(__file__).resolve().parents[2]
LIST = "/v2024/work-items"
PAGES = 8  # of 250 rows


@pytest.fixture(params=["sqlite", "postgres"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of processes that share an empty database."""
    with _database(request.param, tmp_path) as url:
        yield {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
            "DATABASE_URL": url,
            "ISC_BASE_URL": TENANT_URL,
        }


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    url = os.environ.get("TEST_POSTGRES_URL") or missing("PostgreSQL at TEST_POSTGRES_URL")
    with own_postgres(url) as database:
        yield database.url


def started(environment: dict[str, str], *given: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.web.list_readers", *given],
        cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def said(process: "subprocess.Popen[str]") -> Any:
    answer, _ = process.communicate("go\n", timeout=120)
    assert process.returncode == 0
    return json.loads(answer)


@pytest.fixture
def session(environment: dict[str, str], sandbox: Sandbox) -> str:
    person = sandbox.persona("heavy").id
    token = sandbox.access_token_for("heavy")
    key: str = said(started(environment, "sign-in", token, person, TENANT_URL))
    sandbox.calls.clear()
    return key


def lists_read(sandbox: Sandbox) -> int:
    return len([call for call in sandbox.api_calls if call.path == LIST])


def test_who_looks_at_a_list_at_once_has_it_read_once_and_gets_all_of_it(
    environment: dict[str, str], sandbox: Sandbox, session: str
) -> None:
    """Two processes of four threads each."""
    processes = [started(environment, "look", session) for _ in range(2)]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    seen = [rows for process in processes for rows in said(process)]
    listed = list(sandbox.world.queue(sandbox.persona("heavy").id, done=False))
    assert len(seen) == 2 * THREADS
    assert all(rows == listed[-250:] for rows in seen)  # were one lost, all would have moved
    assert lists_read(sandbox) == PAGES


@pytest.mark.parametrize("by_provider", [False, True], ids=["here", "at the provider"])
def test_a_reading_ends_with_the_session_and_leaves_nothing(
    environment: dict[str, str], sandbox: Sandbox, tenant: SandboxApp, session: str,
    by_provider: bool,
) -> None:  # fmt: skip
    sandbox.fault("GET", f"{LIST}$", latency=0.5, times=20)
    token = logout_token(Provider(tenant, TENANT_URL), sub="ines", sid="s1") if by_provider else ""
    left = said(started(environment, "leave", session, token))
    assert left.pop("status") in {200, 302}
    assert left == {"at_once": 0, "sessions": 0, "later": 0}
    assert lists_read(sandbox) < PAGES


def test_what_is_saved_by_many_presses_at_once_stays_within_its_limits(
    environment: dict[str, str], sandbox: Sandbox, session: str
) -> None:
    assert said(started(environment, "save", session, sandbox.persona("heavy").id)) == {
        "before": [False, True, "", 0], "after": [True, False, "dark", 0],
        "saved": 20, "full": THREADS, "views": 20, "starts": 1, "pinned": 50, "pins": 50,
    }  # fmt: skip
