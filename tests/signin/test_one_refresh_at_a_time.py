"""Two processes with four threads each refresh one session's token only once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import free_port, missing
from tests.signin.conftest import SECRET, Provider
from tests.signin.refresher import THREADS

ROOT = Path(__file__).resolve().parent.parent.parent
SIGN_IN = """
import django; django.setup()
import sys, time
from django.core.management import call_command
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.values import Tokens
from tests.session_tokens import keep
call_command("migrate", verbosity=0)
session = SessionStore()
session["signed_in_at"] = time.time()
session.save()
keep(session, Tokens("old", sys.argv[1], None, time.time() + int(sys.argv[2])))
print(session.session_key)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that processes can share: SQLite, or that of TEST_POSTGRES_URL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db.sqlite3'}"
    return os.environ.get("TEST_POSTGRES_URL") or missing("PostgreSQL at TEST_POSTGRES_URL")


@pytest.fixture
def environment(database_url: str, confidential: Provider) -> dict[str, str]:
    confidential.reset()
    return {
        **os.environ,
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
        "DATABASE_URL": database_url,
        "ISC_BASE_URL": confidential.url,
        "OIDC_ISSUER": confidential.url,
        "OIDC_CLIENT_ID": confidential.sandbox.client.client_id,
        "OIDC_CLIENT_SECRET": SECRET,
    }


def _refresh_token(provider: Provider) -> str:
    from sandbox.people import personas  # noqa: PLC0415
    from sandbox.tokens import SignIn  # noqa: PLC0415

    sign_in = SignIn(personas()["approver"], "sid", 0, f"family-{free_port()}")
    client = provider.sandbox.client.client_id
    return provider.sandbox.tokens.refresh_token(sign_in, client, "openid profile")


def _ask_from_two_processes(key: str, environment: dict[str, str]) -> list[str]:
    started = [
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "tests.signin.refresher", key],
            cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    return [token for answer in answers for token in json.loads(answer)]


@pytest.mark.parametrize("lasts", ["10", "-5"], ids=["about to expire", "expired"])
def test_two_processes_refresh_once(
    environment: dict[str, str], confidential: Provider, lasts: str
) -> None:
    command = [sys.executable, "-c", SIGN_IN, _refresh_token(confidential), lasts]
    key = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, text=True, check=True, capture_output=True
    ).stdout.strip()
    confidential.sandbox.fault("POST", "/openid/token", latency=0.5)

    tokens = _ask_from_two_processes(key, environment)

    assert len(tokens) == 2 * THREADS
    assert len(set(tokens) - {"old"}) == 1
    if lasts == "-5":  # else who did not renew it goes on with the old one
        assert "old" not in tokens
    assert confidential.count("/openid/token") == 1
