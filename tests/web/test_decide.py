"""Approve, reject and complete: sent once, result shown, row redrawn."""

import json
import logging
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from sandbox.handle import Sandbox
from taskmanager.logging import ConsoleFormatter, JsonFormatter
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press, row_of
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
SINGLE = "Treasury"  # a work item with one approval item
MANUAL = "Disable the account"


def dashboard(browser: Browser, path: str = "/") -> BeautifulSoup:
    return parsed(browser.get(path))


def count(page: BeautifulSoup, which: str) -> int:
    return int(words(page.select_one(f"#count-{which}")))


def single(page: BeautifulSoup) -> BeautifulSoup:
    return next(
        row
        for row in page.select("article[data-task]")
        if row.select_one("form[method=post] button[formaction*='/approve/']")
        and not row.select_one("details")
    )


def several(page: BeautifulSoup) -> BeautifulSoup:
    return row_of(page, "1 of 3 decided")


def writes(sandbox: Sandbox) -> list[str]:
    return [call.path for call in sandbox.api_calls if call.method == "POST"]


@pytest.mark.parametrize(("button", "said"), [("Approve", "Approved."), ("Reject", "Rejected.")])
def test_a_decision_is_one_call_and_redraws_row_numbers_and_status(
    approver: Browser, sandbox: Sandbox, button: str, said: str
) -> None:
    page = dashboard(approver)
    row = single(page)
    sandbox.calls.clear()
    answer = parsed(press(approver, row, button))
    assert len(sandbox.api_calls) == 1
    assert words(answer.select_one("#status")).endswith(f": {said}")
    redrawn = answer.select_one(f"#{row['id']}")
    assert said in words(redrawn)
    assert redrawn.select("button") == []
    assert count(answer, "open") == count(page, "open") - 1
    assert count(answer, "completed") == count(page, "completed") + 1


def test_the_next_load_agrees_with_the_numbers_worked_out(approver: Browser) -> None:
    page = dashboard(approver)
    answer = parsed(press(approver, single(page), "Approve"))
    again = dashboard(approver)
    for which in ("open", "completed"):
        assert count(again, which) == count(answer, which)


def test_one_of_several_decided_leaves_the_item_open(approver: Browser) -> None:
    page = dashboard(approver)
    row = several(page)
    line = row.select_one("details form")
    answer = parsed(press(approver, line, "Approve"))
    assert "2 of 3 decided" in words(answer.select_one(f"#{row['id']}"))
    assert count(answer, "open") == count(page, "open")


def test_one_of_several_decided_is_named(approver: Browser) -> None:
    row = several(dashboard(approver))
    line = row.select_one("details li:has(form)")
    answer = parsed(press(approver, line, "Reject"))
    assert words(answer.select_one("#status")) == f"{words(line.select_one('p'))}: Rejected."


def test_an_approval_item_that_sailpoint_calls_finished_is_told_as_approved(
    approver: Browser,
) -> None:
    row = several(dashboard(approver))
    line = row.select_one("details li:has(form)")
    sentence = words(line.select_one("p"))
    press(approver, line, "Approve")
    again = row_of(dashboard(approver), "2 of 3 decided")
    pane = parsed(approver.fragment(again.select_one("h2 a")["href"]))
    for lines in (again.select("details li"), pane.select("#panel-actions li")):
        (decided,) = [one for one in lines if sentence in words(one)]
        assert words(decided.select_one(".state--done")) == "Approved"
        assert "Finished" not in words(decided)


def test_a_mixed_outcome_is_counted_and_keeps_no_green_tick(approver: Browser) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Reject all"))
    answer = parsed(press(approver, dialog, "Reject all 2 items"))
    assert words(answer.select_one("#status")).endswith(": 1 approved, 2 rejected.")
    state = answer.select_one(f"#{row['id']} .state--quiet")
    assert words(state) == "1 approved, 2 rejected"
    completed = row_of(dashboard(approver, "/?tab=completed"), "1 approved, 2 rejected")
    assert completed.select(".state--done") == []


def test_deciding_works_without_javascript(approver: Browser) -> None:
    row = single(dashboard(approver))
    response = press(approver, row, "Approve", htmx=False)
    assert response.status_code == 302
    assert response["Location"] == "/"
    page = dashboard(approver)
    assert "Treasury to ximena.caballero on Tableau: Approved." in words(
        page.select_one("#notices")
    )
    assert page.select_one(f"#{row['id']}") is None


