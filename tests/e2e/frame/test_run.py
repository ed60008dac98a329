"""A run that was begun in a frame: taken back, told to the list behind it, and its receipt."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Route, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import Portal
from tests.e2e.frame.test_piles import SIZES, alike, ask, choose, look_through, opened, pile

RUN = re.compile(r"/runs/[0-9a-f-]{36}/(\?|$)")


@pytest.fixture
def portal(browser: BrowserContext, working: World) -> Portal:
    """The look-alikes of three tasks, before somebody who can undo for a minute."""
    alike(working, 3)
    choose(working, 60)
    return opened(browser, working)


def begun(portal: Portal, count: object) -> Locator:
    """Have all of the pile approved; the run."""
    button = ask(portal, f"Approve {count}")
    look_through(portal)
    button.click()
    run = portal.widget.locator("#run")
    expect(run).to_be_visible()
    return run


@pytest.mark.parametrize("size", SIZES)
def test_a_run_is_taken_back_by_keyboard_and_the_list_is_as_it_was(
    browser: BrowserContext, working: World, size: str
) -> None:
    alike(working, 5)
    choose(working, 60)
    portal = opened(browser, working, size)
    run = begun(portal, 5)
    expect(portal.widget.locator("#held")).to_be_hidden()
    portal.check_accessibility()
    run.get_by_role("button", name="Undo").press("Enter")
    expect(run).to_contain_text("0 of 5 done.")
    expect(run.get_by_role("button")).to_have_count(0)
    portal.widget.get_by_role("link", name="Back to the list").press("Enter")
    expect(pile(portal).get_by_role("button", name=re.compile("^Approve 5"))).to_be_visible()
    expect(portal.widget.locator("#dialog *")).to_have_count(0)
    assert portal.decisions() == 0


def test_what_was_done_is_gone_from_the_list_behind_and_told_to_the_host(
    browser: BrowserContext, working: World
) -> None:
    alike(working, 5, flagged=1)
    portal = opened(browser, working, attributes='target="host"')
    run = begun(portal, "4 of 5")
    expect(run).to_contain_text("4 of 4 done.", timeout=40_000)
    portal.check_accessibility()
    receipt = run.get_by_role("link", name="Receipt on the full page")
    receipt.click()
    url = portal.wait_for("navigate")["url"]
    assert re.fullmatch(re.escape(working.dash) + r"/runs/[0-9a-f-]{36}/", url)
    portal.page.keyboard.press("Escape")
    expect(pile(portal)).to_contain_text("1 task")  # the flagged one is left of it
    expect(portal.widget.get_by_role("button", name=re.compile("^Approve 4"))).to_have_count(0)
    portal.page.wait_for_function("heard.some(([type, detail]) => detail?.open === 1)")


def test_the_receipt_opens_in_a_tab_of_its_own(browser: BrowserContext, working: World) -> None:
    alike(working, 2)
    portal = opened(browser, working)
    run = begun(portal, 2)
    expect(run).to_contain_text("2 of 2 done.", timeout=40_000)
    with browser.expect_page() as tab:
        run.get_by_role("link", name="Receipt on the full page").click()
    # Third-party cookies are blocked: the full page has a session of its own.
    expect(tab.value).not_to_have_url("about:blank")
    expect(run).to_be_visible()


def test_what_is_pressed_is_told_in_place_even_while_the_run_asks_for_itself(
    portal: Portal,
) -> None:
    pressed = held_back(portal, "**/runs/*/undo/**")
    asked = held_back(portal, RUN)
    run = begun(portal, 3)
    wait_until(portal, asked)
    run.get_by_role("button", name="Undo").click()
    wait_until(portal, pressed)
    if asked[0].request.failure is None:
        asked[0].continue_()
    portal.page.wait_for_timeout(500)
    pressed[0].continue_()
    expect(portal.widget.locator("#run")).to_have_count(1)
    expect(portal.widget.locator("#dialog #run")).to_contain_text("0 of 3 done.")
    expect(portal.widget.locator("#notices *")).to_have_count(0)
    assert portal.decisions() == 0


def test_without_an_answer_to_a_press_the_run_is_asked_for_again(
    portal: Portal,
) -> None:
    pressed = held_back(portal, "**/runs/*/undo/**")
    run = begun(portal, 3)
    run.get_by_role("button", name="Undo").click()
    wait_until(portal, pressed)
    asked = held_back(portal, RUN)
    portal.page.wait_for_timeout(3_000)  # it would have asked for itself by now
    assert asked == []
    pressed[0].abort()
    expect(run).to_contain_text("No answer came from My Tasks.")
    wait_until(portal, asked)
    asked[0].continue_()
    expect(run).not_to_contain_text("No answer came from My Tasks.")
    expect(run.get_by_role("button", name="Undo")).to_be_visible()
    assert portal.decisions() == 0


def held_back(portal: Portal, address: str | re.Pattern[str]) -> list[Route]:
    """The requests to this address, from now on; none goes on by itself."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    portal.page.route(address, keep)
    return held


def wait_until(portal: Portal, held: list[Route]) -> None:
    for _ in range(60):
        if held:
            return
        portal.page.wait_for_timeout(100)
    raise AssertionError("nothing was asked")
