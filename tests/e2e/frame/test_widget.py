"""The widget in a portal's page: contents, events, commands, and when a press counts."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, SINGLE, THREE, Portal, open_portal
from tests.e2e.frame.widget import choose


def test_a_decision_in_the_frame_is_told_with_its_id_and_the_new_numbers(portal: Portal) -> None:
    before = portal.wait_for("count")
    portal.press("Approve")
    decided = portal.wait_for("decided")
    after = portal.wait_for("count", 2)

    expect(portal.widget.get_by_role("article", name=SINGLE)).to_contain_text("Approved.")
    assert set(decided) == {"id", "status"}
    assert decided["status"] == "succeeded"
    assert before["completed"] is None  # a call that opening does not spend
    assert after == {"open": before["open"] - 1, "completed": None}
    assert portal.decisions() == 1
    kinds = {envelope["type"] for envelope in portal.page.evaluate("raw")}
    assert {"ready", "signed-out", "signed-in", "resize", "count", "decided"} == kinds
    envelopes = portal.page.evaluate("raw")
    assert {(e["source"], e["version"], e["origin"]) for e in envelopes} == {
        ("my-tasks", 2, portal.world.dash)
    }
    assert SINGLE not in str(envelopes)
    refused = "the server responded with a status of 401 (Unauthorized)"  # before the sign-in
    complaints = {line for line in portal.world.said if line.startswith(("error", "warning"))}
    assert complaints == {f"error: Failed to load resource: {refused}"}


def test_a_host_that_knows_version_1_only_gets_its_names(
    browser: BrowserContext, world: World
) -> None:
    portal = open_portal(browser, world, 'envelope="1"')
    portal.sign_in()
    portal.press("Approve")
    decided = portal.wait_for("decided")

    assert set(decided) == {"id", "told"}
    assert decided["told"] == "done"
    assert {envelope["version"] for envelope in portal.page.evaluate("raw")} == {1}


@pytest.mark.parametrize("version", [1, 2])
def test_commands_are_taken_in_both_versions(portal: Portal, version: int) -> None:
    command = f"{{source: 'my-tasks-host', version: {version}, type: 'set-theme', theme: 'dark'}}"
    portal.page.evaluate(
        f"document.querySelector('iframe').contentWindow.postMessage({command}, '*')"
    )

    expect(portal.widget.locator("html")).to_have_attribute("data-theme", "dark")


LIST_HEIGHT = 640  # what the loader gives a frame at most


def test_the_loader_gives_the_frame_the_height_that_it_asks_for(portal: Portal) -> None:
    element = portal.page.locator("my-tasks iframe")
    assert element.evaluate("frame => frame.clientHeight") == LIST_HEIGHT  # the list is longer
    portal.widget.get_by_role("article", name=THREE).get_by_role(
        "button", name="Approve all"
    ).click()
    expect(portal.widget.get_by_role("region", name="Approve 2 items?")).to_be_visible()
    expect(portal.widget.locator("#tasks")).to_be_hidden()
    for _ in range(100):  # the host page's policy allows no script of ours to wait there
        if element.evaluate("frame => frame.clientHeight") < LIST_HEIGHT:
            break
        portal.page.wait_for_timeout(50)
    height = portal.wait_for("resize")["height"]
    assert element.evaluate("frame => frame.clientHeight") == height < LIST_HEIGHT
    portal.page.keyboard.press("Escape")
    expect(portal.widget.locator("#tasks")).to_be_visible()
    focused = portal.frame.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Approve all: Give Z_AP_CLERK")


def test_the_open_task_takes_the_place_of_the_list_and_the_hosts_history_stays(
    portal: Portal,
) -> None:
    before = portal.page.evaluate("history.length")
    link = portal.widget.get_by_role("article", name=THREE).get_by_role("link").first
    link.click()
    expect(portal.widget.locator("#panel-title")).to_be_focused()
    expect(portal.widget.locator("#tasks")).to_be_hidden()
    expect(portal.widget.get_by_role("link", name="Close")).to_be_in_viewport()
    portal.widget.get_by_role("link", name="Close").click()
    expect(link).to_be_focused()
    portal.widget.get_by_role("link", name="Completed").click()
    expect(portal.widget.get_by_role("heading", name="Completed tasks")).to_be_visible()
    assert portal.page.evaluate("history.length") == before


@pytest.mark.parametrize("size", [(320, 240), (320, 640), (480, 640)])
def test_nothing_is_wider_than_the_frame_and_everything_can_be_reached(
    browser: BrowserContext, world: World, size: tuple[int, int]
) -> None:
    width, height = size
    portal = open_portal(browser, world, f'max-height="{height}"', width=width, height=height)
    portal.sign_in()
    row = portal.widget.get_by_role("article", name=THREE)

    def check() -> None:
        wide, room = portal.frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room

    check()
    portal.widget.locator(".header__person").click()
    portal.widget.get_by_role("button", name="Sign out").scroll_into_view_if_needed()
    expect(portal.widget.get_by_role("button", name="Sign out")).to_be_in_viewport()
    check()
    portal.page.keyboard.press("Escape")
    row.get_by_role("button", name="Forward").click()
    portal.widget.get_by_role("searchbox", name="Search people").press_sequentially("lu", delay=80)
    expect(portal.widget.get_by_role("radio").first).to_be_visible()
    send = portal.widget.get_by_role("button", name="Forward", exact=True)
    send.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport()
    check()
    portal.page.wait_for_timeout(SEEN)  # what has moved under the pointer just now takes no press
    portal.widget.get_by_role("link", name="Cancel").click()
    check()
    portal.widget.get_by_role("button", name="Drop it").click()
    row.get_by_role("link").first.click()
    expect(portal.widget.locator("#panel-title")).to_be_visible()
    check()


def test_the_host_gives_orders_and_only_orders_that_we_know(portal: Portal) -> None:
    page, root = portal.page, portal.widget.locator("html")
    page.evaluate("document.querySelector('my-tasks').setAttribute('theme', 'dark')")
    expect(root).to_have_attribute("data-theme", "dark")
    portal.world.tenant.calls.clear()
    page.evaluate("document.querySelector('my-tasks').refresh()")
    page.wait_for_timeout(700)
    assert len(portal.world.tenant.api_calls) == 2
    for bad in (
        "{source: 'my-tasks-host', version: 1, type: 'set-theme', theme: 'red'}",
        "{source: 'my-tasks-host', version: 3, type: 'set-theme', theme: 'light'}",
        "{source: 'somebody', version: 1, type: 'set-theme', theme: 'light'}",
        "{source: 'my-tasks-host', version: 1, type: 'constructor'}",
        "{source: 'my-tasks-host', version: 1, type: 'set-language', lang: 7}",
        "null",
        "'set-theme'",
    ):
        page.evaluate(f"frames[0].postMessage({bad}, '*')")
    page.wait_for_timeout(300)
    expect(root).to_have_attribute("data-theme", "dark")


WISH_AT_ONCE = """([src, theme, lang]) => {
  const element = document.createElement("my-tasks");
  element.setAttribute("src", src);
  document.querySelector("main").replaceChildren(element);
  element.setAttribute("theme", theme);
  element.setAttribute("lang", lang);
}"""


def test_a_command_sent_before_the_frame_is_ready_is_repeated(portal: Portal) -> None:
    portal.page.evaluate(WISH_AT_ONCE, [portal.world.dash, "dark", "de"])

    root = portal.widget.locator("html")
    expect(root).to_have_attribute("lang", "de")
    expect(root).to_have_attribute("data-theme", "dark")


def test_a_language_that_we_lack_is_asked_for_once(portal: Portal) -> None:
    before = len(portal.told("ready"))
    portal.page.evaluate(WISH_AT_ONCE, [portal.world.dash, "dark", "tlh"])
    # One for this page, one for the page reloaded in the requested language.
    portal.wait_for("ready", before + 2)
    portal.page.wait_for_timeout(1000)

    assert len(portal.told("ready")) == before + 2
    expect(portal.widget.locator("html")).to_have_attribute("data-theme", "dark")
    expect(portal.widget.locator("html")).to_have_attribute("lang", "en")


def test_nobody_but_the_host_page_is_heard_or_told(portal: Portal) -> None:
    """A popup of another origin has a reference to the frame and sends well-formed messages."""
    with portal.page.context.expect_page() as opened:
        portal.page.evaluate("window.open('about:blank', 'other')")
    stranger = opened.value
    stranger.evaluate(
        "window.heard = []; addEventListener('message', ({ data }) => heard.push(data));"
        "opener.frames[0].postMessage("
        "{source: 'my-tasks-host', version: 1, type: 'set-theme', theme: 'dark'}, '*')"
    )
    portal.page.wait_for_timeout(400)

    assert portal.frame.evaluate("document.documentElement.dataset.theme ?? ''") == ""
    assert stranger.evaluate("heard") == []


def test_links_to_the_full_page_become_events_where_the_host_wants_them(
    browser: BrowserContext, world: World
) -> None:
    portal = open_portal(browser, world, 'target="host" accent="ffee00" density="compact"')
    portal.sign_in()
    portal.widget.locator(".header__person").click()
    portal.widget.get_by_role("link", name="Open the full page").click()
    assert portal.wait_for("navigate") == {"url": f"{world.dash}/"}
    assert len(browser.pages) == 2  # the browser's initial page, and ours

    portal.check_accessibility()


@pytest.mark.parametrize("scene", ["list", "task", "forward", "confirm", "badge"])
def test_axe_finds_nothing_in_the_frame(browser: BrowserContext, world: World, scene: str) -> None:
    portal = open_portal(browser, world)
    portal.sign_in()
    row = portal.widget.get_by_role("article", name=THREE)
    if scene == "task":
        row.get_by_role("link").first.click()
        expect(portal.widget.locator("#panel-title")).to_be_visible()
    if scene == "forward":
        row.get_by_role("button", name="Forward").click()
        expect(portal.widget.get_by_role("searchbox", name="Search people")).to_be_visible()
    if scene == "confirm":
        row.get_by_role("button", name="Approve all").click()
        expect(portal.widget.get_by_role("region", name="Approve 2 items?")).to_be_visible()
    if scene == "badge":
        page = portal.page
        portal = open_portal(browser, world, "badge")
        page.close()
        expect(portal.widget.get_by_role("link")).to_contain_text("open tasks")
        assert portal.wait_for("count")["open"] > 0
    portal.check_accessibility()


def test_an_origin_that_is_not_listed_shows_nothing(browser: BrowserContext, world: World) -> None:
    portal = open_portal(browser, world, site=world.stranger)
    portal.page.wait_for_timeout(1500)

    assert portal.page.evaluate("raw") == []
    assert portal.frame.url.startswith("chrome-error://")
    assert any("frame-ancestors" in line for line in world.said)
    world.said.clear()


def test_beside_the_dashboard_the_full_pages_session_is_enough(
    browser: BrowserContext, world: World
) -> None:
    full_page = browser.new_page()
    full_page.goto(f"{world.dash}/")
    choose(world, full_page)
    expect(full_page.locator("#tasks")).to_be_visible()
    portal = open_portal(browser, world, site=world.near)
    expect(portal.widget.locator("#tasks")).to_be_visible()
    portal.press("Approve")

    assert portal.wait_for("decided")["status"] == "succeeded"
    assert portal.told("signed-out") == []


def test_administrators_see_the_widget_live_and_take_its_html_along(
    browser: BrowserContext, world: World
) -> None:
    browser.grant_permissions(["clipboard-read", "clipboard-write"], origin=world.dash)
    page = browser.new_page()
    page.goto(f"{world.dash}/widget/try/")
    choose(world, page, "admin")
    framed = page.frame_locator("iframe")
    expect(framed.get_by_role("heading", name="Pending tasks")).to_be_visible()
    page.get_by_label("Start with").select_option("completed")
    expect(framed.get_by_role("heading", name="Completed tasks")).to_be_visible()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_label("Show", exact=True).select_option("badge")
    expect(framed.get_by_role("link", name="open task")).to_be_visible()


def test_a_refresh_leaves_the_keyboard_and_the_place_to_the_host_page(portal: Portal) -> None:
    portal.page.evaluate(
        """() => {
          const [field, gap] = [document.createElement("input"), document.createElement("div")];
          gap.style.blockSize = "1500px";
          document.body.prepend(field, gap);
          field.focus();
        }"""
    )
    portal.page.keyboard.type("abc")
    with portal.page.expect_response(lambda response: "/widget/" in response.url):
        portal.page.evaluate("document.querySelector('my-tasks').refresh()")
    portal.page.wait_for_timeout(SEEN)
    portal.page.keyboard.type("def")

    assert portal.page.evaluate("[document.querySelector('input').value, scrollY]") == ["abcdef", 0]


def test_the_badge_alone_signs_in_as_well(browser: BrowserContext, world: World) -> None:
    portal = open_portal(browser, world, "badge")
    with browser.expect_page() as opened:
        portal.widget.get_by_role("button", name="Sign in to My Tasks").click()
    choose(world, opened.value)

    expect(portal.widget.get_by_role("link", name="34 open tasks")).to_be_visible()


def test_a_badge_that_cannot_sign_in_leads_to_the_full_page(
    browser: BrowserContext, world: World
) -> None:
    portal = open_portal(browser, world, "badge")
    portal.frame.evaluate("window.open = () => null")
    portal.widget.get_by_role("button", name="Sign in to My Tasks").click()

    link = portal.widget.get_by_role("link", name="Open My Tasks")
    expect(link).to_have_attribute("href", f"{world.dash}/")
