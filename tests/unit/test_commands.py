"""Commands are values: they can be stored, have keys, and judge what became of them."""

import json
from dataclasses import FrozenInstanceError, replace
from itertools import combinations
from typing import Any

import pytest

from workitems.domain.commands import (
    COMMANDS,
    Approve,
    ApproveAll,
    Command,
    Complete,
    Forward,
    Judgement,
    Reject,
    RejectAll,
    SubmitForm,
    command_from_json,
)
from workitems.isc.schemas import WorkItem

FORWARD = Forward("w1", "p7", "Über Mittag, 終", notify=True)
EVERY_KIND: list[Command] = [
    Approve("w1", "a1"),
    Reject("w1", "a1"),
    ApproveAll("w1"),
    RejectAll("w1"),
    Complete("w1"),
    SubmitForm("w1", {"account": "jsmith", "groups": ["a", "b"], "sure": True}),
    FORWARD,
]
DIFFERENT = [
    *EVERY_KIND,
    Approve("w1", "a2"),
    Approve("w2", "a1"),
    Approve("a1", "w1"),
    ApproveAll("w2"),
    SubmitForm("w1", {}),
    SubmitForm("w1", {"account": "jsmith", "groups": ["b", "a"], "sure": True}),
    SubmitForm("w1", {"account": "jsmith", "groups": ["a", "b"], "sure": "true"}),
    replace(FORWARD, target_id="p8"),
    replace(FORWARD, comment=""),
    replace(FORWARD, notify=False),
]
DECIDING = [Approve("w1", "a1"), Reject("w1", "a1"), ApproveAll("w1"), RejectAll("w1")]
APPROVING, REJECTING = (Approve, ApproveAll), (Reject, RejectAll)


def item(state: str | None, *lines: str | None, **fields: Any) -> WorkItem:
    """A work item in this state with approval items a1, a2, … in theirs."""
    approvals = [{"id": f"a{number}", "state": line} for number, line in enumerate(lines, start=1)]
    return WorkItem.model_validate(
        {"id": "w1", "ownerId": "me", "state": state, "approvalItems": approvals, **fields}
    )


def kind(command: Command) -> str:
    return command.name


def test_there_is_an_example_of_every_kind() -> None:
    assert {command.name for command in EVERY_KIND} == set(COMMANDS)


@pytest.mark.parametrize("command", DIFFERENT, ids=kind)
def test_a_command_survives_being_stored_as_json(command: Command) -> None:
    stored = json.dumps(command.to_json())
    read = command_from_json(json.loads(stored))
    assert type(read) is type(command)
    assert read == command
    assert read.key() == command.key()


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({}, KeyError),
        ({"name": "delete", "item_id": "w1"}, KeyError),
        ({"name": "approve", "item_id": "w1"}, TypeError),
        ({"name": "complete", "item_id": "w1", "comment": "done"}, TypeError),
    ],
)
def test_what_is_no_command_is_refused(document: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        command_from_json(document)


def test_different_commands_have_different_keys() -> None:
    for one, other in combinations(DIFFERENT, 2):
        assert one != other
        assert one.key() != other.key()


def test_a_key_does_not_depend_on_the_order_of_a_forms_answers() -> None:
    one, other = SubmitForm("w1", {"a": "1", "b": "2"}), SubmitForm("w1", {"b": "2", "a": "1"})
    assert one == other
    assert one.key() == other.key()


@pytest.mark.parametrize("command", EVERY_KIND, ids=kind)
def test_a_key_is_32_hexadecimal_digits(command: Command) -> None:
    assert len(command.key()) == 32
    assert set(command.key()) <= set("0123456789abcdef")


@pytest.mark.parametrize("command", EVERY_KIND, ids=kind)
def test_a_command_cannot_be_changed(command: Command) -> None:
    with pytest.raises(FrozenInstanceError):
        command.item_id = "w2"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("command", "label"),
    [
        (Approve("w1", "a1"), "approve a1"),
        (Reject("w1", "a1"), "reject a1"),
        (ApproveAll("w1"), "approve all"),
        (RejectAll("w1"), "reject all"),
        (Complete("w1"), "complete"),
        (SubmitForm("w1", {"account": "jsmith"}), "submit account selection"),
        (FORWARD, "forward to p7"),
    ],
)
def test_the_log_names_what_was_done_and_nothing_that_was_typed(
    command: Command, label: str
) -> None:
    assert command.label == label


@pytest.mark.parametrize("state", [None, "", "Pending", " pending "])
@pytest.mark.parametrize("command", EVERY_KIND, ids=kind)
def test_an_item_that_waits_is_open(command: Command, state: str | None) -> None:
    assert command.judge(item(state)) is Judgement.OPEN
    assert command.judge(item(state, state, state)) is Judgement.OPEN


