"""The image's entry point: server and job worker, and neither without the other."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from sandbox.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60.0


class Started:
    """The script as it runs in the image, in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.database = free_port(0, 0), folder / "tasks.sqlite3"
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ENV_FILE": "",
            "PUBLIC_URL": f"http://localhost:{self.port}",
            "ISC_BASE_URL": "http://127.0.0.1:9",
            "OIDC_CLIENT_ID": "x",
            "SECRET_KEY": "only-for-tests-" + "0" * 40,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "STATIC_FILES": "plain",
            "PORT": str(self.port),
        }
        self.process = subprocess.Popen(
            ["/bin/sh", "taskmanager/serve.sh"], cwd=ROOT, env=environment, start_new_session=True
        )

    def readiness(self) -> str:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).text
        except requests.ConnectionError:
            return ""

    def worker(self) -> int:
        """The process id of the job worker, from its heartbeat."""
        with closing(sqlite3.connect(self.database)) as connection:
            ((name,),) = connection.execute("SELECT name FROM jobs_heartbeat").fetchall()
        return int(name.split()[-1])


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    started = Started(tmp_path)
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_both_run_and_the_end_of_the_worker_ends_the_server(started: Started) -> None:
    wait_until(lambda: started.readiness() == "ok")
    os.kill(started.worker(), signal.SIGKILL)
    assert started.process.wait(SECONDS) == 1
    assert started.readiness() == ""


def test_asked_to_stop_both_end_well(started: Started) -> None:
    wait_until(lambda: started.readiness() == "ok")
    started.process.terminate()
    assert started.process.wait(SECONDS) == 0
    assert started.readiness() == ""
