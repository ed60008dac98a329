"""What survives a restart, and `python -m sandbox` as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox import serving
from sandbox.server import SandboxApp, create_app
from tests.contract.conftest import CALLBACK, ROOT, Caller
from tests.contract.sign_in_steps import SignInSteps
from tests.environment import PORTS, free_port


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "tenant.sqlite3"


def started(state: Path) -> SandboxApp:
    return create_app(state_path=state, redirect_uris=[CALLBACK], rate_limit=None)


def test_work_and_sign_ins_survive_a_restart_until_reset(state: Path) -> None:
    before = started(state)
    approver, agent = Caller(before, "approver", None), Caller(before, "agent", None)
    tasks = [row for row in approver.pending() if row["type"] == "ManualAction"]
    decided, forwarded = tasks[0], tasks[1]
    decided = approver.post(f"/work-items/{decided['id']}").json
    body = {"targetOwnerId": agent.id, "comment": "Yours"}
    approver.post(f"/work-items/{forwarded['id']}/forward", json=body)
    revoked = before.sandbox.access_token_for("approver")
    before.sandbox.revoke(revoked)
    refresh_token = SignInSteps(before, "/openid").sign_in()["refresh_token"]

    after = started(state)
    assert after.sandbox.client.secret == before.sandbox.client.secret
    assert after.sandbox.persona("odd") == before.sandbox.persona("odd")
    approver_again, agent_again = Caller(after, "approver", None), Caller(after, "agent", None)
    approver_again.headers = approver.headers  # the old token is still valid
    assert approver_again.completed()[0] == decided
    assert approver_again.get("/work-items/count").json == {"count": 32}
    assert agent_again.get("/work-items/count").json == {"count": 19}
    assert SignInSteps(after, "/openid").refresh(refresh_token).status_code == 200
    assert SignInSteps(after, "/openid").count(revoked).status_code == 401

    after.sandbox.reset()
    again = Caller(started(state), "approver", None)
    assert again.get("/work-items/summary").json == {"open": 34, "completed": 25, "total": 59}


def launched(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-W", "error", "-m", "sandbox", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_the_tenant_alone_prints_one_line_and_stops_cleanly(stop: signal.Signals) -> None:
    port = free_port()
    redirect = "https://tasks.example.com/signin/callback/"
    arguments = ("--tenant-only", "--json", "--port", str(port), "--redirect-uri", redirect)
    with launched(*arguments) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert set(line) == {"api", "issuer", "client_id", "client_secret", "personas"}
        assert line["api"] == f"http://127.0.0.1:{port}"
        keys = [persona["key"] for persona in line["personas"]]
        assert keys == ["approver", "admin", "agent", "empty", "heavy", "odd"]
        assert set(line["personas"][0]) == {"key", "name", "id", "pat_id", "pat_secret"}
        issuer = f"{line['issuer']}/.well-known/openid-configuration"
        assert requests.get(issuer, timeout=5).json()["issuer"] == line["issuer"]
        process.send_signal(stop)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with launched("--tenant-only", "--port", port) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert "in use" in errors


def test_no_port_is_chosen_that_browsers_refuse() -> None:
    """Chromium and Firefox open no page at 10080, among others ("bad ports" of Fetch)."""
    assert serving.free_port(None, 10080) not in serving.REFUSED_BY_BROWSERS
    assert serving.REFUSED_BY_BROWSERS.isdisjoint(PORTS)


@pytest.mark.parametrize("profile", ["openid", "isc"])
def test_the_demo_becomes_ready_and_leaves_nothing_behind(profile: str, state: Path) -> None:
    ports = {"--port": str(free_port()), "--dashboard-port": str(free_port())}
    arguments = [part for pair in ports.items() for part in pair]
    with launched("--profile", profile, "--state", str(state), *arguments) as process:
        assert process.stdout is not None
        text = ""
        deadline = time.monotonic() + 60
        while "ready" not in text and time.monotonic() < deadline:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            text += line
        dashboard = f"http://localhost:{ports['--dashboard-port']}"
        assert dashboard in text
        assert "curl" in text
        assert requests.get(f"{dashboard}/healthz", timeout=5).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{dashboard}/healthz", timeout=5)
