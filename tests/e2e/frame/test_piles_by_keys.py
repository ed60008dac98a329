"""Look-alikes in a frame with keys=1, by keyboard alone: announced, and no focus is lost."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, Portal, open_portal
from tests.e2e.frame.test_piles import UNSEEN, alike, pile
from tests.e2e.hands import Hands

SIZES = {1280: 700, 360: 480}


@pytest.fixture(params=SIZES)
def portal(browser: BrowserContext, working: World, request: pytest.FixtureRequest) -> Portal:
    alike(working, 12)
    width, height = request.param, SIZES[request.param]
    how = f'max-height="{height}" keys="1"'
    portal = open_portal(browser, working, how, width=width, height=height)
    portal.sign_in()
    return portal


def grouped(portal: Portal) -> Hands:
    """The look-alikes, as the one pile that they are."""
    hands = Hands(portal.page, portal.frame).reach("Look-alikes").press("Enter")
    return hands.hears("12 tasks in all").at("Look-alikes")


def scrolled_through(portal: Portal) -> None:
    """Scroll on by the arrow key, with a stop wherever something new is in view."""
    before = -1
    while before != (before := portal.frame.evaluate("scrollY")):
        portal.page.wait_for_timeout(SEEN)
        for _ in range(4):
            portal.page.keyboard.press("ArrowDown")
        portal.page.wait_for_timeout(200)


def test_look_alikes_and_a_pile_are_opened_and_closed(portal: Portal) -> None:
    hands = grouped(portal).press("j")
    title = re.escape(hands.look())
    hands.press("Enter").hears("12 tasks of this pile are shown.").at(title)
    hands.press("j", "j").look()
    expect(pile(portal).locator("article[data-task]:focus-within")).to_have_count(1)
    hands.press("k", "k").at(title).press("Enter")
    expect(pile(portal).locator("article[data-task]").first).to_be_hidden()
    hands.at(title).reach("Look-alikes", "Shift+Tab").press("Enter").hears("Pending tasks")
    hands.at("Look-alikes")
    expect(portal.widget.locator("article[data-task]")).to_have_count(12)


def test_a_pile_is_asked_about_and_left_as_it_was(portal: Portal) -> None:
    hands = grouped(portal).press("j")
    title = re.escape(hands.look())
    for key, verb in (("r", "Reject"), ("a", "Approve")):
        portal.page.wait_for_timeout(SEEN)
        hands.press(key).at(f"{verb} 12 tasks").press("Escape").at(title)
    portal.page.wait_for_timeout(SEEN)
    hands.press("f").at("Forward 12 tasks").reach("Comment")
    portal.page.keyboard.type("On leave: a review")  # letters are keys elsewhere
    hands.press("Escape").at("Keep writing").press("Enter").at("Comment")
    hands.press("Escape").at("Keep writing").reach("Drop it").press("Enter").at(title)
    assert portal.decisions() == 0


def test_a_pile_is_approved_once_all_of_it_was_scrolled_into_view(portal: Portal) -> None:
    hands = grouped(portal).press("j")
    portal.page.wait_for_timeout(SEEN)
    hands.press("a").at("Approve 12 tasks").reach("Approve 12 tasks")
    portal.page.wait_for_timeout(SEEN)
    hands.press("Enter")
    alert = portal.widget.get_by_role("alert").filter(has_text=UNSEEN)
    expect(alert).to_be_visible()
    hands.at("Approve 12 tasks").reach("Show the first of them").press("Enter")
    hands.at("Give ")
    scrolled_through(portal)
    hands.reach("Approve 12 tasks").press("Enter").at("Approve 12 tasks")
    run = portal.widget.locator("#run")
    expect(run).to_contain_text("12 of 12 done.", timeout=40_000)
    hands.hears("12 of 12 done.").at("Approve 12 tasks").reach("Back to the list").press("Enter")
    expect(run).to_have_count(0)
    hands.at("Look-alikes|Pending tasks")
    assert portal.decisions() == 12
