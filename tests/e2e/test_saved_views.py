"""Saved views: by mouse, by keyboard alone, on a phone and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.looking_over import look_over
from tests.e2e.watching import Watch, page_loads

CALM = {"reduced_motion": "reduce"}
SEARCHED = "/?tab=pending&q=SAP&sort=oldest"


def views(page: Page) -> Locator:
    return page.get_by_role("region", name="Views")


def link(page: Page, name: str) -> Locator:
    return views(page).get_by_role("link", name=name)


def open_form(page: Page, name: str) -> None:
    views(page).get_by_text(name, exact=True).click()


def save(page: Page, name: str, *, start: bool = False) -> None:
    open_form(page, "Save this view")
    views(page).get_by_label("Name of the view").fill(name)
    if start:
        views(page).get_by_label("Open My Tasks with this view").check()
    views(page).get_by_role("button", name="Save").click()


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    return signed_in("approver", SEARCHED, **CALM)


def test_by_mouse(page: Page) -> None:
    with page_loads(page, 0):
        save(page, "SAP only", start=True)
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        expect(link(page, "SAP only Start page")).to_have_attribute("aria-current", "page")
        link(page, "All tasks").click()
        expect(page).to_have_url(re.compile(r"/\?tab=pending$"))
        expect(link(page, "All tasks")).to_have_attribute("aria-current", "page")
        expect(views(page).get_by_text("this view")).to_have_count(0)
        link(page, "SAP only").click()
        expect(page.get_by_role("searchbox", name="Search the list")).to_have_value("SAP")
    page.goto("/")
    expect(page).to_have_url(re.compile(r"\?tab=pending&q=SAP&sort=oldest$"))
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Pending").click()
    expect(page).to_have_url(re.compile(r"/\?tab=pending$"))
    link(page, "SAP only").click()
    open_form(page, "Change this view")
    views(page).get_by_role("button", name="Delete SAP only").click()
    expect(page.get_by_role("status").filter(has_text="Deleted.")).to_be_visible()
    expect(views(page).get_by_role("link")).to_have_count(0)
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/$"))


def test_by_keyboard_alone(page: Page, watch: Watch) -> None:
    watch.expect_status(422)
    summary = views(page).get_by_text("Save this view")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    field = views(page).get_by_label("Name of the view")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(views(page).get_by_text("Give the view a name.")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("Give the view a name.")
    page.keyboard.type("Art, a review")  # letters are keys elsewhere on the page
    page.keyboard.press("Enter")
    expect(link(page, "Art, a review")).to_have_attribute("aria-current", "page")
    expect(views(page).get_by_text("Change this view")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(views(page).get_by_role("button", name="Delete Art, a review")).to_be_focused()
    page.keyboard.press("Enter")
    expect(views(page).get_by_text("Save this view")).to_be_focused()


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    save(page, "W" * 60)
    expect(link(page, "W" * 60)).to_have_attribute("aria-current", "page")
    save_another(page, "Everything that waits for me")
    open_form(page, "Change this view")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for one in views(page).get_by_role("link").all():
        assert one.bounding_box()["height"] >= 24  # type: ignore[index]


def save_another(page: Page, name: str) -> None:
    page.goto("/?tab=completed")
    save(page, name)
    expect(link(page, name)).to_have_attribute("aria-current", "page")


def test_without_javascript(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")
    watch.expect_status(422)
    page = signed_in("approver", SEARCHED, java_script_enabled=False)
    save(page, "")
    expect(views(page).get_by_text("Give the view a name.")).to_be_visible()
    views(page).get_by_label("Name of the view").fill("SAP only")
    views(page).get_by_role("button", name="Save").click()
    expect(page.locator("#notices")).to_contain_text("Saved.")
    expect(link(page, "SAP only")).to_have_attribute("aria-current", "page")
    open_form(page, "Change this view")
    views(page).get_by_role("button", name="Delete SAP only").click()
    expect(page.locator("#notices")).to_contain_text("Deleted.")


@pytest.mark.parametrize("state", ["new", "refused", "chosen"])
def test_axe_finds_nothing_in_the_open_forms(page: Page, watch: Watch, state: str) -> None:
    watch.expect_status(422)
    if state == "chosen":
        save(page, "SAP only", start=True)
        expect(link(page, "SAP only")).to_be_visible()
        save_another(page, "What I have done")
        open_form(page, "Change this view")
    elif state == "refused":
        save(page, "")
        expect(views(page).get_by_text("Give the view a name.")).to_be_visible()
    else:
        open_form(page, "Save this view")
    look_over(page, f"views-{state}")