def test_a_second_tab_is_told_that_it_was_decided_before(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    response = press(approver, row, "Reject")
    assert response.status_code == 409
    answer = parsed(response)
    assert "Not done: Already approved by you at" in words(answer.select_one("#status"))
    assert "Approved" in words(answer.select_one(f"#{row['id']}"))
    assert len(writes(sandbox)) == 2


def test_who_decided_before_is_told_with_the_time_of_that_decision(approver: Browser) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    then = datetime(2026, 3, 5, 9, 41, tzinfo=UTC)
    Attempt.objects.update(asked_at=then)
    approver.cookies["zone"] = "Asia/Tokyo"
    said = words(parsed(press(approver, row, "Reject")).select_one("#status"))
    assert "Not done: Already approved by you at 5 Mar 2026, 18:41 JST." in said


def test_bulk_asks_first_and_lists_what_it_decides(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    row = several(page)
    sandbox.calls.clear()
    dialog = parsed(press(approver, row, "Approve all"))
    assert writes(sandbox) == []
    assert words(dialog.select_one("#dialog-title")) == "Approve 2 items?"
    assert len(dialog.select("li")) == 2
    answer = parsed(press(approver, dialog, "Approve all 2 items"))
    assert [path for path in writes(sandbox) if "bulk-approve" in path] == writes(sandbox)
    assert len(writes(sandbox)) == 1
    assert "Approved." in words(answer.select_one(f"#{row['id']}"))


def test_bulk_without_javascript_asks_on_a_page_of_its_own(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    page = parsed(press(approver, row, "Reject all", htmx=False))
    assert page.select_one("html") is not None
    press(approver, page.select_one("main"), "Reject all 2 items", htmx=False)
    assert "bulk-reject" in writes(sandbox)[0]


def test_bulk_is_never_sent_without_the_confirmation(approver: Browser, sandbox: Sandbox) -> None:
    href = several(dashboard(approver)).select_one("h2 a")["href"]
    response = approver.act(f"{href}approve-all/")
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#dialog"
    assert writes(sandbox) == []


def test_a_manual_task_is_completed_in_one_call(as_user: AsUser, sandbox: Sandbox) -> None:
    agent = as_user("agent")
    row = row_of(dashboard(agent), MANUAL)
    sandbox.calls.clear()
    answer = parsed(press(agent, row, "Mark complete"))
    assert len(sandbox.api_calls) == 1
    assert words(answer.select_one("#status")).endswith(": Completed.")


def test_an_open_pane_is_redrawn_with_its_row(approver: Browser) -> None:
    page = dashboard(approver)
    row = several(page)
    href = row.select_one("h2 a")["href"]
    pane = parsed(approver.fragment(href))
    item_id = pane.select_one("#pane input[name=pane]")["value"]
    line = row.select_one("details form")
    answer = parsed(press(approver, line, "Approve", pane=item_id))
    assert answer.select_one("#panel") is not None
    other = parsed(press(approver, single(dashboard(approver)), "Approve", pane=item_id))
    assert other.select_one("#panel") is None


def test_decisions_are_logged_with_ids_and_without_names(
    approver: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    row = single(dashboard(approver))
    title = row.select_one(".task__title")
    names = {words(name) for name in [*title.select("b"), *row.select(".task__meta span")]}
    with caplog.at_level(logging.INFO):
        press(approver, row, "Approve")
    (record,) = [r for r in caplog.records if r.name == "workitems.decisions"]
    assert record.fields["actor"] == approver.persona_id
    assert record.fields["status"] == "succeeded"
    said = " ".join(f"{r.getMessage()} {getattr(r, 'fields', '')}" for r in caplog.records)
    assert len(names) >= 4
    assert [name for name in names if name in said] == []


def test_no_address_decides_by_being_opened(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    for verdict in ("approve", "reject"):
        response = approver.get(row.select_one(f"button[formaction*='/{verdict}/']")["formaction"])
        assert response.status_code == 200
        assert "This is what you decide" in words(parsed(response))
    assert writes(sandbox) == []


def test_another_persons_item_is_refused_and_its_row_keeps_its_title(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    row = single(dashboard(as_user("approver")))
    action = row.select_one("button[formaction*='/approve/']")["formaction"]
    response = as_user("agent").act(action, place="list")
    assert response.status_code == 403
    answer = parsed(response)
    assert "moved to someone else" in words(answer.select_one(f"#{row['id']}-actions"))
    assert answer.select_one(f"#{row['id']}") is None


def test_the_line_of_a_decision_is_fields_for_machines_and_readable_for_people(
    approver: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    row = single(dashboard(approver))
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        press(approver, row, "Approve")

    record = next(each for each in caplog.records if each.name == "workitems.decisions")
    entry, line = json.loads(JsonFormatter().format(record)), ConsoleFormatter().format(record)
    said = ("actor", "command", "work_item", "owner", "status")
    assert entry["actor"] == entry["owner"] == approver.persona_id
    assert entry["status"] == "succeeded"
    assert {"approval_item", "sailpoint_request", "request"} <= entry.keys()
    assert "decision " in line
    assert all(f" {name}={entry[name]}" in line for name in said)
