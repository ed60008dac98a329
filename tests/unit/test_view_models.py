"""The view models that templates display."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, Queue
from workitems.isc.schemas import PublicIdentity, UnreadableWorkItem, WorkItem
from workitems.view_models.labels import State
from workitems.view_models.page import Pager, TaskPage
from workitems.view_models.panel import TaskPanel
from workitems.view_models.people import PersonOption
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def item(**fields: Any) -> WorkItem:
    return WorkItem.model_validate({"id": "abc", "state": "Pending", **fields})


def row(**fields: Any) -> TaskRow:
    return TaskRow.of(item(**fields), RenderContext.at(NOW))


def ago(**delta: float) -> str:
    return (NOW - timedelta(**delta)).isoformat()


def test_an_open_row_says_how_long_it_waits() -> None:
    assert row(created=ago(days=6)).age_label == "waiting 6\xa0days"


def test_a_finished_row_says_how_long_ago_it_was_done() -> None:
    done = row(state="Finished", created=ago(days=6), completed=ago(hours=2))
    assert (done.age_label, done.moment) == ("2\xa0hours ago", "2026-11-23T10:00+00:00")


def test_what_came_within_the_minute_is_new() -> None:
    assert row(created=ago(seconds=20)).age_label == "new"
    done = row(state="Finished", completed=ago(seconds=20))
    assert done.age_label == "just now"


def test_a_row_without_dates_says_nothing_of_age() -> None:
    assert (row().age_label, row().moment) == ("", "")


def test_progress_is_told_where_there_are_several_items() -> None:
    lines = [{"id": "1", "state": "Approved"}, {"id": "2", "state": None}, {"id": "3"}]
    assert row(approvalItems=lines).progress == "1 of 3 decided"
    assert row(approvalItems=lines[:1]).progress == ""


def test_a_row_with_one_open_item_is_decided_by_its_own_buttons() -> None:
    one = row(approvalItems=[{"id": "1"}])
    assert one.single_approval is not None
    assert one.single_approval.item.id == "1"
    assert row(approvalItems=[{"id": "1"}, {"id": "2"}]).single_approval is None
    assert row(approvalItems=[{"id": "1", "state": "Finished"}]).single_approval is None


@pytest.mark.parametrize(
    ("fields", "can_complete", "has_form"),
    [
        ({"type": "ManualAction"}, True, False),
        ({"type": "ManualAction", "approvalItems": [{"id": "1"}]}, True, False),
        ({"type": "Approval", "approvalItems": [{"id": "1"}]}, False, False),
        ({"type": "Form", "form": {"sections": []}}, False, True),
        ({"type": "Form", "form": None}, False, False),
        ({"type": "ManualAction", "state": "Finished"}, False, False),
        ({"type": "NeverHeardOf", "state": None}, True, False),
    ],
)
def test_the_way_on_follows_from_what_the_item_holds(
    fields: dict[str, Any], can_complete: bool, has_form: bool
) -> None:
    presented = row(**fields)
    assert (presented.can_complete, presented.has_form) == (can_complete, has_form)


@pytest.mark.parametrize("line", [{"id": None}, {"id": "a/b"}, {"id": ".."}, {}])
def test_an_item_that_no_address_can_name_is_decided_with_the_whole_task(
    line: dict[str, Any],
) -> None:
    alone = row(type="Approval", approvalItems=[line])
    assert (alone.single_approval, alone.can_decide_all) == (None, True)
    assert "no usable id" in str(alone.hint)
    mixed = row(type="Approval", approvalItems=[line, {"id": "2"}])
    assert [shown.can_decide for shown in mixed.approvals] == [False, True]
    assert "no usable id" in str(mixed.approvals[0].why_not)
    assert (mixed.approvals[1].why_not, mixed.hint) == ("", "")
    assert mixed.can_decide_lines


def test_a_form_that_did_not_arrive_is_said_and_nothing_is_offered() -> None:
    missing = row(type="Form", form=None)
    assert "open it in SailPoint" in str(missing.hint)
    assert missing.allowed == {"forward"}
    assert row(type="Form", form=None, state="Finished").hint == ""


def test_unknown_states_and_types_are_shown_in_their_own_words() -> None:
    assert State.of("Hibernating") == State("quiet", "Hibernating")
    assert row(type="Quantum").type_label == "Quantum"


def test_types_are_named_in_the_language_of_who_reads_them() -> None:
    names = {}
    for language in ("en", "de", "en"):
        with override(language):
            names[language] = (row(type="Approval").type_label, row(type="").type_label)
    assert names["en"] == ("Approval", "Unknown type")
    assert not set(names["de"]) & set(names["en"])


def test_an_unreadable_row_says_so_and_offers_nothing() -> None:
    bad = TaskRow.unreadable(UnreadableWorkItem(["?"], "no object"))
    assert bad.sentence.text == "SailPoint sent a work item that cannot be read."
    assert not any((bad.is_readable, bad.can_complete, bad.has_form))


@pytest.mark.parametrize("item_id", ["a.b", "a b", "a'b", "ä", "a:b"])
def test_every_id_makes_a_dom_id_that_a_selector_can_name(item_id: str) -> None:
    dom_id = TaskRow.dom_id_of(item_id)
    assert dom_id.removeprefix("item-").isalnum()
    assert dom_id.isascii()


def test_the_panel_keeps_every_raw_field() -> None:
    raw = {"id": "abc", "novelty": {"a": [1, "ü"]}, "state": None}
    work_item = WorkItem.model_validate({**raw, "raw": raw})
    facts = {fact.label: fact.value for fact in TaskPanel.of(work_item, RenderContext.at(NOW)).raw}
    assert facts["id"] == "abc"
    assert "ü" in facts["novelty"]
    assert facts["state"] == "null"


@pytest.mark.parametrize(
    ("number", "rows", "total", "numbers"),
    [
        (1, 50, 50, (1,)),
        (1, 50, 420, (1, 2, None, 8, 9)),
        (5, 50, 420, (1, 2, None, 4, 5, 6, None, 8, 9)),
        (9, 20, 420, (1, 2, None, 8, 9)),
        (1, 50, None, (1, 2)),
        (3, 10, None, (1, 2, 3)),
        (3, 0, None, (1, 2)),
        (1, 0, 0, (1,)),
    ],
)
def test_the_pager_leaves_out_the_middle(
    number: int, rows: int, total: int | None, numbers: tuple[int | None, ...]
) -> None:
    assert Pager.of(QueueQuery(50, page=number), rows=rows, total=total).numbers == numbers


def test_the_pager_counts_rows_from_one() -> None:
    pager = Pager.of(QueueQuery(50, page=2), rows=20, total=70)
    assert (pager.first_row, pager.last_row, pager.previous, pager.next) == (51, 70, 1, None)


def test_a_badge_without_numbers_has_no_total() -> None:
    assert Counts(2, 3).total == 5
    assert Counts(None, 3).total is None


def test_a_page_shows_readable_and_unreadable_rows_in_order() -> None:
    queue = Queue(
        Tab.PENDING, (item(), UnreadableWorkItem(None, "null")), 2, Counts(open=2, completed=0)
    )
    page = TaskPage.of(queue, QueueQuery(50), RenderContext.at(NOW))
    assert [presented.is_readable for presented in page.rows] == [True, False]


@pytest.mark.parametrize(
    ("person", "actor_id", "words"),
    [
        (PublicIdentity(id="me"), "me", "This is you"),
        (PublicIdentity(id="me"), "admin", "already is in this person"),
        (PublicIdentity(id="x", identity_state="INACTIVE_LONG_TERM"), "me", "inactive"),
        (PublicIdentity(id="x"), "me", ""),
    ],
)
def test_nobody_forwards_to_themselves_or_to_the_inactive(
    person: PublicIdentity, actor_id: str, words: str
) -> None:
    option = PersonOption.of(person, owner_id="me", actor_id=actor_id)

    assert words in str(option.refusal)
    assert bool(option.refusal) is bool(words)
