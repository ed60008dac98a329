"""The oracle sees what it is there to see: a judge that finds nothing proves nothing."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.moments import Moment
from tests.faults.oracle import Record, Standing, judge
from tests.faults.pressing import Decision, Press, Told

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = """
import sys, tests.faults.oracle
sys.exit(any(name.split(".")[0] in {"taskmanager", "workitems", "django"} for name in sys.modules))
"""
ME, OTHER, TARGET = "me", "somebody else", "whom it was forwarded to"
LEFT = "SailPoint gave no answer, and this task has left your queue since: we cannot say whether"
MOVED = "This task moved to someone else, or your rights in SailPoint do not cover it."
PATHS = {"forward": "/item/forward", "complete": "/item", "reject-all": "/bulk-reject/item"}


def call(actor: str = ME, *, executed: bool = True, command: str = "approve") -> dict[str, object]:
    path = PATHS.get(command, f"/item/{command}/line")
    return {"path": path, "actor": actor, "executed": executed}


def stands(*lines: str, owner: str = ME, state: str = "Pending") -> Standing:
    return Standing(owner, state, lines)


def record(words: str | None = "Approved.", **more: object) -> Record:
    """A decision that went well, with `more` in place of what the record has of it."""
    known: dict[str, object] = {"stands": stands("Finished", state="Finished")}
    return record_of("approve", words, **{**known, **more})


def forwarded(words: str | None = "Forwarded to María Santos.", **more: object) -> Record:
    """The same for a work item that was forwarded."""
    known: dict[str, object] = {"stands": stands("Pending", owner=TARGET)}
    return record_of("forward", words, **{**known, **more})


def completed(words: str | None = "Remove access: Completed.", **more: object) -> Record:
    """The same for a manual task that was completed."""
    known: dict[str, object] = {"stands": stands("Finished", state="Finished")}
    return record_of("complete", words, **{**known, **more})


def all_rejected(words: str | None = "Rejected.", **more: object) -> Record:
    """The same for a work item of several lines."""
    known: dict[str, object] = {"stands": stands("Rejected", "Rejected", state="Rejected")}
    return record_of("reject-all", words, **{**known, **more})


def record_of(command: str, words: str | None, **more: object) -> Record:
    press = Press(command, "key", Told(200, words) if words else None)
    moment = Moment.DROP_AFTER if words else Moment.KILL_UPSTREAM
    decision = Decision(moment, "item", ["line"], TARGET, [press])
    known: dict[str, object] = {"calls": [call(command=command)], **row("succeeded", command)}
    return Record(decision, ME, **{**known, **more})  # type: ignore[arg-type]


def row(status: str, command: str = "approve") -> dict[str, object]:
    lines = [f"{command} {status}"]
    return {"rows": [{"command": command, "status": status}], "lines": lines}


UNCHANGED: dict[str, Any] = {"stands": stands("Pending"), "calls": []}


@pytest.mark.parametrize(
    "right",
    [
        record(),
        record(None),
        forwarded(),
        forwarded(None),
        forwarded(LEFT, **row("gone", "forward")),
        forwarded(MOVED, **row("gone", "forward")),
        forwarded("We don't know yet", **UNCHANGED, **row("not-done", "forward")),
        completed(),
        completed(None),
        completed("Completed. SailPoint said so only when asked again."),
        all_rejected(),
        all_rejected("1 approved, 2 rejected."),
    ],
)
def test_nothing_is_found_where_all_agree(right: Record) -> None:
    assert judge(right) == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("lost", record(**UNCHANGED)),
        ("lost", record(None, rows=[], lines=[])),
        ("doubled", record(calls=[call(), call(executed=False)])),
        ("doubled", record(calls=[call(), call()])),
        ("told wrongly", record("Not sent yet")),
        ("told wrongly", record("We don't know yet: SailPoint gave no clear answer")),
        ("told wrongly", record("This was decided differently; here is how it stands.")),
        ("told wrongly", record("This is being sent already.")),
        ("told wrongly", record("Words from nowhere")),
        ("told wrongly", record(MOVED)),
        ("told wrongly", record(None, **row("sending"))),
        ("told wrongly", record(None, **row("not-done"))),
        ("told wrongly", record(None, **row("unconfirmed"))),
        ("told wrongly", record(None, **row("superseded"))),
        ("told wrongly", record(None, stands=stands("Pending"), calls=[call(executed=False)])),
        ("told wrongly", record(None, lines=[])),
        ("told wrongly", record(None, lines=["approve succeeded", "approve refused"])),
        ("lost", forwarded(**UNCHANGED)),
        ("lost", forwarded(stands=stands("Pending", owner=OTHER))),
        ("lost", forwarded(None, calls=[call()])),
        ("doubled", forwarded(calls=[call(command="forward"), call(command="forward")])),
        ("told wrongly", forwarded(None, **UNCHANGED)),
        ("told wrongly", forwarded(LEFT, **UNCHANGED)),
        ("told wrongly", forwarded("SailPoint refused this: it gave no reason")),
        ("told wrongly", forwarded("We don't know yet")),
        ("told wrongly", forwarded(None, **row("refused", "forward"))),
        ("lost", completed(**UNCHANGED)),
        ("lost", completed(None, rows=[], lines=[])),
        ("doubled", completed(calls=[call(command="complete"), call(command="complete")])),
        ("told wrongly", completed(None, **UNCHANGED)),
        ("told wrongly", completed("We don't know yet")),
        ("told wrongly", completed(LEFT)),
        ("told wrongly", completed(None, **row("not-done", "complete"))),
        ("lost", all_rejected(stands=stands("Rejected", "Pending"))),
        ("lost", all_rejected(stands=stands("Rejected", "Finished", state="Finished"))),
        ("told wrongly", all_rejected("This was decided differently; here is how it stands.")),
    ],
)
def test_what_disagrees_with_the_tenant_is_found(kind: str, wrong: Record) -> None:
    assert kind in {finding.kind for finding in judge(wrong)}


def test_silence_is_right_only_where_a_process_was_stopped() -> None:
    silent = record(None)
    silent.decision.moment = Moment.DROP_AFTER
    assert [finding.kind for finding in judge(silent)] == ["told wrongly"]


def test_a_call_of_somebody_else_is_not_ours() -> None:
    theirs = [call(OTHER, command="reject"), call(executed=False)]
    words = "This was decided differently: Rejected."
    assert judge(record(words, calls=theirs, stands=stands("Rejected"), **row("superseded"))) == []


def test_the_oracle_imports_nothing_of_the_product() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == 0
