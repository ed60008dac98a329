"""Times in the browser's zone from the first page on; without JavaScript, the installation's."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import Visitor
from tests.e2e.reading import row
from tests.e2e.sign_in_steps import sign_in
from tests.e2e.watching import Watch

TASK = "Treasury to ximena.caballero"


@pytest.mark.parametrize(
    ("timezone_id", "locale", "form"),
    [
        ("Asia/Kolkata", "en-GB", r"\d{1,2} \w{3} \d{4}, \d\d:\d\d\sIST"),
        ("America/New_York", "en-US", r"\d{1,2} \w{3} \d{4}, \d\d:\d\d\sE[SD]T"),
        ("Pacific/Kiritimati", "de-DE", r"\d{1,2}\. [\wä]+\.? \d{4}, \d\d:\d\d\sUTC\+14:00"),
    ],
)
def test_the_first_page_after_a_sign_in_has_the_clock_of_the_browser(
    visitor: Visitor, sandbox: Sandbox, timezone_id: str, locale: str, form: str
) -> None:
    page = visitor(timezone_id=timezone_id, locale=locale)
    enter(page, sandbox)
    expect(page.get_by_role("time").first).to_contain_text(re.compile(form))


def test_without_javascript_it_is_the_clock_of_the_installation(
    visitor: Visitor, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")
    page = visitor(timezone_id="Asia/Kolkata", java_script_enabled=False)
    enter(page, sandbox)
    expect(page.get_by_role("time").first).to_contain_text(re.compile(r"\d\d:\d\d\sUTC\)"))


def test_a_page_of_the_old_zone_is_followed_by_one_of_the_new(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    """A traveller's first page still has the zone that the browser said before, and names it."""
    page = visitor(timezone_id="Asia/Tokyo")
    enter(page, sandbox)
    home = page.context.storage_state()
    there = visitor(timezone_id="Africa/Johannesburg", storage_state=home)
    there.goto("/sessions/")
    expect(there.get_by_role("main")).to_contain_text("JST")
    there.reload()
    expect(there.get_by_role("main")).to_contain_text("Times are in the time zone Africa/Joh")
    expect(there.get_by_role("main")).to_contain_text(re.compile(r"\d\d:\d\d\sSAST"))


def test_the_age_of_the_numbers_is_told_on_the_same_clock(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    page = visitor(timezone_id="Asia/Kolkata", locale="en-US")
    page.clock.install()
    enter(page, sandbox)
    expect(row(page, TASK)).to_be_visible()
    page.clock.fast_forward("00:20")
    now = page.evaluate("new Date().toTimeString().slice(0, 5)")
    said = page.locator("[data-age]")
    expect(said).to_have_text(re.compile(r"^as of \d\d:\d\d\sIST$"))
    assert abs(minutes(said.inner_text()) - minutes(now)) <= 1 or "00:" in now


def minutes(text: str) -> int:
    hours, left = re.findall(r"\d\d", text)[:2]
    return int(hours) * 60 + int(left)


def enter(page: Page, sandbox: Sandbox) -> None:
    page.goto("/")
    sign_in(page, sandbox.persona("approver").name)
