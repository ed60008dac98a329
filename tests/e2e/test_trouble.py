"""SailPoint fails: the list stays, the message is correct, and nothing is sent twice."""

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.reading import decide_elsewhere, expect_numbers, numbers, row, says, writes
from tests.e2e.watching import ABORTED, Watch, page_loads

TASK = "Treasury to ximena.caballero"


def press(page: Page, name: str = "Approve") -> None:
    row(page, TASK).get_by_role("button", name=name).click()


def open_completed(page: Page) -> None:
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"status": 503}, 503, "SailPoint cannot be reached"),
        ({"html": True, "status": 200}, 502, "makes no sense"),
        ({"drop": True}, 503, "SailPoint cannot be reached"),
    ],
)
def test_a_list_that_cannot_be_read_leaves_the_one_on_the_page(
    approver: Page,
    sandbox: Sandbox,
    watch: Watch,
    fault: dict[str, object],
    status: int,
    words: str,
) -> None:
    watch.expect_status(status)
    sandbox.fault("GET", "/completed$", **fault, times=2)
    with page_loads(approver, 0):
        open_completed(approver)
        expect(approver.locator("#notices")).to_contain_text(words)
        expect(approver.get_by_role("heading", name="Pending tasks")).to_be_visible()
        expect(row(approver, TASK)).to_be_visible()
        sandbox.gate.faults.clear()
        open_completed(approver)
        expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
        expect(approver.locator("#notices")).to_be_empty()


def test_asked_to_wait_the_page_counts_down_and_reads_again_by_itself(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(429)
    sandbox.fault("GET", "/completed$", status=429, retry_after=2)
    with page_loads(approver, 0):
        open_completed(approver)
        expect(approver.locator("#notices")).to_contain_text("wait 2 seconds")
        expect(approver.get_by_text("Trying again in 1 s")).to_be_visible()
        expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(approver.locator("#notices")).to_be_empty()


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"status": 501}, 503, "SailPoint cannot be reached"),
        (
            {"status": 429, "retry_after": 7},
            429,
            "press the button again in 7 seconds",
        ),
    ],
)
def test_a_decision_that_was_stopped_says_so_in_its_row_and_can_be_pressed_again(
    approver: Page,
    sandbox: Sandbox,
    watch: Watch,
    fault: dict[str, object],
    status: int,
    words: str,
) -> None:
    watch.expect_status(status)
    sandbox.fault("POST", "/approve/", **fault)
    press(approver)
    expect(row(approver, TASK).get_by_role("alert")).to_contain_text(words)
    expect(row(approver, TASK).get_by_role("button", name="Approve")).to_be_focused()
    assert len(writes(sandbox)) == 1
    press(approver)
    says(approver, "Approved.")


@pytest.mark.parametrize("fault", [{"drop": True}, {"html": True, "status": 200}, {"status": 503}])
def test_a_decision_without_an_answer_is_looked_up_until_its_end_is_known(
    approver: Page, sandbox: Sandbox, watch: Watch, fault: dict[str, object]
) -> None:
    watch.expect_status(504)
    before = numbers(approver)
    sandbox.fault("POST", "/approve/", **fault)
    press(approver)
    says(approver, "SailPoint gave no clear answer, and the task still waits.")
    expect(row(approver, TASK).get_by_role("heading")).to_contain_text(TASK)
    expect(row(approver, TASK).get_by_role("button")).to_have_count(0)
    expect_numbers(approver, *before)
    assert len(writes(sandbox)) == 1
    decide_elsewhere(sandbox, "approver", "Treasury dashboards")
    says(approver, "Approved. SailPoint said so only when asked again.")
    expect_numbers(approver, before[0] - 1, before[1] + 1)


def test_a_decision_that_did_happen_without_an_answer_is_told_as_done(
    approver: Page, sandbox: Sandbox
) -> None:
    pending, completed = numbers(approver)
    sandbox.fault("POST", "/approve/", drop=True, after=True)
    press(approver)
    says(approver, "Approved. SailPoint said so only when asked again.")
    expect_numbers(approver, pending - 1, completed + 1)


def test_a_task_withdrawn_meanwhile_keeps_its_title_and_loses_its_buttons(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(404)
    sandbox.fault("POST", "/approve/", status=404)
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=404)
    press(approver)
    says(approver, "It was already finished or withdrawn.")
    expect(row(approver, TASK)).to_contain_text("It was already finished or withdrawn.")
    expect(row(approver, TASK).get_by_role("button")).to_have_count(0)


def test_without_a_connection_the_row_says_that_nothing_was_sent(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    watch.expect("htmx:(sendError|afterRequest)")
    approver.context.set_offline(offline=True)
    press(approver)
    notice = row(approver, TASK).get_by_role("alert").first
    expect(notice).to_contain_text("know yet whether it was done")
    approver.context.set_offline(offline=False)
    expect(notice).to_contain_text("It did not reach My Tasks: nothing was sent.")
    assert writes(sandbox) == []
    press(approver)
    says(approver, "Approved.")
    expect(approver.get_by_text("It did not reach My Tasks")).to_have_count(0)


def test_the_browser_gives_up_waiting_and_says_how_it_ended_once_it_is_known(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect("htmx:(timeout|afterRequest)")
    watch.expect(ABORTED)
    watch.expect("ERR_TIMED_OUT")
    approver.evaluate("htmx.config.timeout = 300")
    sandbox.fault("POST", "/approve/", latency=2)
    press(approver)
    notice = row(approver, TASK).get_by_role("alert").first
    expect(notice).to_contain_text("know yet whether it was done")
    expect(row(approver, TASK).get_by_role("button", name="Approve")).to_be_enabled()
    approver.evaluate("htmx.config.timeout = 30000")
    says(approver, "Approved.")
    assert len(writes(sandbox)) == 1
