"""A long list is found through by keyboard alone: announced, and the focus is never lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.hands import Hands
from tests.e2e.queues import fill
from tests.e2e.scenes import CALM
from tests.e2e.watching import page_loads

FOUND = re.compile(r"\d tasks found\.")
PILES = "piles and single tasks"


@pytest.fixture(params=[1280, 360])
def heavy(signed_in: SignedIn, request: pytest.FixtureRequest) -> Page:
    page = signed_in("heavy", viewport={"width": request.param, "height": 800}, **CALM)
    expect(page.locator("#index")).to_contain_text("tasks, read ", timeout=30_000)
    return page


def unfolded(page: Page) -> Hands:
    return Hands(page).reach("Filter and sort").press("Enter").at("Filters")


def test_a_text_and_the_values_of_filters(heavy: Page) -> None:
    hands = Hands(heavy)
    with page_loads(heavy, 0):
        hands.press("/").at("Search the list")
        heavy.keyboard.type("vpn")
        hands.press("Enter").hears(FOUND).at("Search the list")
        hands.reach("Filters$").press("Enter")
        for value in ("Approval ", "VPN "):
            hands.reach(value).press("Enter").hears(FOUND).at(value)
        hands.press("Enter").hears(FOUND).at("VPN ")
        hands.reach("Filters$", "Shift+Tab").press("Enter")  # folded: what is on still is in view
        hands.reach("Leave out the filter: Approval").press("Enter").hears(FOUND)
        hands.at("Pending tasks").reach("Show all tasks").press("Enter").hears("Pending tasks")
        hands.at("Pending tasks")


def test_a_value_that_stands_behind_more(heavy: Page) -> None:
    hands = unfolded(heavy).reach(r"\d+ more").press("Enter", "Tab", "Tab")
    name = hands.look().rpartition(" ")[0]
    hands.press("Enter").hears(FOUND).at(re.escape(name))
    hands.press("Enter").hears("Pending tasks").at(re.escape(name))


def test_days_and_periods(heavy: Page) -> None:
    hands = unfolded(heavy)
    for label in ("Last 7 days", "Last month"):
        hands.reach(label).press("Enter").hears(FOUND).at(label)
    hands.reach("From")
    heavy.keyboard.type("01012020")
    hands.reach("Until")
    heavy.keyboard.type("12312030")
    hands.reach("Show$").press("Enter").hears(FOUND).at("Show$")
    expect(heavy).to_have_url(re.compile("since=2020-01-01.*until=2030-12-31"))


def test_order_groups_size_and_pages(heavy: Page) -> None:
    hands = unfolded(heavy).reach("Order", "Shift+Tab")
    for name, key in (
        ("Order", "ArrowDown"),
        ("Groups", "ArrowDown"),
        ("Tasks on a page", "ArrowUp"),
    ):
        hands.look()
        hands.press(key).hears(re.compile("tasks")).at(name).press("Tab")
    expect(heavy.get_by_role("article")).to_have_count(25)
    hands.reach("Next$", "Shift+Tab").press("Enter").hears(PILES).at("Pending tasks")
    hands.reach("Go to page", "Shift+Tab")
    heavy.keyboard.type("4")
    hands.press("Enter").hears(PILES).at("Pending tasks")
    expect(heavy.locator("#range")).to_contain_text("76")
    hands.reach("Previous$", "Shift+Tab").press("Enter").hears(PILES).at("Pending tasks")
    expect(heavy.locator("#range")).to_contain_text("51")


def test_the_list_read_anew_and_as_it_is_now(heavy: Page, sandbox: Sandbox) -> None:
    heavy.goto("/?find=1")
    fill(sandbox, "heavy", 2)
    hands = Hands(heavy).reach("Read it anew").press("Enter").hears("The list is being read.")
    hands.hears("read just now. 2 tasks are new.").at("Read it anew")
    hands.reach("Show the list as it is now", "Shift+Tab")
    heavy.evaluate("document.body.dispatchEvent(new Event('tasks:poll', { bubbles: true }))")
    heavy.wait_for_timeout(500)
    hands.at("Show the list as it is now")
    hands.press("Enter").hears("Pending tasks").at("Pending tasks")


def test_what_the_page_asks_by_itself_moves_no_focus(heavy: Page) -> None:
    heavy.evaluate("document.body.dispatchEvent(new Event('tasks:poll', { bubbles: true }))")
    heavy.wait_for_timeout(500)
    assert heavy.evaluate("document.activeElement === document.body")