@pytest.mark.parametrize("command", DECIDING, ids=kind)
@pytest.mark.parametrize(
    ("state", "is_approved"), [("Approved", True), ("FINISHED", True), ("Rejected", False)]
)
@pytest.mark.parametrize("item_state", ["Pending", "Finished", "Rejected", "Hibernating"])
def test_a_decided_line_outranks_the_state_of_its_item(
    command: Command, state: str, item_state: str, *, is_approved: bool
) -> None:
    wanted = isinstance(command, APPROVING) is is_approved
    judged = command.judge(item(item_state, state))
    assert judged is (Judgement.DONE if wanted else Judgement.DIFFERENT)


@pytest.mark.parametrize("command", DECIDING, ids=kind)
@pytest.mark.parametrize("state", ["Returned", "expired", "Canceled"])
def test_what_was_closed_without_a_decision_is_different(command: Command, state: str) -> None:
    assert command.judge(item(state)) is Judgement.DIFFERENT
    assert command.judge(item("Finished", state)) is Judgement.DIFFERENT


@pytest.mark.parametrize("command", DECIDING, ids=kind)
def test_an_item_without_lines_is_judged_by_its_own_state(command: Command) -> None:
    is_approving = isinstance(command, APPROVING)
    approved, rejected = command.judge(item("Finished")), command.judge(item("Rejected"))
    assert approved is (Judgement.DONE if is_approving else Judgement.DIFFERENT)
    assert rejected is (Judgement.DIFFERENT if is_approving else Judgement.DONE)


@pytest.mark.parametrize("command", EVERY_KIND[:-1], ids=kind)
def test_a_state_nobody_has_heard_of_says_nothing(command: Command) -> None:
    assert command.judge(item("Hibernating")) is Judgement.UNKNOWN


@pytest.mark.parametrize("command", DECIDING, ids=kind)
def test_a_line_in_a_state_nobody_has_heard_of_says_nothing(command: Command) -> None:
    assert command.judge(item("Finished", "Hibernating")) is Judgement.UNKNOWN


@pytest.mark.parametrize(
    ("command", "lines", "judgement"),
    [
        (Approve("w1", "a2"), ("Rejected", "Approved"), Judgement.DONE),
        (Reject("w1", "a2"), ("Rejected", "Approved"), Judgement.DIFFERENT),
        (Approve("w1", "a1"), (None, "Approved"), Judgement.OPEN),
        (Approve("w1", "gone"), ("Approved", "Approved"), Judgement.OPEN),
    ],
)
def test_deciding_one_looks_at_its_own_line(
    command: Command, lines: tuple[str | None, ...], judgement: Judgement
) -> None:
    assert command.judge(item("Pending", *lines)) is judgement


@pytest.mark.parametrize(
    ("command", "state", "lines", "judgement"),
    [
        (ApproveAll("w1"), "Pending", ("Approved", None), Judgement.OPEN),
        (ApproveAll("w1"), "Pending", ("Rejected", "Approved"), Judgement.DONE),
        (ApproveAll("w1"), "Finished", ("Rejected", "Rejected"), Judgement.DIFFERENT),
        (RejectAll("w1"), "Finished", ("Approved", "Rejected"), Judgement.DONE),
        (RejectAll("w1"), "Finished", ("Approved", "Hibernating"), Judgement.DIFFERENT),
        (RejectAll("w1"), "Finished", ("Hibernating", None), Judgement.UNKNOWN),
    ],
)
def test_one_line_decided_as_wanted_is_enough_for_all(
    command: Command, state: str, lines: tuple[str | None, ...], judgement: Judgement
) -> None:
    assert command.judge(item(state, *lines)) is judgement


@pytest.mark.parametrize("command", [Complete("w1"), SubmitForm("w1", {"account": "x"})], ids=kind)
@pytest.mark.parametrize(
    ("state", "judgement"),
    [
        ("Finished", Judgement.DONE),
        ("approved", Judgement.DONE),
        ("Rejected", Judgement.DIFFERENT),
        ("Expired", Judgement.DIFFERENT),
        ("Hibernating", Judgement.UNKNOWN),
    ],
)
def test_completing_and_answering_look_at_the_item_alone(
    command: Command, state: str, judgement: Judgement
) -> None:
    assert command.judge(item(state)) is judgement
    assert command.judge(item(state, "Rejected", None)) is judgement


@pytest.mark.parametrize(
    ("state", "owner", "judgement"),
    [
        ("Pending", "p7", Judgement.DONE),
        ("Finished", "p7", Judgement.DONE),
        ("Pending", "me", Judgement.OPEN),
        ("Finished", "me", Judgement.DIFFERENT),
        ("Hibernating", "me", Judgement.DIFFERENT),
    ],
)
def test_forwarding_looks_at_who_owns_the_item(
    state: str, owner: str, judgement: Judgement
) -> None:
    assert FORWARD.judge(item(state, ownerId=owner)) is judgement
