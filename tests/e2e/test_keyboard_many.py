"""Many tasks are forwarded and decided by keyboard alone: announced, the focus never lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.hands import Hands
from tests.e2e.holding import Choose
from tests.e2e.queues import fill
from tests.e2e.reading import writes
from tests.e2e.scenes import CALM
from tests.e2e.watching import ABORTED, Watch

READY = "You know this team better than I do."
MANY = 30  # more than the 25 of a page


@pytest.fixture(params=[1280, 360])
def page(
    signed_in: SignedIn, sandbox: Sandbox, choose: Choose, request: pytest.FixtureRequest
) -> Page:
    choose(2, "empty")
    fill(sandbox, "empty", MANY)
    return signed_in("empty", viewport={"width": request.param, "height": 800}, **CALM)


def asked_to_forward(page: Page) -> Hands:
    """Two rows are ticked, and the confirmation of their forward is open."""
    hands = Hands(page).press("j", "x", "j", "x").hears("2 selected")
    hands.reach("Forward…", "Shift+Tab").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forward 2 tasks")
    page.wait_for_load_state()  # its styles: what has the focus is looked for on the screen
    return hands


def sent(page: Page, hands: Hands, title: str, number: int) -> None:
    """The run is there, and at its end the way back to the list."""
    expect(page.get_by_role("status").first).to_contain_text("It begins in a moment.")
    hands.reach("Back to the list")
    expect(page.locator("#run")).to_contain_text(f"{number} of {number} done.", timeout=30_000)
    hands.hears(f"{number} of {number} done.").at("Back to the list").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_many_are_forwarded_to_somebody_who_was_searched(page: Page, sandbox: Sandbox) -> None:
    hands = asked_to_forward(page).reach("Search people")
    page.keyboard.type("ravi")
    found = page.get_by_role("group", name="Forward to").get_by_role("status")
    expect(found).to_have_text("1 person found")
    hands.at("Search people").reach("Ravi Subramanian").press("Space").at("Ravi Subramanian")
    hands.reach("Use a ready-made comment").press("Enter").reach(re.escape(READY))
    hands.press("Enter").at("Comment")
    expect(page.get_by_label("Comment")).to_have_value(READY)
    hands.reach("Forward 2 tasks").press("Enter")
    sent(page, hands, "Pending tasks", 2)
    assert len(writes(sandbox)) == 2
    assert all(path.endswith("/forward") for path in writes(sandbox))


def test_many_are_forwarded_to_somebody_who_is_suggested(page: Page, sandbox: Sandbox) -> None:
    hands = asked_to_forward(page).reach("Search people")
    expect(page.get_by_role("radio").first).to_be_visible()
    hands.reach("Astrid Lindqvist Your manager").press("Space").reach("Comment")
    page.keyboard.type("On leave: a review")  # letters are keys elsewhere
    hands.reach("Astrid Lindqvist", "Shift+Tab").press("Enter")  # sends, and searches no more
    sent(page, hands, "Pending tasks", 2)
    assert len(writes(sandbox)) == 2


def test_a_search_by_enter_and_what_is_missing_lead_to_the_field(
    page: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    watch.expect(ABORTED)  # the search by typing, which a press of Enter replaces
    hands = asked_to_forward(page).reach("Search people")
    page.keyboard.type("ravi")
    with page.expect_navigation():
        hands.press("Enter")
    found = page.get_by_role("group", name="Forward to").get_by_role("status")
    expect(found).to_have_text("1 person found")
    hands.at("Search people").reach("Forward 2 tasks")
    with page.expect_navigation():
        hands.press("Enter")
    hands.at("Ravi Subramanian").press("Space").reach("Forward 2 tasks")
    with page.expect_navigation():
        hands.press("Enter")
    hands.at("Comment")
    assert writes(sandbox) == []


def test_all_that_match_are_selected_and_approved(page: Page, sandbox: Sandbox) -> None:
    page.goto("/?q=Group&find=1&size=25")
    expect(page.get_by_role("article")).to_have_count(25)
    hands = Hands(page).reach("Select all that match").press("Space").hears("30 selected")
    hands.at("Select all that match").press("Space").hears("0 selected").press("Space")
    hands.hears("30 selected").reach("Approve$", "Shift+Tab").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 30 tasks")
    page.wait_for_load_state()  # its styles: what has the focus is looked for on the screen
    hands.reach("Approve 30 tasks").press("Enter")
    sent(page, hands, "Pending tasks", MANY)
    assert len(writes(sandbox)) == MANY
