"""A day's work through nginx over TLS: the page, the widget, and many tabs at once."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import Portal
from tests.e2e.frame.proxied.conftest import Servers
from tests.e2e.frame.proxied.steps import OTHER, TASK
from tests.e2e.reading import numbers, row, says, stands_still, writes
from tests.e2e.sign_in_steps import sign_out

PLACES = ["/", "/?tab=completed", "/?type=Approval", "/sessions/", "/settings/", "/?page=2"]


def test_a_page_from_sign_in_to_sign_out(page: Page, world: World) -> None:
    cookies = page.context.cookies(world.dash)
    assert cookies
    assert all(one["name"].startswith("__Host-") and one["secure"] for one in cookies)

    pending, _completed = numbers(page)
    row(page, TASK).get_by_role("button", name="Approve").click()
    says(page, "Approved.")
    row(page, OTHER).get_by_role("button", name="Forward").click()
    dialog, agent = page.get_by_role("dialog"), world.tenant.persona("agent").name
    dialog.get_by_role("searchbox").press_sequentially(agent[:6])
    dialog.get_by_role("radio", name=agent).check()
    dialog.get_by_label("Comment").fill("You know them")
    stands_still(dialog.get_by_role("button", name="Forward")).click()
    says(page, f"Forwarded to {agent}.")
    assert [path.rpartition("/")[2] for path in writes(world.tenant)][1:] == ["forward"]
    page.reload()
    assert numbers(page)[0] == pending - 2
    sign_out(page, world.tenant.persona("approver").name)


def test_a_widget_decides(servers: Servers, portal: Portal) -> None:
    portal.press("Approve")

    expect(portal.widget.get_by_text("Approved.").first).to_be_visible()
    assert portal.decisions() == 1


def test_six_tabs_that_are_restored_arrive_where_they_were(
    page: Page, browser: BrowserContext, world: World
) -> None:
    world.forget_sessions()
    tabs, name = [browser.new_page() for _ in PLACES], world.tenant.persona("approver").name
    for tab, place in zip(tabs, PLACES, strict=True):
        tab.evaluate("address => { location = address }", world.dash + place)
    for tab, place in zip(tabs, PLACES, strict=True):
        tab.wait_for_url(world.dash + place)
        expect(tab.get_by_role("button", name=name)).to_be_visible()
