"""The page asks what became of a press whose answer never reached it. To ask sends nothing."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import Tag
from django.http import HttpResponse
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import by_hand, held_of
from tests.web.pressing import fields_of, press, row_of
from tests.web.test_decide import MANUAL, dashboard, several, single, writes
from tests.web.test_ledger import item_of, line_of, only_row
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
NOT_HERE = "It did not reach My Tasks: nothing was sent. Please press again."


def key_of(row: Tag) -> str:
    return str(fields_of(row.select_one("form[method=post]"))["key"])


def ask(browser: Browser, row: Tag, part: str = "", key: str = "") -> HttpResponse:
    query = urlencode({"key": key or key_of(row), "part": part, "open": "9", "completed": "1"})
    return browser.fragment(f"/work-items/{item_of(row)}/pressed/?{query}")


def under_way(**more: Any) -> None:
    """As while the call is in the air, or after its sender was killed."""
    Attempt.objects.update(status="sending", is_live=True, closed_at=None, **more)


def test_what_never_came_here_was_not_sent_and_costs_no_call(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.calls.clear()
    answer = ask(approver, row, line_of(row))
    assert words(parsed(answer)) == NOT_HERE
    assert sandbox.api_calls == []


@pytest.mark.parametrize("label", ["Approve", "Reject"])
def test_what_was_done_is_told_as_done(approver: Browser, sandbox: Sandbox, label: str) -> None:
    row = single(dashboard(approver))
    press(approver, row, label)
    told = parsed(ask(approver, row, line_of(row)))
    assert f"{label.rstrip('e')}ed." in words(told.select_one("#status"))
    assert f"{label.rstrip('e')}ed." in words(told.select_one("article"))
    assert len(writes(sandbox)) == 1


def test_a_task_that_is_completed_has_no_part(approver: Browser, sandbox: Sandbox) -> None:
    row = row_of(dashboard(approver), MANUAL)
    press(approver, row, "Mark complete")
    assert "Completed." in words(parsed(ask(approver, row)))
    assert len(writes(sandbox)) == 1


def test_of_several_items_only_the_pressed_one_is_told(approver: Browser) -> None:
    row = several(dashboard(approver))
    lines = [
        str(button["formaction"]).rstrip("/").rpartition("/")[2]
        for button in row.select("li button[formaction*='/approve/']")
    ]
    press(approver, row.select_one("li"), "Approve")
    assert NOT_HERE not in words(parsed(ask(approver, row, lines[0])))
    assert words(parsed(ask(approver, row, lines[1]))) == NOT_HERE


def test_what_can_still_be_undone_is_told_so(approver: Browser, sandbox: Sandbox) -> None:
    by_hand(approver.persona_id)
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    told = parsed(ask(approver, row, line_of(row)))
    assert "It waits here until you press Send." in words(told.select_one("#status"))
    assert len(held_of(told)) == 1
    assert writes(sandbox) == []


def test_what_is_still_being_sent_is_asked_for_again(
    approver: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workitems.web.later.WAIT", 0.2)
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    under_way(live_until=timezone.now() + timedelta(minutes=1))
    answer = ask(approver, row, line_of(row))
    assert (answer.status_code, answer.content) == (202, b"")


def test_what_a_killed_sender_left_is_found_out(
    approver: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workitems.web.later.WAIT", 0.2)
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    under_way(live_until=timezone.now() - timedelta(seconds=1))
    assert ask(approver, row, line_of(row)).status_code == 202
    assert only_row().status == "verified"
    assert "Approved." in words(parsed(ask(approver, row, line_of(row))))
    assert len(writes(sandbox)) == 1


def test_nobody_learns_of_another_person_s_press(
    approver: Browser, as_user: AsUser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    assert words(parsed(ask(as_user("agent"), row, line_of(row)))) == NOT_HERE
    assert words(parsed(ask(approver, row, line_of(row), key="another"))) == NOT_HERE
    assert words(parsed(ask(approver, row, line_of(row), key="%"))) == NOT_HERE
