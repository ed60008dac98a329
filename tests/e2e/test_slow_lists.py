"""SailPoint takes long: a person sees the page at once, and then its list, in the same load."""

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn, Visitor
from tests.e2e.looking_over import look_over
from tests.e2e.reading import numbers, row
from tests.e2e.sign_in_steps import sign_in
from tests.e2e.watching import Watch, page_loads
from tests.environment import TENANT_URL

TASK = "Treasury to ximena.caballero"


def slow(sandbox: Sandbox, seconds: float, **fault: object) -> None:
    sandbox.fault("GET", "/work-items", latency=seconds, times=2, **fault)


def expect_asking(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="We are asking SailPoint")).to_be_visible()
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Tasks")
    expect(tabs.get_by_role("link", name="Pending")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_frame_is_seen_while_sailpoint_is_asked(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, has_scripts: bool
) -> None:
    if not has_scripts:
        watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")
    page = signed_in("approver", java_script_enabled=has_scripts)
    slow(sandbox, 4)
    page.goto("/", wait_until="commit")
    expect_asking(page)
    expect(row(page, TASK)).to_have_count(0)

    expect(row(page, TASK)).to_be_visible()
    expect(page.get_by_text("We are asking SailPoint")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    row(page, TASK).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved.").first).to_be_visible()


def test_five_rows_stand_in_as_high_as_the_real_ones(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver", reduced_motion="reduce")
    height = "row => row.getBoundingClientRect().height"
    least = min(one.evaluate(height) for one in page.locator(".tasks__item").all())
    slow(sandbox, 3)
    page.goto("/", wait_until="commit")
    expect_asking(page)
    rows = page.locator(".asking__item")
    expect(rows).to_have_count(5)
    assert rows.last.evaluate(height) == least
    assert rows.locator("span").first.evaluate("one => one.getAnimations().length") == 0
    expect(row(page, TASK)).to_be_visible()


def test_after_four_seconds_it_says_that_sailpoint_is_slow(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("approver")
    slow(sandbox, 6)
    page.goto("/", wait_until="commit")
    expect_asking(page)
    words = page.get_by_role("status").get_by_text("SailPoint is slow to answer.")
    expect(words).to_be_hidden()
    expect(words).to_be_visible(timeout=5_000)
    expect(row(page, TASK)).to_be_visible()
    expect(words).to_be_hidden()


def test_rows_stay_and_dim_while_another_list_is_loaded(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("approver", reduced_motion="reduce")
    sandbox.fault("GET", "/completed", latency=2)
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()
    expect(page.locator(".tasks__list")).to_have_css("opacity", "0.55")
    expect(row(page, TASK)).to_be_visible()
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()


def test_the_late_page_is_as_any_other(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver")
    title, counted = page.title(), numbers(page)
    slow(sandbox, 2)
    with page_loads(page, 1):
        page.reload()
        expect(page).to_have_title(title)
        assert numbers(page) == counted
        page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()
        expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()


def test_a_failure_is_told_in_the_place_of_the_list(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver")
    slow(sandbox, 2, status=403)
    page.goto("/", wait_until="commit")
    expect_asking(page)
    expect(page.get_by_role("heading", name="SailPoint does not show this")).to_be_visible()
    expect(page).to_have_title("SailPoint does not show this · My Tasks")
    page.get_by_role("link", name="Try again").click()
    expect(row(page, TASK)).to_be_visible()


def test_who_has_to_sign_in_again_is_led_there(visitor: Visitor, sandbox: Sandbox) -> None:
    page = visitor(java_script_enabled=False)
    page.goto("/")
    sign_in(page, sandbox.persona("agent").name)
    sandbox.fault("GET", "/work-items", latency=2, status=401, times=3)
    with page.expect_request(lambda request: request.url.startswith(TENANT_URL)):
        page.goto("/", wait_until="commit")
        expect_asking(page)
    expect(page.get_by_role("article").first).to_be_visible()


def test_axe_finds_nothing_meanwhile(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver", reduced_motion="reduce")
    slow(sandbox, 20)
    page.goto("/", wait_until="commit")
    expect_asking(page)
    look_over(page, "asking")
    sandbox.reset()
