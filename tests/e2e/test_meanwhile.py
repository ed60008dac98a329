"""The person goes on while a request is running: its answer is shown, and nothing is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import expect_numbers, item_id, numbers, row, says, writes
from tests.e2e.watching import Watch

TASK = "Treasury to ximena.caballero"
SEVERAL = "Z_AP_CLERK"
OTHER = "Opportunity Editor"
POLL = "document.body.dispatchEvent(new CustomEvent('tasks:poll'))"
SLOW = {"latency": 1.5}


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Tasks").get_by_role("link", name=name)


def approve(page: Page, task: str = TASK) -> None:
    row(page, task).get_by_role("button", name="Approve").click()


def pane(page: Page, task: str) -> Locator:
    row(page, task).get_by_role("link").first.click()
    return page.get_by_role("region", name=task)


def test_a_tab_that_is_opened_meanwhile_says_how_it_ended(approver: Page, sandbox: Sandbox) -> None:
    pending, completed = numbers(approver)
    sandbox.fault("POST", "/approve/", **SLOW)
    approve(approver)
    tab(approver, "Completed").click()
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()

    says(approver, "Approved.")
    expect_numbers(approver, pending - 1, completed + 1)


def test_a_failure_is_not_silent_on_another_tab(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(503)
    sandbox.fault("POST", "/approve/", status=501, **SLOW)
    approve(approver)
    tab(approver, "Completed").click()
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()

    expect(approver.locator("#notices")).to_contain_text("Nothing was changed.")


def test_a_question_that_is_closed_meanwhile_tells_its_end(
    approver: Page, sandbox: Sandbox
) -> None:
    pending, completed = numbers(approver)
    sandbox.fault("POST", "/bulk-approve/", **SLOW)
    row(approver, SEVERAL).get_by_role("button", name="Approve all").click()
    approver.get_by_role("dialog").get_by_role("button", name="Approve all").click()
    approver.keyboard.press("Escape")

    says(approver, "Approved.")
    expect(row(approver, SEVERAL)).to_contain_text("Approved.")
    expect_numbers(approver, pending - 1, completed + 1)


def test_an_answer_about_one_task_leaves_another_that_is_open_alone(
    approver: Page, sandbox: Sandbox
) -> None:
    sandbox.fault("POST", "/approve/", **SLOW)
    pane(approver, SEVERAL).get_by_role("button", name="Approve").first.click()
    other = pane(approver, OTHER)

    expect(row(approver, SEVERAL)).to_contain_text("2 of 3 decided")
    expect(other.get_by_role("button", name="Approve all")).to_be_visible()


def test_a_form_that_is_opened_meanwhile_stays_open(approver: Page, sandbox: Sandbox) -> None:
    sandbox.fault("POST", "/approve/", **SLOW)
    approve(approver)
    row(approver, OTHER).get_by_role("button", name="Forward").click()
    comment = approver.get_by_role("dialog").get_by_role("textbox", name="Comment")
    comment.fill("half a senten")

    says(approver, "Approved.")
    expect(comment).to_have_value("half a senten")


def test_a_task_that_is_slow_to_open_does_not_open_over_another_tab(
    approver: Page, sandbox: Sandbox
) -> None:
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", **SLOW)
    row(approver, SEVERAL).get_by_role("link").first.click()
    with approver.expect_response("**/work-items/*/"):
        tab(approver, "Completed").click()
        expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()

    expect(approver.locator("#detail")).to_be_empty()
    expect(approver).to_have_url(re.compile(r"/\?tab=completed$"))


def test_two_decisions_at_once_are_counted_both(approver: Page, sandbox: Sandbox) -> None:
    pending, completed = numbers(approver)
    sandbox.fault("POST", "/work-items/", **SLOW, times=2)
    approve(approver)
    row(approver, "SWIFT Releaser").get_by_role("button", name="Mark complete").click()

    expect_numbers(approver, pending - 2, completed + 2)


@pytest.mark.parametrize("how", ["cookie", "tenant"])
def test_an_open_page_keeps_what_is_typed_when_the_session_ends(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, how: str
) -> None:
    watch.expect_status(401)
    key = item_id(sandbox, "approver", "Camille Rousseau")
    page = signed_in("approver", f"/work-items/{key}/")
    field = page.get_by_role("textbox").first
    field.fill("not yet sent")
    if how == "cookie":
        page.context.clear_cookies(domain="localhost")
    else:
        sandbox.fault("GET", "/summary$", status=401, times=2)
    page.evaluate(POLL)

    expect(page.locator("#notices")).to_contain_text("Your sign-in has run out.")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    expect(field).to_have_value("not yet sent")


def test_a_search_after_the_session_ended_keeps_the_form(approver: Page, watch: Watch) -> None:
    watch.expect_status(401)
    row(approver, TASK).get_by_role("button", name="Forward").click()
    dialog = approver.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Comment").fill("typed before")
    approver.context.clear_cookies(domain="localhost")
    dialog.get_by_role("searchbox").press_sequentially("kowalczyk")

    expect(dialog.get_by_role("alert")).to_contain_text("What you typed is still here.")
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value("typed before")


def test_trouble_with_a_search_is_told_in_the_form(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(503)
    row(approver, TASK).get_by_role("button", name="Forward").click()
    dialog = approver.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_visible()  # whom it suggests
    sandbox.fault("GET", "/public-identities", status=503, times=2)
    dialog.get_by_role("searchbox").press_sequentially("kowalczyk")

    expect(dialog.get_by_role("alert")).to_contain_text("SailPoint cannot be reached")
    sandbox.gate.faults.clear()
    dialog.get_by_role("searchbox").fill("kowal")
    expect(dialog.get_by_role("status")).to_have_text("1 person found")
    expect(dialog.get_by_role("alert")).to_have_count(0)


def test_a_search_that_takes_long_is_said_to_be_slow_in_the_form(
    approver: Page, sandbox: Sandbox
) -> None:
    row(approver, TASK).get_by_role("button", name="Forward").click()
    dialog = approver.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_visible()  # whom it suggests
    sandbox.fault("GET", "/public-identities", latency=6)
    dialog.get_by_role("searchbox").fill("kowal")
    slow = dialog.get_by_text("SailPoint is slow to answer")
    expect(slow).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("1 person found")
    expect(slow).to_be_hidden()


@pytest.mark.parametrize("press", ["button", "link"])
def test_trouble_with_a_row_is_told_in_it_however_far_down_it_is(
    approver: Page, sandbox: Sandbox, watch: Watch, press: str
) -> None:
    watch.expect_status(503)
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=503, times=2)
    last = (
        approver.get_by_role("article")
        .filter(has=approver.get_by_role("button", name="Approve all"))
        .last
    )
    last.scroll_into_view_if_needed()
    if press == "button":
        last.get_by_role("button", name="Approve all").click()
    else:
        last.get_by_role("link").first.click()

    trouble = last.get_by_role("alert").filter(has_text="SailPoint cannot be reached")
    expect(trouble).to_be_in_viewport()
    expect(approver).not_to_have_url(re.compile("/work-items/"))


def test_a_question_that_had_to_wait_is_asked_by_itself(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(429)
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=429, retry_after=1)
    row(approver, SEVERAL).get_by_role("button", name="Approve all").click()
    expect(row(approver, SEVERAL)).to_contain_text("wait 1 second")

    expect(approver.get_by_role("dialog")).to_contain_text("This is what you decide")
    assert writes(sandbox) == []


def test_a_poll_that_fails_says_nothing(approver: Page, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect_status(503)
    sandbox.fault("GET", "/summary$", status=503, times=2)
    with approver.expect_response("**/counts/*"):
        approver.evaluate(POLL)

    expect(approver.locator("#notices")).to_be_empty()
