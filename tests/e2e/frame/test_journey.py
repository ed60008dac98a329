"""The main journey in the widget, in a host page of another site and of the same site."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from tests.e2e.frame.conftest import Start, World
from tests.e2e.frame.portal import Portal, open_portal
from tests.e2e.frame.widget import Widget, choose
from tests.e2e.reading import stands_still

SEEN = 900  # milliseconds: longer than a decision must have been in view
TASK, OTHER, FORWARDED = "Treasury to ximena.caballero", "Z_AP_CLERK", "Close Team"
BIND = "/signin/popup/bind/"
REPLAY = """async ([address, ticket]) => {
  const headers = { "X-CSRFToken": document.querySelector("[data-popup]").dataset.token };
  const body = new URLSearchParams({ ticket });
  return (await fetch(address, { method: "POST", headers, body })).status;
}"""
WHY = "You know this team better than I do."


@pytest.fixture(params=["another site", "the same site"])
def portal(request: pytest.FixtureRequest, browser: BrowserContext, world: World) -> Portal:
    """A portal with the widget, before anybody signs in."""
    return open_portal(browser, world, site=world.near if "same" in request.param else world.host)


def row(portal: Portal, text: str = TASK) -> Locator:
    return portal.widget.get_by_role("article", name=text)


def press(portal: Portal, button: Locator) -> None:
    """Press once the button has been in view for long enough and the frame's size is stable.

    Chromium ignores clicks on a cross-origin frame that has just moved or changed size.
    """
    button.scroll_into_view_if_needed()
    portal.page.wait_for_timeout(SEEN)
    button.click(no_wait_after=True)


def writes(world: World) -> list[str]:
    """Paths of the writes that the tenant received, without ids."""
    paths = [call.path for call in world.tenant.api_calls if call.method == "POST"]
    return [re.sub(r".*/work-items/|[0-9a-f]{32}", "", path).strip("/") for path in paths]


def forward(portal: Portal, text: str = TASK) -> Locator:
    """Fill in the forward form; returns its submit button."""
    press(portal, row(portal, text).get_by_role("button", name="Forward"))
    agent = portal.world.tenant.persona("agent").name
    portal.widget.get_by_role("searchbox", name="Search people").press_sequentially(agent[:6])
    portal.page.wait_for_timeout(SEEN)  # the frame grows with the search results
    stands_still(portal.widget.get_by_role("radio", name=agent)).check()
    portal.widget.get_by_role("textbox", name="Comment").fill(WHY)
    return portal.widget.get_by_role("button", name="Forward", exact=True)


def test_a_working_day(portal: Portal) -> None:
    portal.sign_in()
    before = portal.wait_for("count")["open"]
    portal.world.tenant.calls.clear()

    press(portal, row(portal).get_by_role("button", name="Approve"))
    expect(row(portal)).to_contain_text("Approved.")

    row(portal, OTHER).get_by_text("one by one").click()
    press(portal, row(portal, OTHER).get_by_role("button", name="Reject: ").first)
    expect(row(portal, OTHER)).to_contain_text("2 of 3 decided")
    press(portal, row(portal, OTHER).get_by_role("button", name="Reject all"))
    question = portal.widget.get_by_role("region", name="Reject 1 item?")
    press(portal, question.get_by_role("button", name="Reject"))
    expect(row(portal, OTHER)).to_contain_text("1 approved, 2 rejected")

    press(portal, forward(portal, FORWARDED))
    expect(portal.widget.get_by_text("Forwarded to").first).to_be_visible()

    assert writes(portal.world) == ["approve", "reject", "bulk-reject", "forward"]
    assert portal.wait_for("decided", 4)["status"] == "succeeded"
    assert portal.wait_for("count", 4)["open"] == before - 3


def test_a_session_that_ends_is_taken_up_again_by_one_button(portal: Portal) -> None:
    portal.sign_in()
    send = forward(portal)
    portal.world.forget_sessions()

    press(portal, send)
    with portal.page.context.expect_page():  # the session at the provider still exists
        press(portal, portal.widget.get_by_role("button", name="Sign in", exact=True))
    expect(portal.widget.get_by_text("Signed in. Press again.")).to_be_visible()
    expect(portal.widget.get_by_role("textbox", name="Comment")).to_have_value(WHY)
    assert writes(portal.world) == []
    press(portal, send)

    expect(portal.widget.get_by_text("Forwarded to").first).to_be_visible()
    assert writes(portal.world) == ["forward"]


def test_signing_out_leaves_the_button_and_a_frame_that_opens_nothing(portal: Portal) -> None:
    portal.sign_in()
    portal.widget.locator(".header__person").click()
    portal.widget.get_by_role("button", name="Sign out").click()

    expect(portal.widget.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    portal.wait_for("signed-out", 2)
    portal.page.reload()
    expect(portal.widget.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_two_widgets_in_a_page_hear_of_one_sign_in(browser: BrowserContext, world: World) -> None:
    """On the dashboard's own site; test_signing_in_framed does the same for another site."""
    widget = Widget(browser, world, site=world.near, times="2")

    widget.sign_in()

    expect(widget.page.frame_locator("iframe").last.locator("#tasks")).to_be_visible()


def test_a_sandboxed_frame_of_the_same_site_signs_in(browser: BrowserContext, world: World) -> None:
    words = "allow-scripts allow-same-origin allow-forms allow-popups"

    Widget(browser, world, site=world.near, sandbox=words).sign_in()


def test_an_origin_of_the_same_site_that_is_not_listed_shows_nothing(
    browser: BrowserContext, world: World
) -> None:
    portal = open_portal(browser, world, site=world.near.replace("//a.", "//b."))

    portal.page.wait_for_function("frames.length === 1")
    portal.frame.wait_for_load_state()

    assert portal.frame.url.startswith("chrome-error:")
    world.said.clear()  # the browser's message about the violation


@pytest.mark.parametrize("site", ["host", "near"])
def test_a_stolen_or_used_ticket_signs_nobody_in(start: Start, world: World, site: str) -> None:
    """The attacker has read the messages between frame and popup and uses another browser."""
    widget = Widget(start(), world, site=getattr(world, site))
    binds: list[Request] = []
    widget.browser.on("request", lambda sent: binds.append(sent) if BIND in sent.url else None)
    popup = widget.press()
    popup.get_by_role("heading", name="Sign in", exact=True).wait_for()
    (ticket,) = parse_qs(binds[0].post_data or "")["ticket"]

    attacker = start(blocks=False).new_page()
    attacker.goto(f"{world.dash}/signin/popup/")
    assert replay(attacker, ticket) == 400  # before the victim signs in
    choose(world, popup)
    widget.arrived()
    assert replay(attacker, ticket) == 400  # and afterwards
    attacker.goto(f"{world.dash}/widget/badge/")
    assert replay(widget.browser.new_page(), ticket, f"{world.dash}/signin/popup/") == 400


def replay(page: Page, ticket: str, address: str = "") -> int:
    """Send the ticket as the popup's script does; returns the response status."""
    if address:
        page.goto(address)
    return int(page.evaluate(REPLAY, [BIND, ticket]))
