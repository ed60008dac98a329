"""Pages and states of finding a task in a long list, each opened as a person does."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.queues import fill

Scene = Callable[[SignedIn, Sandbox], Page]
CALM = {"reduced_motion": "reduce"}  # no colour transitions: axe would measure a colour in between
LONG = "Everything that waits for me on SAP and on the mainframe"


def searched(signed_in: SignedIn, _: Sandbox) -> Page:
    return found(signed_in, "/?q=vpn&find=1&type=Approval&source=VPN")


def searched_and_folded(signed_in: SignedIn, _: Sandbox) -> Page:
    return found(signed_in, "/?type=Approval&source=VPN&since=2020-01-01")


def grouped(signed_in: SignedIn, _: Sandbox) -> Page:
    return found(signed_in, "/?group=source&sort=newest")


def completed_by_outcome(signed_in: SignedIn, _: Sandbox) -> Page:
    return found(signed_in, "/?tab=completed&q=vpn&outcome=Approved&find=1")


def no_match(signed_in: SignedIn, _: Sandbox) -> Page:
    return found(signed_in, "/?q=no+such+thing")


def found(signed_in: SignedIn, path: str) -> Page:
    page = signed_in("heavy", path, **CALM)
    expect(page.locator("#index")).to_contain_text("tasks, read ", timeout=30_000)
    return page


def being_read(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    sandbox.fault("GET", "/completed$", latency=2, times=60)
    page = signed_in("heavy", "/?tab=completed", **CALM)
    page.get_by_role("button", name="Read it anew").click()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=20_000)
    return page


def wrong_days(signed_in: SignedIn, _: Sandbox) -> Page:
    page = found(signed_in, "/?find=1&since=2026-05-01&until=2026-04-01")
    expect(page.get_by_text("This day is before the first one.")).to_be_visible()
    return page


def saved_views(signed_in: SignedIn, _: Sandbox) -> Page:
    """A row of several, one of them the start page, and the form of the one that is shown."""
    page = found(signed_in, "/?q=vpn")
    for name, path in ((LONG, "/?q=vpn"), ("Newest", "/?sort=newest&q=mainframe")):
        page.goto(path)
        save_view(page, name)
    page.get_by_text("Change this view").click()
    return page


def save_view(page: Page, name: str) -> None:
    views = page.get_by_role("region", name="Views")
    views.get_by_text("Save this view").click()
    views.get_by_label("Name of the view").fill(name)
    views.get_by_label("Open My Tasks with this view").check()
    views.get_by_role("button", name="Save").click()
    expect(views.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")


def view_refused(signed_in: SignedIn, _: Sandbox) -> Page:
    page = found(signed_in, "/?q=vpn")
    views = page.get_by_role("region", name="Views")
    views.get_by_text("Save this view").click()
    views.get_by_role("button", name="Save").click()
    expect(views.get_by_text("Give the view a name.")).to_be_visible()
    return page


def changed(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = found(signed_in, "/?find=1")
    page.get_by_role("button", name="Read it anew").click()  # what an earlier test has left
    expect(page.locator("#index")).to_contain_text("All 2,000 tasks", timeout=30_000)
    page.reload()
    fill(sandbox, "heavy", 3)
    page.get_by_role("button", name="Read it anew").click()
    expect(page.locator("#index")).to_contain_text("3 tasks are new.", timeout=30_000)
    return page


def found_and_opened(signed_in: SignedIn, _: Sandbox) -> Page:
    page = found(signed_in, "/?q=lab&page=2&find=1")
    page.get_by_role("article").nth(2).get_by_role("heading").get_by_role("link").click()
    expect(page.locator("#panel-title")).to_be_focused()
    return page


FINDING_SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        searched,
        searched_and_folded,
        grouped,
        completed_by_outcome,
        no_match,
        being_read,
        wrong_days,
        saved_views,
        view_refused,
        changed,
        found_and_opened,
    )
}
