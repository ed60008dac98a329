"""No hostile input is a 500, prints something unescaped or takes long: `make fuzz`, seeded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.fuzz
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_answer_is_in_our_words(database: str) -> None:
    """Half of the inputs on each database, in a process without the tests' Django."""
    if database == "postgres" and not os.environ.get("TEST_POSTGRES_URL"):
        missing("PostgreSQL at TEST_POSTGRES_URL")
    count, seed = int(os.environ.get("COUNT", "3000")) // 2, os.environ.get("SEED", "1")
    command = [sys.executable, "-m", "tests.fuzz", "--seed", seed, "--count", str(count)]
    more = ["--postgres"] if database == "postgres" else []
    done = subprocess.run(  # noqa: S603 - our own command
        command + more, cwd=ROOT, text=True, capture_output=True, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
