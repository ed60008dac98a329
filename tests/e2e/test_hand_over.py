"""A queue is handed over: one's own from the menu, another from the board, as the audit tells."""

import re

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.queues import fill
from tests.e2e.reading import writes

CALM = {"reduced_motion": "reduce"}


def choose_target(page: Page, comment: str) -> None:
    page.get_by_role("searchbox", name="Search people").press_sequentially("ravi")
    page.get_by_role("radio", name="Ravi Subramanian").check()
    page.get_by_label("Comment").fill(comment)


def test_an_admin_hands_over_a_queue_from_the_board_and_the_audit_page_tells_all_of_it(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(0, "admin")
    fill(sandbox, "empty", 12)
    owner = sandbox.persona("empty")
    page = signed_in("admin", f"/owner/?q={owner.alias}", **CALM)
    page.get_by_role("button", name=f"Pin to the board: {owner.name}").click()
    expect(page.get_by_role("button", name=f"Take off the board: {owner.name}")).to_be_visible()
    page.goto("/board/")
    page.get_by_role("link", name=f"Hand over this queue: {owner.name}").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Forward 12 tasks", timeout=20_000)
    expect(page.get_by_role("main")).to_contain_text(f"New tasks will still come to {owner.name}")
    choose_target(page, "She is on leave until May")
    page.get_by_role("checkbox", name=re.compile("somebody else|for ")).last.check()
    page.get_by_role("button", name="Forward 12 tasks").click()
    expect(page.get_by_role("region", name="Done 12")).to_be_visible(timeout=30_000)
    assert len(writes(sandbox)) == 12
    page.goto("/audit/")
    told = page.get_by_role("main")
    expect(told).to_contain_text("1 to 15 of 15, newest first")
    heads = told.get_by_role("heading", level=3)
    forwards = [re.compile("^Forward: ")] * 12
    expect(heads).to_have_text(
        [*forwards, "Look at the queue", "Pin to the board", "Look at the numbers of queues"]
    )
    rows = told.get_by_role("listitem")
    expect(rows.first).to_contain_text("Ravi Subramanian")
    expect(rows.filter(has_text=owner.name)).to_have_count(14)
    expect(rows.filter(has_text="Ticket 4711")).to_have_count(3)


def test_ones_own_queue_is_handed_over_within_two_presses(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(0, "empty")
    fill(sandbox, "empty", 12)
    page = signed_in("empty", "/?q=nothing&find=1")
    page.get_by_role("button", name=sandbox.persona("empty").name).click()
    page.get_by_role("link", name="Hand over all my tasks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forward 12 tasks", timeout=20_000)
    expect(page.get_by_role("main")).to_contain_text("New tasks will still come to you.")
    assert writes(sandbox) == []
