"""The oracle sees what it is there to see: a judge that finds nothing proves nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.moments import Moment
from tests.faults.oracle import Record, judge
from tests.faults.pressing import Decision, Press, Told

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = """
import sys, tests.faults.oracle
sys.exit(any(name.split(".")[0] in {"taskmanager", "workitems", "django"} for name in sys.modules))
"""
ME, OTHER = "me", "somebody else"


def call(actor: str = ME, *, executed: bool = True, verdict: str = "approve") -> dict[str, object]:
    return {"path": f"/item/{verdict}/line", "actor": actor, "executed": executed}


def record(words: str | None = "Approved.", **more: object) -> Record:
    """A decision that went well, with `more` in place of what the record has of it."""
    press = Press("approve", "key", Told(200, words) if words else None)
    moment = Moment.DROP_AFTER if words else Moment.KILL_UPSTREAM
    decision = Decision(moment, "item", "line", [press])
    known: dict[str, object] = {
        "calls": [call()],
        "state": "Finished",
        "lines": ["approve succeeded"],
        "rows": [{"command": "approve", "status": "succeeded"}],
    }
    return Record(decision, ME, **{**known, **more})  # type: ignore[arg-type]


def row(status: str) -> dict[str, object]:
    lines = [f"approve {status}"]
    return {"rows": [{"command": "approve", "status": status}], "lines": lines}


@pytest.mark.parametrize("words", ["Approved.", None])
def test_nothing_is_found_where_all_agree(words: str | None) -> None:
    assert judge(record(words)) == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("lost", record(state="Pending", calls=[])),
        ("lost", record(None, rows=[], lines=[])),
        ("doubled", record(calls=[call(), call(executed=False)])),
        ("doubled", record(calls=[call(), call()])),
        ("told wrongly", record("Not sent yet")),
        ("told wrongly", record("We don't know yet: SailPoint gave no clear answer")),
        ("told wrongly", record("This was decided differently; here is how it stands.")),
        ("told wrongly", record("This is being sent already.")),
        ("told wrongly", record("Words from nowhere")),
        ("told wrongly", record(None, **row("sending"))),
        ("told wrongly", record(None, **row("not-done"))),
        ("told wrongly", record(None, **row("unconfirmed"))),
        ("told wrongly", record(None, **row("superseded"))),
        ("told wrongly", record(None, state="Pending", calls=[call(executed=False)])),
        ("told wrongly", record(None, lines=[])),
        ("told wrongly", record(None, lines=["approve succeeded", "approve refused"])),
    ],
)
def test_what_disagrees_with_the_tenant_is_found(kind: str, wrong: Record) -> None:
    assert kind in {finding.kind for finding in judge(wrong)}


def test_silence_is_right_only_where_a_process_was_stopped() -> None:
    silent = record(None)
    silent.decision.moment = Moment.DROP_AFTER
    assert [finding.kind for finding in judge(silent)] == ["told wrongly"]


def test_a_call_of_somebody_else_is_not_ours() -> None:
    theirs = [call(OTHER, verdict="reject"), call(executed=False)]
    words = "This was decided differently: Rejected."
    assert judge(record(words, calls=theirs, state="Rejected", **row("superseded"))) == []


def test_the_oracle_imports_nothing_of_the_product() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == 0
