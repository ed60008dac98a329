"""The job worker as a process of its own, beside the server of the stage."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.dashboard import ROOT

STOP_SECONDS = 10.0
PATIENCE = 30.0  # seconds


class JobWorker:
    """`manage.py run_worker`, which logs into the dashboard's log."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        command = [sys.executable, "manage.py", "run_worker"]
        with log.open("ab") as lines:
            self._process = subprocess.Popen(  # noqa: S603 - our own script
                command, cwd=ROOT, env=environment, stdout=lines, stderr=lines,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send it, and wait for its end if it is one that ends processes."""
        if self.is_running:
            os.kill(self.pid, number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        """As a deployment does: what is being sent is sent to its end."""
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)


def comes(is_there: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not is_there():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
