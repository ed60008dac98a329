"""What was done here with a task, and the private notes that go with decisions."""

import pytest
from bs4 import BeautifulSoup
from django.test import override_settings

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, several, single, writes
from tests.web.test_ledger import only_row

pytestmark = pytest.mark.django_db
NOTE = "Asked Ana in the corridor, she agreed"


def opened(browser: Browser, row: BeautifulSoup) -> BeautifulSoup:
    return parsed(browser.fragment(str(row.select_one("h2 a")["href"])))


def test_a_task_says_who_did_what_here_and_how_it_ended(approver: Browser) -> None:
    row = several(dashboard(approver))
    press(approver, row.select_one("details form"), "Approve")
    done = words(opened(approver, row).select_one("#panel"))
    assert "What was done here You: Approve · Done ·" in done


def test_a_task_that_nobody_touched_has_no_history(approver: Browser) -> None:
    row = several(dashboard(approver))
    assert "What was done here" not in words(opened(approver, row).select_one("#panel"))


def test_the_answer_to_a_decision_shows_it_in_the_open_pane(approver: Browser) -> None:
    row = several(dashboard(approver))
    pane = str(opened(approver, row).select_one("#pane input[name=pane]")["value"])
    answer = parsed(press(approver, row.select_one("details form"), "Approve", pane=pane))
    assert "You: Approve · Done" in words(answer.select_one("#panel"))


def test_history_is_shown_after_sailpoint_has_shown_the_task(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    approver, other = as_user("approver"), as_user("agent")
    row = several(dashboard(approver))
    press(approver, row.select_one("details form"), "Approve")
    response = other.fragment(str(row.select_one("h2 a")["href"]))
    assert response.status_code == 403
    assert "What was done here" not in words(parsed(response))


def noted(browser: Browser, label: str = "Reject all") -> BeautifulSoup:
    """The row whose items were rejected with a note."""
    row = several(dashboard(browser))
    dialog = parsed(press(browser, row, label))
    assert "SailPoint has no place for it" in words(dialog)
    assert press(browser, dialog, f"{label} 2 items", note=NOTE).status_code == 200
    return row


def test_a_note_is_read_by_its_author_and_by_auditors_and_named_to_others(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    approver = as_user("approver")
    row = noted(approver)
    assert only_row().opened()["note"] == NOTE
    assert NOTE in words(opened(approver, row).select_one("#panel"))
    admin = as_user("admin")
    href = f"{row.select_one('h2 a')['href']}?owner={approver.persona_id}"
    assert NOTE in words(parsed(admin.fragment(href)).select_one("#panel"))


def test_others_learn_that_there_is_a_note_and_not_what_it_says(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    approver = as_user("approver")
    row = noted(approver)
    only_row()
    type(only_row()).objects.update(actor_id="somebody else")
    panel = words(opened(approver, row).select_one("#panel"))
    assert "Left a private note." in panel
    assert NOTE not in panel


def test_a_note_never_reaches_sailpoint_nor_the_log(
    approver: Browser, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    noted(approver)
    assert NOTE not in str(sandbox.calls)
    assert NOTE not in caplog.text


@override_settings(NOTE_REQUIRED=("reject",))
@pytest.mark.parametrize("htmx", [True, False])
def test_where_a_note_is_required_the_press_opens_its_form(
    approver: Browser, sandbox: Sandbox, *, htmx: bool
) -> None:
    row = single(dashboard(approver))
    form = press(approver, row, "Reject", htmx=htmx)
    assert form.status_code == 422
    assert writes(sandbox) == []
    dialog = parsed(form)
    assert dialog.select_one("textarea[name=note][required]") is not None
    without = press(approver, dialog, "Reject 1 item", htmx=htmx, note="  ")
    assert without.status_code == 422
    assert "needs a note" in words(parsed(without))
    assert writes(sandbox) == []
    done = press(approver, parsed(without), "Reject 1 item", htmx=htmx, note=NOTE)
    assert done.status_code == (200 if htmx else 302)
    assert len(writes(sandbox)) == 1
    assert only_row().opened()["note"] == NOTE


@override_settings(NOTE_REQUIRED=("reject",))
def test_a_decision_that_needs_no_note_is_one_press_still(
    approver: Browser, sandbox: Sandbox
) -> None:
    assert press(approver, single(dashboard(approver)), "Approve").status_code == 200
    assert len(writes(sandbox)) == 1


def test_any_decision_can_be_made_with_a_note(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    panel = opened(approver, row).select_one("#panel")
    noting = next(part for part in panel.select("details") if "private note" in words(part))
    dialog = parsed(press(approver, noting, "Approve"))
    assert writes(sandbox) == []
    assert press(approver, dialog, "Approve 1 item", note=NOTE).status_code == 200
    assert only_row().opened()["note"] == NOTE
    assert only_row().status == "succeeded"
