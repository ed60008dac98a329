"""A list is kept, taken along and narrowed by keyboard alone: announced, the focus never lost."""

import csv
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.hands import Hands
from tests.e2e.scenes import CALM
from tests.e2e.watching import ABORTED, Watch, page_loads

FOUND = re.compile(r"\d tasks? found\.|No task matches\.")
NAME = "Name of the view"


@pytest.fixture(params=[1280, 360])
def page(signed_in: SignedIn, request: pytest.FixtureRequest) -> Page:
    return signed_in("approver", viewport={"width": request.param, "height": 800}, **CALM)


def chip(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="Views").get_by_role("link", name=name)


def saved(page: Page) -> Hands:
    """The tasks of SAP, as a view that has just been saved."""
    hands = Hands(page).press("/").at("Search the list")
    page.keyboard.type("SAP")
    hands.press("Enter").hears(FOUND).at("Search the list")
    hands.reach("Save this view").press("Enter", "Tab").at(NAME)
    page.keyboard.type("Art, a review")  # letters are keys elsewhere on the page
    return hands.press("Enter").hears("Saved.").at("Change this view")


def test_a_list_is_saved_as_it_is_filtered_and_opened_again(page: Page) -> None:
    with page_loads(page, 0):
        hands = saved(page).reach("Art, a review", "Shift+Tab")
        hands.reach("All tasks", "Shift+Tab").press("Enter").hears("Pending tasks")
        hands.at("Pending tasks").reach("Art, a review").press("Enter")
        hands.hears(FOUND).at("Pending tasks")
    expect(chip(page, "Art, a review")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile(r"\?(tab=pending&)?q=SAP$"))


def test_a_view_without_a_name_is_told_in_its_field(page: Page, watch: Watch) -> None:
    watch.expect_status(422)
    hands = saved(page).press("Enter", "Tab").at(NAME).press("Control+A", "Delete", "Enter")
    field = page.get_by_label(NAME)
    expect(field).to_have_accessible_description("Give the view a name.")
    hands.at(NAME)


def test_a_view_becomes_the_start_page_gets_another_name_and_is_deleted(page: Page) -> None:
    hands = saved(page).press("Enter").reach("Open My Tasks with this view").press("Space")
    hands.reach("Save$").press("Enter").hears("Saved.").at("Change this view")
    expect(chip(page, "Art, a review Start page")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile(r"\?(tab=pending&)?q=SAP$"))
    hands.reach("Change this view").press("Enter", "Tab").at(NAME).press("Control+A")
    page.keyboard.type("SAP")
    hands.press("Enter").hears("Saved.").at("Change this view")
    expect(chip(page, "SAP Start page")).to_have_attribute("aria-current", "page")
    hands.press("Enter").reach("Delete SAP").press("Enter").hears("Deleted.").at("Save this view")
    expect(chip(page, "SAP")).to_have_count(0)
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/$"))


def completed(page: Page) -> Hands:
    """The completed tasks, with their filters unfolded."""
    hands = Hands(page).press("g", "c").hears("Completed tasks").at("Completed tasks")
    return hands.reach("Filter and sort").press("Enter").at("Filters")


def test_a_list_is_downloaded_and_the_focus_stays_on_its_link(page: Page, watch: Watch) -> None:
    watch.expect(f"export.csv.*{ABORTED}")  # a navigation that becomes a download
    hands = completed(page).reach("Export as CSV", "Shift+Tab")
    number = re.sub(r"\D", "", hands.look())
    with page.expect_download() as download:
        hands.press("Enter")
    assert download.value.suggested_filename.startswith("my-tasks-completed-")
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert len({one["Work item"] for one in csv.DictReader(file)}) == int(number)
    hands.at("Export as CSV")


def test_outcomes_and_periods_of_the_completed_are_chosen_and_left_out(page: Page) -> None:
    hands = completed(page)
    with page_loads(page, 0):
        for value in ("Approved ", "Rejected ", "Last month", "Last 7 days"):
            hands.reach(value).press("Enter").hears(FOUND).at(value)
        hands.reach("Rejected ", "Shift+Tab").press("Enter").hears(FOUND).at("Rejected ")
        expect(page).to_have_url(re.compile(r"outcome=approved&since="))
        hands.reach("Filters$", "Shift+Tab").press("Enter")  # folded: what is on still is in view
        for what, heard in (("Approved", FOUND), ("From", FOUND), ("Until", "Completed tasks")):
            hands.reach(f"Leave out the filter: {what}").press("Enter").hears(heard)
            hands.at("Completed tasks")
    expect(page.get_by_role("group", name="Filters that are on")).to_have_count(0)
