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

FORWARD = Forward("w1", "me", "p7", "Über Mittag, 終", notify=True)
EVERY_KIND: list[Command] = [
    Approve("w1", "a1"),
    Reject("w1", "a1"),
    ApproveAll("w1", ("a1", "a2")),
    RejectAll("w1", ("a1", "a2")),
    Complete("w1"),
    SubmitForm("w1", {"account": "jsmith", "groups": ["a", "b"], "sure": True}),
    FORWARD,
]
DIFFERENT = [
    *EVERY_KIND,
    Approve("w1", "a2"),
    Approve("w2", "a1"),
    Approve("a1", "w1"),
    ApproveAll("w2", ("a1", "a2")),
    ApproveAll("w1", ("a1",)),
    SubmitForm("w1", {}),
    SubmitForm("w1", {"account": "jsmith", "groups": ["b", "a"], "sure": True}),
    SubmitForm("w1", {"account": "jsmith", "groups": ["a", "b"], "sure": "true"}),
    replace(FORWARD, target_id="p8"),
    replace(FORWARD, comment=""),
    replace(FORWARD, notify=False),
]
DECIDING = [
    Approve("w1", "a1"),
    Reject("w1", "a1"),
    ApproveAll("w1", ("a1", "a2")),
    RejectAll("w1", ("a1", "a2")),
]
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
    ("command", "part"),
    [(Approve("w1", "a1"), "a1"), (ApproveAll("w1", ("a1",)), ""), (Complete("w1"), "")],
)
def test_a_command_says_which_part_of_the_item_it_is_about(command: Command, part: str) -> None:
    assert command.part == part


@pytest.mark.parametrize("state", [None, "", "Pending", " pending ", "Executing"])
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
def test_a_finished_item_without_lines_says_nothing_of_a_decision(command: Command) -> None:
    is_approving = isinstance(command, APPROVING)
    assert command.judge(item("Finished")) is Judgement.UNKNOWN
    assert command.judge(item("Finished", None, None)) is Judgement.UNKNOWN
    rejected = command.judge(item("Rejected"))
    assert rejected is (Judgement.DIFFERENT if is_approving else Judgement.DONE)


@pytest.mark.parametrize("command", EVERY_KIND[:-1], ids=kind)
def test_a_state_nobody_has_heard_of_is_open_and_says_nothing_once_completed(
    command: Command,
) -> None:
    completed = item("Hibernating", completed="2026-11-01T10:00:00Z")
    assert command.judge(item("Hibernating")) is Judgement.OPEN
    assert command.judge(completed) is Judgement.UNKNOWN


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
        (ApproveAll("w1", ("a1", "a2")), "Pending", ("Approved", None), Judgement.OPEN),
        (ApproveAll("w1", ("a2",)), "Pending", ("Rejected", "Approved"), Judgement.DONE),
        (ApproveAll("w1", ("a1", "a2")), "Pending", ("Rejected", "Approved"), Judgement.DIFFERENT),
        (ApproveAll("w1", ("a1", "a2")), "Finished", ("Approved", "Finished"), Judgement.DONE),
        (ApproveAll("w1", ("a1", "a2")), "Finished", ("Approved", None), Judgement.UNKNOWN),
        (ApproveAll("w1", ("a1", "a2")), "Finished", ("Rejected", "Rejected"), Judgement.DIFFERENT),
        (RejectAll("w1", ("a2",)), "Finished", ("Approved", "Rejected"), Judgement.DONE),
        (RejectAll("w1", ("a1", "a2")), "Finished", ("Approved", "Rejected"), Judgement.DIFFERENT),
        (
            RejectAll("w1", ("a1", "a2")),
            "Finished",
            ("Approved", "Hibernating"),
            Judgement.DIFFERENT,
        ),
        (RejectAll("w1", ("a1", "a2")), "Finished", ("Hibernating", None), Judgement.UNKNOWN),
    ],
)
def test_deciding_all_looks_at_the_listed_lines_alone(
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
        ("Hibernating", Judgement.OPEN),
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
        ("Hibernating", "me", Judgement.OPEN),
        ("Pending", "somebody else", Judgement.DIFFERENT),
    ],
)
def test_forwarding_looks_at_who_owns_the_item(
    state: str, owner: str, judgement: Judgement
) -> None:
    assert FORWARD.judge(item(state, ownerId=owner)) is judgement
