"""SIGHUP: workers are replaced, and gunicorn's file is read anew."""

import os
import signal
import time
from pathlib import Path

import requests

from tests.environment import free_port
from tests.serving.conftest import Serve

PORT = free_port()


def test_new_workers_answer_the_probes(serve: Serve, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    served = serve(HEALTH_PORT=str(PORT), GUNICORN_CMD_ARGS=f"--pid {pid_file}")
    address = f"http://127.0.0.1:{PORT}/healthz"
    assert requests.get(address, timeout=5).status_code == 200

    master = int(pid_file.read_text())
    before = children(master)
    os.kill(master, signal.SIGHUP)
    until = time.monotonic() + 30
    while before & children(master):
        assert time.monotonic() < until
        time.sleep(0.1)

    assert served.ask("/healthz")[0] == 200
    assert requests.get(address, timeout=5).status_code == 200


def children(process: int) -> set[int]:
    return set(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
