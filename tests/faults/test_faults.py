"""Nothing is lost, doubled or told wrongly while faults hit: `make faults` runs it, seeded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import missing

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 480


@pytest.mark.faults
def test_no_decision_is_lost_doubled_or_told_wrongly() -> None:
    """200 decisions on SQLite and 60 on PostgreSQL, in a process without the tests' settings."""
    command = [sys.executable, "-m", "tests.faults", "--seed", os.environ.get("SEED", "1")]
    if os.environ.get("TEST_POSTGRES_URL"):
        command += ["--postgres-decisions", "60"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, text=True, capture_output=True, check=False, timeout=SECONDS
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("TEST_POSTGRES_URL", "TEST_POSTGRES_RESTART"):
        if not os.environ.get(name):
            missing(f"a PostgreSQL, and how to restart it, in {name}")
