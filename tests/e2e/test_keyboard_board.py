"""An administrator's board by keyboard alone: announced, and the focus is never lost."""

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
from tests.e2e.test_board import CLIPBOARD, pasted
from tests.e2e.watching import ABORTED, Watch

COUNTED = re.compile("open task")


@pytest.fixture(params=[1280, 360])
def page(signed_in: SignedIn, sandbox: Sandbox, request: pytest.FixtureRequest) -> Page:
    fill(sandbox, "empty", 12)
    size = {"width": request.param, "height": 800}
    return signed_in("admin", "/board/", viewport=size, **CALM, **CLIPBOARD)


def pinned(page: Page, name: str) -> Hands:
    """Look for this owner from the board, and pin them."""
    hands = Hands(page).reach("Look for an owner").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look at somebody else")
    hands.at("Search people")
    page.keyboard.type(name)
    expect(page.locator("#owners-found").and_(page.get_by_role("status"))).to_have_text(
        "1 person found"
    )
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text(COUNTED)
    hands.at("Search people").reach(f"Pin to the board: {name}").press("Enter")
    return hands.hears("Pinned to your board.").at(f"Take off the board: {name}")


def on_the_board(page: Page, name: str, admin: str) -> Hands:
    """The board, from the menu, once it tells how much waits for them."""
    hands = pinned(page, name).reach(admin, "Shift+Tab").press("Enter").reach("Board$")
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text(COUNTED)
    return hands


def test_an_owner_is_found_pinned_and_taken_off(page: Page, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    name, admin = sandbox.persona("empty").name, sandbox.persona("admin").name
    hands = on_the_board(page, name, admin).reach(f"Take off the board: {name}").press("Enter")
    hands.at(f"Pin to the board: {name}").press("Enter").hears("Pinned to your board.")
    hands.at(f"Take off the board: {name}").reach(name, "Shift+Tab").press("Enter")
    banner = page.get_by_role("region", name="Somebody else")
    expect(banner).to_contain_text(name)
    hands.reach(f"Take off the board: {name}").press("Enter").hears("Taken off your board.")
    hands.at(f"Pin to the board: {name}").press("Enter").hears("Pinned to your board.")
    hands.at(f"Take off the board: {name}").reach("Back to my tasks").press("Enter")
    expect(banner).to_have_count(0)
    assert writes(sandbox) == []


def test_a_link_and_a_message_for_the_owner_are_copied(
    page: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    name, admin = sandbox.persona("empty").name, sandbox.persona("admin").name
    hands = on_the_board(page, name, admin).reach(f"Tell the owner: {name}").press("Enter")
    for label in ("Copy a link", "Copy a message"):
        hands.reach(f"{label}: {name}").press("Enter").hears("Copied").at(f"{label}: {name}")
    assert re.match(r"You have 12 tasks waiting, the oldest for .+: http", pasted(page))


def test_a_queue_is_handed_over(page: Page, sandbox: Sandbox, watch: Watch, choose: Choose) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    choose(2, "admin")
    name, admin = sandbox.persona("empty").name, sandbox.persona("admin").name
    hands = on_the_board(page, name, admin).reach(f"Hand over this queue: {name}").press("Enter")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Forward 12 tasks", timeout=20_000)
    page.wait_for_load_state()  # its styles: what has the focus is looked for on the screen
    hands.reach("Search people")
    page.keyboard.type("ravi")
    found = page.get_by_role("group", name="Forward to").get_by_role("status")
    expect(found).to_have_text("1 person found")
    hands.at("Search people").reach("Ravi Subramanian").press("Space").reach("Comment")
    page.keyboard.type("On leave: a review")  # letters are keys elsewhere
    hands.reach("I do this for ").press("Space")
    hands.reach("Forward 12 tasks").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("It begins in a moment.")
    hands.reach("Back to the list")
    expect(page.get_by_role("region", name="Done 12")).to_be_visible(timeout=30_000)
    hands.hears("12 of 12 done.").at("Back to the list")
    assert len(writes(sandbox)) == 12
