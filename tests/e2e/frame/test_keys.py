"""Keys of one letter in the widget: off, unless the host page switches them on."""

from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, SINGLE, Portal, open_portal


def signed_in(browser: BrowserContext, world: World, attributes: str) -> Portal:
    portal = open_portal(browser, world, attributes)
    portal.sign_in()
    link = portal.widget.get_by_role("article", name=SINGLE).get_by_role("heading").locator("a")
    link.focus()
    link.scroll_into_view_if_needed()
    portal.page.wait_for_timeout(SEEN)
    return portal


def test_letters_do_nothing_in_a_frame_that_did_not_ask_for_them(
    browser: BrowserContext, world: World
) -> None:
    portal = signed_in(browser, world, "")
    for key in "a?j":
        portal.page.keyboard.press(key)
    portal.page.wait_for_timeout(SEEN)
    assert portal.decisions() == 0
    expect(portal.widget.get_by_role("table")).to_have_count(0)
    expect(portal.widget.locator("[data-sheet]")).to_have_count(0)


def test_a_host_page_switches_them_on(browser: BrowserContext, world: World) -> None:
    portal = signed_in(browser, world, 'keys="1"')
    portal.page.keyboard.press("?")
    expect(portal.widget.get_by_role("row", name="A Approve")).to_be_visible()
    portal.page.keyboard.press("Escape")
    link = portal.widget.get_by_role("article", name=SINGLE).get_by_role("heading").locator("a")
    expect(link).to_be_focused()
    link.scroll_into_view_if_needed()
    portal.page.wait_for_timeout(SEEN)
    portal.page.keyboard.press("a")
    expect(portal.widget.get_by_role("article", name=SINGLE)).to_contain_text("Approved.")
    assert portal.decisions() == 1
