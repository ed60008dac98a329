"""Runs the dashboard as a separate process, configured by environment variables only."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from sandbox.handle import SignInDetails

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0
STOP_SECONDS = 10.0
# For tests, which make more calls than people do on a tenant that counts none, and change it past
# the dashboard, whose numbers they read at once.
NO_BUDGET = {"ISC_BUDGET": "0", "COUNTS_SECONDS": "0"}
# Variables that the shell may hold for a real tenant; the demo must not inherit them.
DROPPED = ("ISC_", "OIDC_", "DJANGO_", "GUNICORN_", "SECRET_KEY", "DATABASE_URL", "SESSION_KEYS",
    "TENANT_SCAN_", "LEDGER_", "CALL_LOG", "COUNTS_SECONDS", "NOTE_REQUIRED", "BULK_CALLS",
    "TYPE_COMMANDS", "FLAG", "HEALTH_PORT", "TRUST_PROXY", "SNAPSHOT_",
)  # fmt: skip


class DashboardFailed(Exception):
    """Its message is one sentence that says what failed."""


def dashboard_environment(
    *, tenant: str, profile: str, client_id: str, client_secret: str | None, port: int, folder: Path
) -> dict[str, str]:
    """The whole configuration of the product for this tenant."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(DROPPED)
    }
    environment |= {
        "ISC_BASE_URL": tenant,
        "ISC_API_VERSION": "v2024",
        "OIDC_CLIENT_ID": client_id,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PUBLIC_URL": public_url(port),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "STATIC_FILES": "plain",  # collectstatic has not been run
        "FORWARD_COMMENTS_FILE": str(ROOT / "sandbox" / "seed" / "forward-comments.txt"),
        "DATABASE_URL": f"sqlite:///{folder / 'dashboard.sqlite3'}",
    }
    if client_secret is not None:
        environment["OIDC_CLIENT_SECRET"] = client_secret
    if profile == "openid":
        environment["OIDC_ISSUER"] = tenant
    return environment


def scan_environment(admin: "SignInDetails") -> dict[str, str]:
    """What lets the tenant scan run, with this administrator's personal access token."""
    return {"TENANT_SCAN_CLIENT_ID": admin.pat_id, "TENANT_SCAN_CLIENT_SECRET": admin.pat_secret}


def public_url(port: int) -> str:
    return f"http://localhost:{port}"


class Dashboard:
    """Gunicorn in its own process session: Ctrl-C in the terminal reaches only this process."""

    def __init__(self, environment: Mapping[str, str], port: int, root: Path = ROOT) -> None:
        """`root` may be a checkout of another version."""
        self.environment = dict(environment)
        self.port = port
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._beside: list[subprocess.Popen[bytes]] = []

    def migrate(self) -> None:
        """Raises DashboardFailed with the output of manage.py."""
        self._manage("migrate", "The database could not be prepared.")

    def collect_static(self) -> None:
        """For STATIC_FILES=hashed. Raises DashboardFailed with the output of manage.py."""
        self._manage("collectstatic", "The static files could not be collected.")

    def _manage(self, name: str, failure: str) -> None:
        command = [sys.executable, "manage.py", name, "--no-input", "--verbosity", "0"]
        done = subprocess.run(  # noqa: S603 - our own interpreter and script
            command,
            cwd=self._root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode:
            raise DashboardFailed(f"{failure}\n{done.stderr.strip()}")

    def start(self) -> None:
        command = ["-m", "gunicorn", "-c", "taskmanager/gunicorn.conf.py"]
        command += ["--bind", f"127.0.0.1:{self.port}", "taskmanager.wsgi"]
        self._process = self._started(command)
        if "TENANT_SCAN_CLIENT_ID" in self.environment:
            self.start_beside("scan_tenant")

    def start_beside(self, command: str) -> None:
        """Run a command of manage.py for as long as the server."""
        self._beside.append(self._started(["manage.py", command]))

    def stop_beside(self) -> None:
        """Stop what runs beside the server."""
        while self._beside:
            _end(self._beside.pop())

    def _started(self, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, *arguments],
            cwd=self._root,
            env=self.environment,
            start_new_session=True,
        )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait_until_ready(self, cancelled: Callable[[], bool]) -> None:
        """Returns once /healthz answers, or when cancelled; raises DashboardFailed."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not cancelled():
            if not self.is_running:
                raise DashboardFailed("The dashboard stopped while starting; see above.")
            if self._is_healthy():
                return
            time.sleep(0.1)
        if not cancelled():
            raise DashboardFailed(f"The dashboard did not answer within {START_SECONDS:.0f} s.")

    def stop(self) -> None:
        """Leaves no process behind."""
        for process in filter(None, (*self._beside, self._process)):
            _end(process)

    def _is_healthy(self) -> bool:
        try:
            reply = requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
        except requests.RequestException:
            return False
        return reply.ok


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
