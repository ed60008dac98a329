"""Nothing that is flagged is decided with one press in the widget."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import open_portal
from tests.e2e.test_one_press import DECISIONS, KEYS, STILL, key


@pytest.mark.parametrize("by_key", [False, True])
@pytest.mark.parametrize(("text", "name"), DECISIONS)
def test_one_press_in_the_widget_asks(
    browser: BrowserContext, world: World, by_key: bool, text: str, name: str
) -> None:
    portal = open_portal(browser, world, 'keys="1"')
    portal.sign_in()
    if by_key:
        link = portal.widget.get_by_role("article", name=text).locator(".task__link")
        link.focus()
        link.scroll_into_view_if_needed()
        key(portal.page, KEYS[name])
    else:
        portal.press(name, text)
    expect(portal.widget.locator(".flags .flag").first).to_be_visible()
    portal.page.wait_for_timeout(STILL)
    assert portal.decisions() == 0
