"""Starts what is measured: tenant and dashboard in separate processes, as in production."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.dashboard import (
    ROOT,
    Dashboard,
    DashboardFailed,
    dashboard_environment,
    public_url,
)
from sandbox.serving import free_port
from tests.bench.tenant import DURATIONS

WORKERS = 2
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Tenant:
    """The running tenant: the details that its process printed, and calls to control it."""

    def __init__(self, ready: Mapping[str, str]) -> None:
        self.address = ready["address"]
        self.client_id = ready["client_id"]
        self.client_secret = ready["client_secret"]
        self._pat = {"client_id": ready["pat_id"], "client_secret": ready["pat_secret"]}
        self._session = requests.Session()

    def durations(self) -> list[float]:
        """Milliseconds of each call since the last time this was called."""
        durations: list[float] = self._session.get(self.address + DURATIONS, timeout=10).json()
        return durations

    def reset(self) -> None:
        """Restore the seeded work items."""
        self._session.post(f"{self.address}/_sandbox/reset", timeout=30).raise_for_status()

    def give_tasks(self, persona: str, count: int) -> None:
        """Varied pending tasks in place of theirs."""
        body = {"persona": persona, "count": count}
        self._session.post(
            f"{self.address}/_sandbox/tasks", json=body, timeout=60
        ).raise_for_status()

    def person_id(self, persona: str) -> str:
        people = self._session.get(f"{self.address}/_sandbox/personas", timeout=10).json()
        return next(str(one["id"]) for one in people if one["key"] == persona)

    def moments(self) -> list[float]:
        """When each call of the API came, in epoch seconds."""
        return [call["at"] for call in self.calls()]

    def calls(self) -> list[dict[str, Any]]:
        """Of the API, oldest first."""
        calls = self._session.get(f"{self.address}/_sandbox/calls", timeout=30).json()
        return [call for call in calls if call["api"]]

    def forget_calls(self) -> None:
        self._session.delete(f"{self.address}/_sandbox/calls", timeout=10).raise_for_status()

    def token(self) -> str:
        """An access token of the owner of the heavy queue."""
        form = {"grant_type": "client_credentials", **self._pat}
        reply = self._session.post(f"{self.address}/oauth/token", data=form, timeout=10)
        return str(reply.json()["access_token"])

    def approvals(self, count: int) -> list[tuple[str, str]]:
        """Up to `count` pairs of ids: a pending work item and its only approval item."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        found: list[tuple[str, str]] = []
        for offset in range(0, 2_000, 250):
            page = self._session.get(
                f"{self.address}/v2024/work-items",
                params={"limit": "250", "offset": str(offset)},
                headers=headers,
                timeout=30,
            )
            items = [item for item in page.json() if item["type"] == "Approval"]
            found += [(item["id"], item["approvalItems"][0]["id"]) for item in items]
            if len(found) >= count:
                break
        return found[:count]


@dataclass(frozen=True)
class Worker:
    """One gunicorn worker, measured by means of Linux's /proc."""

    pid: int

    def megabytes(self) -> tuple[float, float]:
        """RSS, and PSS (shared pages divided by the number of their users), in MB (10^6 bytes)."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        sizes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
        return sizes["Rss:"] * 1024 / 1e6, sizes["Pss:"] * 1024 / 1e6

    def cpu_ms(self) -> float:
        """Processor time used so far, by user and kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) * 1000 / CLOCK_TICKS


@dataclass(frozen=True)
class Stage:
    """A running tenant and a running dashboard."""

    tenant: Tenant
    port: int
    folder: Path
    pid_file: str = "gunicorn.pid"
    dashboard: Dashboard | None = None

    def workers(self) -> list[Worker]:
        return workers_of(self.folder / self.pid_file)


def workers_of(pid_file: Path) -> list[Worker]:
    """Gunicorn's child processes; empty where there is no /proc."""
    master = pid_file.read_text(encoding="ascii").strip()
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        return []
    return [Worker(int(pid)) for pid in children.read_text(encoding="ascii").split()]


@contextmanager
def running(latency_ms: int, folder: Path, root: Path = ROOT, /, **more: str) -> Iterator[Stage]:
    """Start tenant and dashboard. `folder` is for the database, static files and logs.

    `root`: where the dashboard's program is, if it is another version. `more` are environment
    variables of the dashboard, in place of those of a measurement.
    """
    port = free_port(0, 0)
    address = more.get("PUBLIC_URL", public_url(port))
    with _tenant(latency_ms, f"{address}/signin/callback/") as tenant:
        dashboard = Dashboard(_environment(tenant, port, folder) | more, port, root)
        dashboard.migrate()
        if dashboard.environment["STATIC_FILES"] == "hashed":
            dashboard.collect_static()
        dashboard.start()
        try:
            dashboard.wait_until_ready(lambda: False)
            yield Stage(tenant, port, folder, dashboard=dashboard)
        except DashboardFailed as error:
            log = (folder / "dashboard.log").read_text(encoding="utf-8")
            raise DashboardFailed(f"{error}\n{log[-2000:]}") from error
        finally:
            dashboard.stop()


@contextmanager
def bare(stage: Stage) -> Iterator[Stage]:
    """The bare page (`bare.py`) beside the dashboard, for the same tenant."""
    port = free_port(0, 0)
    pid_file = "bare.pid"
    environment = os.environ | {"BARE_TENANT": stage.tenant.address}
    environment |= {"BARE_TOKEN": stage.tenant.token()}
    log = str(stage.folder / "bare.log")
    command = [sys.executable, "-m", "gunicorn", "tests.bench.bare:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--workers", str(WORKERS), "--keep-alive", "75", "--no-control-socket"]
    command += [
        "--pid",
        str(stage.folder / pid_file),
        "--access-logfile",
        log,
        "--error-logfile",
        log,
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:  # noqa: S603 - our own
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield Stage(stage.tenant, port, stage.folder, pid_file)
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            requests.get(address, headers={"Host": "localhost"}, timeout=10).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise DashboardFailed("The bare page does not answer.")


@contextmanager
def _tenant(latency_ms: int, redirect_uri: str) -> Iterator[Tenant]:
    command = [sys.executable, "-m", "tests.bench.tenant", "--port", str(free_port(0, 0))]
    command += ["--redirect-uri", redirect_uri, "--latency-ms", str(latency_ms)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Tenant(json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def _environment(tenant: Tenant, port: int, folder: Path) -> dict[str, str]:
    """As in production: hashed static files, two workers, every line logged (to a file)."""
    log = folder / "dashboard.log"
    return {
        **dashboard_environment(
            tenant=tenant.address,
            profile="openid",
            client_id=tenant.client_id,
            client_secret=tenant.client_secret,
            port=port,
            folder=folder,
        ),
        "ISC_BUDGET": "100000",  # counted as always, and never used up
        "COUNTS_SECONDS": "0",  # each page as if it were the person's first for a while
        "STATIC_FILES": "hashed",
        "STATIC_ROOT": str(folder / "static"),
        "PAGE_SIZE": "50",
        "WEB_CONCURRENCY": str(WORKERS),
        "MALLOC_ARENA_MAX": "2",  # as in the Dockerfile
        "GUNICORN_CMD_ARGS": f"--pid {folder / 'gunicorn.pid'} --capture-output"
        f" --error-logfile {log} --access-logfile {log}",
    }
