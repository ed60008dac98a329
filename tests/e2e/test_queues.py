"""Malformed and empty queues, and numbers that change while the page is open."""

import re

from playwright.sync_api import Dialog, Page, expect

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from sandbox.transitions import forward
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import expect_numbers, item_id, numbers
from tests.e2e.watching import Watch, page_loads


def test_an_odd_queue_is_shown_and_no_markup_comes_alive(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("odd")
    alerts: list[str] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    expect(page.get_by_role("article")).to_have_count(
        len(sandbox.world.queue(sandbox.persona("odd").id, done=False))
    )
    for place in range(page.locator(".task__link").count()):
        link = page.locator(".task__link").nth(place)
        link.click()
        expect(page.locator("#panel-title")).to_have_text(link.inner_text())
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()
    assert alerts == []
    assert page.locator("#main script, #main img").count() == 0


def test_an_empty_queue_says_so(signed_in: SignedIn) -> None:
    page = signed_in("empty")
    expect(page.get_by_role("main")).to_contain_text("All clear. Nothing waits for you.")
    expect_numbers(page, 0, 0)
    page.get_by_role("link", name="Look at what was completed").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing has been completed yet.")


def hand_over(sandbox: Sandbox, text: str) -> None:
    """The agent forwards one of their tasks to the approver."""
    entry = sandbox.world.get(item_id(sandbox, "agent", text))
    assert entry is not None
    target = people_by_id()[sandbox.persona("approver").id]
    sandbox.world.put(forward(entry, target, sandbox.clock.now()))


def test_new_tasks_change_the_numbers_and_are_announced(approver: Page, sandbox: Sandbox) -> None:
    pending, completed = numbers(approver)
    hand_over(sandbox, "Clean room")
    with page_loads(approver, 0):
        approver.evaluate("document.body.dispatchEvent(new CustomEvent('tasks:poll'))")
        expect(approver.get_by_role("status").first).to_contain_text("1 new task.")
        expect_numbers(approver, pending + 1, completed)
        expect(approver.get_by_role("article")).to_have_count(pending)
    assert approver.evaluate("document.activeElement === document.body")  # nothing took the focus
    expect(approver).to_have_title(re.compile(rf"^\({pending + 1}\)"))
    approver.get_by_role("link", name="Reload").click()
    expect(approver.get_by_role("article")).to_have_count(pending + 1)


def test_a_page_that_is_told_when_it_is_its_turn_waits_and_says_how_old_its_numbers_are(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(429)
    approver.clock.install()
    approver.reload()
    sandbox.fault("GET", "/summary$", status=429, retry_after=300)
    age = approver.locator("#badge").get_by_text("as of ")
    with approver.expect_response("**/counts/*"):
        approver.clock.run_for(70_000)
    sandbox.calls.clear()
    expect(age).to_be_hidden()
    approver.clock.run_for(200_000)
    assert sandbox.api_calls == []
    expect(age).to_have_text(re.compile(r"^as of \d\d:\d\d"))
    approver.get_by_role("link", name="Completed").click()  # a list brings numbers of its own
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(age).to_be_hidden()
    sandbox.calls.clear()
    with approver.expect_response("**/counts/*"):
        approver.clock.run_for(110_000)
    expect(age).to_be_hidden()
    expect(approver.locator("#notices")).to_be_empty()


def test_an_open_page_asks_about_once_a_minute(approver: Page, sandbox: Sandbox) -> None:
    approver.clock.install()
    approver.reload()
    sandbox.calls.clear()
    approver.clock.run_for(50_000)
    assert sandbox.api_calls == []
    with approver.expect_response("**/counts/*"):
        approver.clock.run_for(20_000)
    assert [call.path.rsplit("/", 1)[1] for call in sandbox.api_calls] == ["summary"]
