"""gunicorn or nginx fails in the middle: the page says what is known, and how it ended."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import Portal, open_portal
from tests.e2e.frame.proxied.conftest import IMPATIENT, Servers
from tests.e2e.frame.proxied.steps import (
    NEVER_CAME,
    OTHER,
    TASK,
    UNKNOWN,
    approve,
    approve_one_of_four,
)
from tests.e2e.frame.widget import Widget, choose
from tests.e2e.reading import row, says, writes
from tests.e2e.watching import page_loads

UNREAD = "No answer came from My Tasks"
AWAY = "My Tasks is not here at the moment"


def test_a_decision_that_arrived_is_told_in_the_end(
    page: Page, world: World, servers: Servers
) -> None:
    servers.nginx.restart(IMPATIENT)
    title = page.title()
    world.tenant.fault("POST", "/work-items/", latency=3)
    with page_loads(page, 0):
        expect(approve(page)).to_contain_text(UNKNOWN)
        assert page.title() == title
        expect(row(page, OTHER).get_by_role("button", name="Forward")).to_be_visible()
        says(page, "Approved.")
    expect(page.get_by_text(UNKNOWN)).to_have_count(0)
    assert len(writes(world.tenant)) == 1


def test_a_decision_while_the_server_is_gone_is_told_as_not_sent(
    page: Page, world: World, servers: Servers
) -> None:
    servers.kill()
    with page_loads(page, 0):
        notice = approve(page)
        expect(notice).to_contain_text(UNKNOWN)
        servers.start()
        expect(notice).to_contain_text(NEVER_CAME)
        assert writes(world.tenant) == []
        approve(page)
        says(page, "Approved.")
    assert len(writes(world.tenant)) == 1


def test_a_decision_while_the_server_hangs_is_sent_once_it_goes_on(
    page: Page, world: World, servers: Servers
) -> None:
    servers.nginx.restart(IMPATIENT)
    servers.pause()
    with page_loads(page, 0):
        expect(approve(page)).to_contain_text(UNKNOWN)
        servers.go_on()
        says(page, "Approved.")
    assert len(writes(world.tenant)) == 1


def test_a_decision_under_way_when_the_server_is_killed_is_not_sent_again(
    page: Page, world: World, servers: Servers
) -> None:
    """It is told once its lease is over, which tests/faults waits for."""
    world.tenant.fault("POST", "/work-items/", latency=2, after=True)
    with page_loads(page, 0):
        notice = approve(page)
        page.wait_for_timeout(700)
        servers.kill()
        expect(notice).to_contain_text(UNKNOWN)
        servers.start()
        page.wait_for_timeout(3000)  # for the page to ask
        expect(notice).to_contain_text(UNKNOWN)
    assert len(writes(world.tenant)) == 1


def test_reading_keeps_the_list(page: Page, servers: Servers) -> None:
    servers.kill()
    title = page.title()
    tab = page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed")
    with page_loads(page, 0):
        tab.click()
        expect(page.locator("#notices")).to_contain_text(UNREAD)
        expect(row(page, TASK)).to_be_visible()
        assert page.title() == title
        servers.start()
        tab.click()
        expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()


def test_a_whole_page_is_nginx_s_own_and_leads_back(page: Page, servers: Servers) -> None:
    servers.kill()
    page.reload()
    expect(page.get_by_role("heading", name=AWAY)).to_be_visible()
    servers.start()
    page.get_by_role("link", name="Try again").click()
    expect(row(page, TASK)).to_be_visible()


@pytest.mark.parametrize("comes_back", [True, False], ids=["hangs", "killed"])
def test_a_widget_tells_how_a_decision_ended(
    portal: Portal, servers: Servers, *, comes_back: bool
) -> None:
    if comes_back:
        servers.nginx.restart(IMPATIENT)
        servers.pause()
    else:
        servers.kill()
    portal.press("Approve")
    notice = portal.widget.get_by_role("article", name=TASK).get_by_role("alert").first
    expect(notice).to_contain_text(UNKNOWN)
    expect(portal.widget.get_by_role("article", name=OTHER)).to_be_visible()
    if comes_back:
        servers.go_on()
        expect(portal.widget.get_by_text("Approved.").first).to_be_visible()
    else:
        servers.start()
        expect(notice).to_contain_text(NEVER_CAME)
    assert portal.decisions() == int(comes_back)


def test_signing_in_by_a_popup_survives_an_outage(
    browser: BrowserContext, world: World, servers: Servers
) -> None:
    portal = open_portal(browser, world)
    with browser.expect_page() as opened:
        portal.widget.get_by_role("button", name="Sign in", exact=True).click()
    name = world.tenant.persona("approver").name
    expect(opened.value.get_by_role("button", name=name)).to_be_visible()
    servers.kill()
    choose(world, opened.value)
    expect(opened.value.get_by_role("heading", name=AWAY)).to_be_visible()
    servers.start()
    opened.value.get_by_role("link", name="Try again").click()
    expect(portal.widget.get_by_role("article", name=TASK)).to_be_visible()


def test_a_widget_that_finds_nobody_leads_back(
    browser: BrowserContext, world: World, servers: Servers
) -> None:
    servers.kill()
    widget = Widget(browser, world)
    expect(widget.frame.get_by_role("heading", name=AWAY)).to_be_visible()
    servers.start()
    widget.frame.get_by_role("link", name="Try again").click()
    expect(widget.button).to_be_visible()


@pytest.mark.parametrize("what", ["reload", "restart"])
def test_nginx_begins_anew_in_the_middle(
    page: Page, world: World, servers: Servers, what: str
) -> None:
    world.tenant.fault("POST", "/work-items/", latency=1.5)
    approve(page)
    page.wait_for_timeout(500)
    getattr(servers.nginx, what)()
    says(page, "Approved.")
    approve_one_of_four(page)
    assert len(writes(world.tenant)) == 2


def test_new_workers_lose_no_press(page: Page, world: World, servers: Servers) -> None:
    world.tenant.fault("POST", "/work-items/", latency=1.5)
    approve(page)
    page.wait_for_timeout(300)
    servers.renew_workers()
    approve_one_of_four(page)
    expect(row(page, TASK)).to_contain_text("Approved.")
    expect(page.get_by_text(UNKNOWN)).to_have_count(0)
    assert len(writes(world.tenant)) == 2
