"""What a basket of decisions comes to: as few calls as say all of it."""

from datetime import UTC, datetime
from uuid import uuid4

from workitems.domain.commands import Approve, ApproveAll, Complete, Forward, Reject, RejectAll
from workitems.services.basket import Choice, Kept, merged
from workitems.services.bulk import Verb

NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)


def kept(item: str, line: str, verb: Verb, lines: tuple[str, ...], **more: str) -> Kept:
    choice = Choice(
        item, line, verb, task="A task", state="Pending", fingerprint="f", lines=lines,
        is_single=len(lines) == 1, **more,
    )  # fmt: skip
    return Kept(uuid4(), NOW, choice)


def commands(*all_of: Kept) -> list[object]:
    return [step.command for step in merged(all_of, "tom")]


def test_all_lines_decided_alike_are_one_command() -> None:
    lines = ("a", "b", "c")
    found = commands(*[kept("i", one, Verb.APPROVE, lines) for one in lines])
    assert found == [ApproveAll("i", lines)]
    found = commands(*[kept("i", one, Verb.REJECT, lines) for one in reversed(lines)])
    assert found == [RejectAll("i", lines)]


def test_lines_decided_differently_are_a_command_each() -> None:
    lines = ("a", "b")
    found = commands(kept("i", "a", Verb.APPROVE, lines), kept("i", "b", Verb.REJECT, lines))
    assert found == [Approve("i", "a"), Reject("i", "b")]


def test_some_lines_decided_alike_leave_the_others_alone() -> None:
    lines = ("a", "b", "c")
    found = commands(*[kept("i", one, Verb.REJECT, lines) for one in ("c", "a")])
    assert found == [Reject("i", "c"), Reject("i", "a")]


def test_the_one_line_of_a_task_is_decided_by_its_id() -> None:
    assert commands(kept("i", "a", Verb.APPROVE, ("a",))) == [Approve("i", "a")]


def test_a_whole_task_with_lines_that_cannot_be_named_is_one_command() -> None:
    assert commands(kept("i", "", Verb.REJECT, ("", "b"))) == [RejectAll("i", ("", "b"))]


def test_what_is_completed_and_forwarded_is_so_as_a_whole() -> None:
    typed = {"target_id": "mia", "target": "Mia", "comment": "Yours"}
    found = commands(
        kept("i", "", Verb.COMPLETE, ()), kept("k", "", Verb.FORWARD, ("a", "b"), **typed)
    )
    assert found == [Complete("i"), Forward("k", "tom", "mia", "Yours", notify=False)]


def test_the_decisions_of_a_task_stay_together_in_the_order_of_the_basket() -> None:
    found = commands(
        kept("i", "a", Verb.APPROVE, ("a", "b")),
        kept("k", "c", Verb.APPROVE, ("c",)),
        kept("i", "b", Verb.REJECT, ("a", "b")),
    )
    assert found == [Approve("i", "a"), Reject("i", "b"), Approve("k", "c")]


def test_five_tasks_of_three_lines_decided_alike_are_five_commands() -> None:
    lines = ("a", "b", "c")
    every = [kept(f"i{n}", one, Verb.APPROVE, lines) for n in range(5) for one in lines]
    assert len(commands(*every)) == 5
