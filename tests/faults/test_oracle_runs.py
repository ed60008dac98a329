"""The oracle sees what may go wrong with a decision of a bulk run."""

from typing import Any

import pytest

from tests.faults.moments import Moment
from tests.faults.oracle import Record, judge, judge_order
from tests.faults.pressing import Decision, Told
from tests.faults.sayings import ENDS, Saying, saying
from tests.faults.test_oracle import ME, OTHER, TARGET, TWICE, UNCHANGED, call, stands

DONE: dict[str, Any] = {"stands": stands("Finished", state="Finished"), "calls": [call()]}
THEIRS: dict[str, Any] = {**DONE, "calls": [call(OTHER)]}
REJECTED: dict[str, Any] = {
    "stands": stands("Rejected", state="Rejected"),
    "calls": [call(OTHER, command="reject")],
}
REFUSED: dict[str, Any] = {**UNCHANGED, "calls": [call(executed=False)]}


def in_run(*groups: str, step: str = "", **more: object) -> Record:
    """One that was sent with its run, and stands in these groups of the receipt."""
    decision = Decision(Moment.RUN_ALONE, "item", ["line"], TARGET)
    decision.press("approve", "key")
    if step:
        decision.step(step)
    decision.groups = groups
    for press in decision.presses:
        press.told = Told(200, f"Receipt: {groups[-1]}") if groups else None
    known: dict[str, Any] = {**DONE, **attempts("succeeded"), **more}
    return Record(decision, ME, **known)


def attempts(*statuses: str, due_at: str | None = "a moment") -> dict[str, Any]:
    """The rows of one decision of a run, and the lines of the log: none says that it is held."""
    known = {"command": "approve", "has_news": False, "due_at": due_at}
    rows = [{**known, "status": status} for status in statuses]
    return {"rows": rows, "lines": [f"approve {status}" for status in statuses]}


def silently(*statuses: str, due_at: str | None = "a moment") -> dict[str, Any]:
    """The same for what was ended together, which no line of the log names."""
    return {**attempts(*statuses, due_at=due_at), "lines": []}


def at(moment: Moment, found: Record) -> Record:
    found.decision.moment = moment
    return found


def cut_off(*groups: str, **more: object) -> Record:
    """Its web worker was killed while the run was recorded."""
    return at(Moment.RUN_KILL_WEB, in_run(*groups, **{**UNCHANGED, **more}))


def unrecorded() -> Record:
    found = cut_off(**silently())
    found.decision.groups = None
    return found


def unfound() -> Record:
    found = cut_off(**attempts("succeeded"))
    found.decision.groups = None
    return found


@pytest.mark.parametrize(
    "right",
    [
        in_run("Done"),
        in_run("Done", **attempts("verified")),
        in_run("Done", **{**attempts("not-sent", "succeeded"), "calls": TWICE}),
        in_run("Taken back", step="undo", **UNCHANGED, **silently("cancelled")),
        in_run("Not sent", step="stop", **UNCHANGED, **silently("not-sent")),
        in_run("Done", step="stop"),
        in_run("Refused by SailPoint", **REFUSED, **attempts("refused")),
        in_run("Changed since you looked", **THEIRS, **attempts("changed")),
        at(Moment.RUN_OTHERS, in_run("Already done before", **THEIRS, **attempts("already-done"))),
        at(Moment.RUN_OTHERS, in_run("Decided differently", **REJECTED, **attempts("superseded"))),
        at(Moment.RUN_OTHERS, in_run("Done")),
        at(Moment.RUN_KILL_JOBS, in_run("Done", **attempts("not-done", "succeeded"))),
        at(Moment.RUN_KILL_JOBS, in_run("Not known", **UNCHANGED, **attempts("unconfirmed"))),
        cut_off("To be sent", **silently("scheduled", due_at=None)),
        unrecorded(),
    ],
)
def test_nothing_is_found_where_a_run_agrees(right: Record) -> None:
    assert judge(right) == []


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("lost", in_run()),
        ("lost", cut_off(**silently())),
        ("lost", unfound()),
        ("lost", in_run("Done", **UNCHANGED)),
        ("lost", in_run("Taken back", **UNCHANGED, **attempts("cancelled"))),
        ("lost", in_run("Not sent", **UNCHANGED, **attempts("not-sent"))),
        ("lost", in_run("Not sent", step="stop", **REFUSED, **attempts("not-sent"))),
        ("lost", in_run("Refused by SailPoint", **UNCHANGED, **attempts("refused"))),
        ("lost", in_run("Changed since you looked", **UNCHANGED, **attempts("changed"))),
        ("lost", in_run("Not known", **UNCHANGED, **attempts("unconfirmed"))),
        ("lost", in_run("To be sent", **UNCHANGED, **attempts("scheduled"))),
        ("lost", in_run("To be sent", **UNCHANGED, **silently("scheduled", due_at=None))),
        ("lost", cut_off("To be sent", **silently("scheduled"))),
        ("doubled", in_run("Not sent", "Done")),
        ("doubled", in_run("Done", **{**DONE, "calls": [call(), call()]})),
        ("doubled", in_run("Done", **{**attempts("not-done", "verified"), "calls": TWICE[::-1]})),
        ("doubled", in_run("Done", **{**DONE, "calls": TWICE})),
        ("doubled", at(Moment.RUN_OTHERS, in_run("Done", calls=[call(OTHER), call()]))),
        ("told wrongly", in_run("Not sent")),
        ("told wrongly", in_run("Not known")),
        ("told wrongly", in_run("Words from nowhere")),
        ("told wrongly", in_run("Changed since you looked", **attempts("changed"))),
        ("told wrongly", in_run("Done", **{**THEIRS, **attempts("already-done")})),
        ("told wrongly", in_run("Taken back", step="undo", **silently("cancelled"))),
        ("told wrongly", in_run("Done", lines=[])),
        ("told wrongly", in_run("Already done before", **THEIRS, **silently("already-done"))),
        ("told wrongly", in_run("Not sent", **UNCHANGED, **silently("not-sent"))),
        ("told wrongly", in_run("Taken back", **UNCHANGED, **silently("cancelled"))),
    ],
)
def test_what_disagrees_with_a_run_is_found(kind: str, wrong: Record) -> None:
    assert kind in {finding.kind for finding in judge(wrong)}


def test_a_run_left_alone_is_sent_in_the_order_of_its_confirmation() -> None:
    first, second = (in_run("Done", calls=[{**call(), "at": moment}]) for moment in (10.0, 10.1))
    first.decision.pressed_at, second.decision.pressed_at = 1.0, 2.0
    assert judge_order([second, first]) == []
    first.decision.pressed_at = 3.0
    assert [finding.kind for finding in judge_order([first, second])] == ["out of order"]


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ("Done", "verified"),
        ("Refused by SailPoint", "refused"),
        ("Not sent", "not-done"),
        ("Changed since you looked", "changed"),
        ("Decided differently", "superseded"),
        ("Already done before", "already-done"),
        ("Gone from your queue", "gone"),
        ("Not known", "unconfirmed"),
        ("Taken back", "cancelled"),
        ("To be sent", "scheduled"),
    ],
)
def test_each_group_of_a_receipt_says_what_the_ledger_says(group: str, status: str) -> None:
    assert saying(f"Receipt: {group}") is ENDS[status]
    assert saying(f"Receipt: {group} or not") is not Saying.DONE
