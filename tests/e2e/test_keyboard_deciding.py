"""Many tasks are decided by keyboard alone: announced, and the focus is never lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.hands import STILL, Hands
from tests.e2e.holding import Choose
from tests.e2e.queues import fill
from tests.e2e.reading import writes
from tests.e2e.scenes import CALM

WIDTHS = (1280, 360)


@pytest.fixture(autouse=True)
def undone_for_two_seconds(choose: Choose) -> None:
    for key in ("approver", "empty"):
        choose(2, key)


@pytest.fixture(params=WIDTHS)
def page(signed_in: SignedIn, sandbox: Sandbox, request: pytest.FixtureRequest) -> Page:
    fill(sandbox, "empty", 8)
    return signed_in("empty", viewport={"width": request.param, "height": 800}, **CALM)


def test_rows_are_ticked_with_x_and_with_space_and_a_range_with_shift(page: Page) -> None:
    hands = Hands(page).press("j", "x").hears("1 selected")
    hands.press("j", "j", "j", "Shift+X").hears("4 selected").at("Give Group-003")
    hands.press("j").reach("Select: Give Group-004", "Shift+Tab").press("Space").hears("5 selected")
    hands.press("Tab", "Tab", "Tab", "Tab", "Tab").at("Select: Give Group-005")
    hands.press("Tab", "Tab", "Tab", "Tab", "Tab").at("Select: Give Group-006")
    hands.press("Shift+Space").hears("7 selected").press("Escape").hears("0 selected")
    hands.at("Select: Give Group-006").press("Space").hears("1 selected")
    hands.reach("Clear$").press("Enter").hears("0 selected").at("Pending tasks")
    hands.reach("Select all on this page").press("Space").hears("8 selected")


def test_from_the_ticks_to_the_receipt_and_back(page: Page, sandbox: Sandbox) -> None:
    hands = Hands(page).press("j", "x", "j", "x").hears("2 selected")
    hands.reach("Approve$", "Shift+Tab").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 2 tasks")
    hands.reach("Approve 2 tasks").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("It begins in a moment.")
    hands.reach("Back to the list")
    for _ in range(12):
        page.wait_for_timeout(500)
        hands.look()
    expect(page.locator("#run")).to_contain_text("2 of 2 done.")
    hands.hears("2 of 2 done.").at("Back to the list").press("Enter")
    expect(page.get_by_role("article")).to_have_count(6)
    assert len(writes(sandbox)) == 2


def test_what_is_pressed_on_a_run_and_then_is_gone(page: Page, sandbox: Sandbox) -> None:
    hands = Hands(page).press("j", "x", "j", "x").hears("2 selected")
    hands.reach("Reject$", "Shift+Tab").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reject 2 tasks")
    hands.reach("Reject 2 tasks").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("It begins in a moment.")
    hands.reach("Refresh")
    expect(page.locator("#run")).to_contain_text("2 of 2 done.")
    hands.at("Reject 2 tasks")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_pile_is_opened_gone_through_and_asked_about(
    signed_in: SignedIn, sandbox: Sandbox, width: int
) -> None:
    page = signed_in("heavy", viewport={"width": width, "height": 800}, **CALM)
    expect(page.locator("#index")).to_contain_text("tasks, read ", timeout=30_000)
    hands = Hands(page).reach("Group look-alikes").press("Enter")
    hands.hears(re.compile("piles and single tasks, 2,000 tasks in all")).at("Pending tasks")
    hands.press("j")
    while page.evaluate("document.activeElement.localName") != "summary":
        hands.press("j").look()
    name = re.escape(hands.look())
    hands.press("Enter").hears(re.compile(r"\d tasks of this pile are shown\."))
    hands.at(name).press("j", "j").look()
    hands.press("k", "k").at(name).press("Enter", "j").look()
    assert page.evaluate("document.activeElement.closest('.pile__rows')") is None
    hands.press("k").at(name)
    page.wait_for_timeout(STILL)
    hands.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        re.compile(r"^\s*Complete (\d+ of )?\d+ tasks")
    )
    assert writes(sandbox) == []
