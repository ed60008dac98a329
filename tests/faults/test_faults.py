"""Nothing is lost, doubled or told wrongly while faults hit: `make faults` runs it, seeded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import missing
from tests.faults import selected

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


@pytest.mark.faults
def test_a_selection_whose_sender_is_killed_is_sent_once_each(tmp_path: Path) -> None:
    """Killed twice in 200 calls: SailPoint executed one of the two, and never the other."""
    found = selected.played(tmp_path)
    again = found.items[selected.KILLED_AT[1]]
    assert len(found.items) == selected.SELECTED
    assert found.sent() == dict.fromkeys(found.items, 1) | {again: 2}
    assert found.sent(executed=True) == dict.fromkeys(found.items, 1)
    assert found.statuses == {"succeeded": 199, "verified": 1, "not-done": 1}
    assert found.receipt == {item: ["Done"] for item in found.items}
    assert found.items_read == 2  # of what was under way
    # By each of the three senders, and anew after 15 seconds each.
    assert 7 <= found.lists_read <= 7 + 3 * int(found.seconds / 15)
