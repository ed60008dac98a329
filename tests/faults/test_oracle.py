"""The oracle sees what it is there to see: a judge that finds nothing proves nothing."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.moments import Moment
from tests.faults.oracle import Record, Standing, judge, judge_order
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


def held(*steps: tuple[str, str | None], **more: object) -> Record:
    """One that was held and then sent; `steps` are what was asked of it, and the answers."""
    found = record(
        "Approved. You can undo this for 2 seconds.", **{**attempts("succeeded"), **more}
    )
    found.decision.moment = Moment.HELD_ASKED
    for name, words in steps:
        found.decision.step(name).told = Told(200, words) if words else None
    return found


def attempts(*statuses: str, has_news: bool = False) -> dict[str, object]:
    """The rows of one press that was held, and the lines of the log."""
    known = {"command": "approve", "has_news": has_news, "due_at": "a moment"}
    rows = [{**known, "status": status} for status in statuses]
    return {"rows": rows, "lines": [f"approve {one}" for one in ("scheduled", *statuses)]}


def killed(found: Record) -> Record:
    found.decision.moment = Moment.HELD_KILL_UPSTREAM
    return found


def sent_at(seconds: float, *, due_at: float = 0.0, pressed_at: float = 0.0) -> Record:
    """One that was held and sent at that moment."""
    found = held(calls=[{**call(), "at": seconds}])
    found.decision.due_at, found.decision.pressed_at = due_at, pressed_at
    return found


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


TAKEN_BACK, IN_TIME = "Taken back. Nothing was sent.", ("undo", "Taken back. Nothing was sent.")
CANCELLED: dict[str, Any] = {**UNCHANGED, **attempts("cancelled")}
TWICE = [call(executed=False), call()]


@pytest.mark.parametrize(
    "right",
    [
        held(),
        held(("over", "Approved.")),
        held(("over", "It is being sent.")),
        held(IN_TIME, **CANCELLED),
        held(IN_TIME, ("over", TAKEN_BACK), **CANCELLED),
        held(("undo", "Approved."), ("over", "Approved.")),
        held(**UNCHANGED, **attempts("not-sent", has_news=True)),
        held(**UNCHANGED, **attempts("unconfirmed", has_news=True)),
        killed(held(("over", None))),
        killed(held(("over", "We don't know yet"))),
        killed(held(("undo", "This could not be looked up It stays as it was: what is held"))),
        killed(held(("undo", "Internal Server Error Internal Server Error"))),
        killed(held(calls=TWICE, **attempts("not-done", "succeeded"))),
        killed(held(calls=[call()], **attempts("not-done", "succeeded"))),
        sent_at(10.3, due_at=10.0),
    ],
)
def test_nothing_is_found_where_what_was_held_agrees(right: Record) -> None:
    assert judge(right) == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("lost", held(**UNCHANGED, **attempts("scheduled"))),
        ("lost", held(**UNCHANGED, **attempts("not-done"))),
        ("lost", held(**UNCHANGED, **attempts("not-sent"))),
        ("lost", held(**UNCHANGED, **attempts("unconfirmed"))),
        ("lost", held(**CANCELLED)),
        ("lost", held(**{**attempts("not-sent", has_news=True), "calls": []})),
        ("doubled", held(calls=[call(), call()])),
        ("doubled", killed(held(calls=[call(), call()], **attempts("not-done", "succeeded")))),
        ("doubled", killed(held(calls=[*TWICE, call(executed=False)], **attempts("verified")))),
        (
            "doubled",
            killed(held(calls=TWICE[::-1], **attempts("not-done", "already-done"))),
        ),
        ("doubled", killed(held(calls=TWICE))),
        ("told wrongly", held(IN_TIME)),
        ("told wrongly", held(IN_TIME, **{**CANCELLED, "calls": [call(executed=False)]})),
        ("told wrongly", held(IN_TIME, **UNCHANGED, **attempts("not-sent", has_news=True))),
        ("told wrongly", held(**{**CANCELLED, "lines": ["approve scheduled"]})),
        ("told wrongly", held(lines=["approve succeeded"])),
        ("told wrongly", held(("over", "Not sent, because"))),
        ("told wrongly", held(("over", "We don't know yet"))),
        ("told wrongly", held(("over", "This could not be looked up It stays as it was"))),
        ("told wrongly", held(("over", None))),
        ("told wrongly", killed(held(**attempts("not-done")))),
        ("told wrongly", killed(held(**attempts("succeeded", "not-done")))),
        ("late", sent_at(11.3, due_at=10.0)),
        ("late", sent_at(9.9, due_at=10.0)),
    ],
)
def test_what_disagrees_with_what_was_held_is_found(kind: str, wrong: Record) -> None:
    assert kind in {finding.kind for finding in judge(wrong)}


def test_calls_have_to_arrive_in_the_order_of_the_presses() -> None:
    first, second = sent_at(10.0, pressed_at=1.0), sent_at(10.1, pressed_at=2.0)
    assert judge_order([second, first]) == []
    swapped = [sent_at(10.1, pressed_at=1.0), sent_at(10.0, pressed_at=2.0)]
    assert [finding.kind for finding in judge_order(swapped)] == ["out of order"]
    assert judge_order([sent_at(10.1), sent_at(10.0)]) == []  # pressed at once


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
