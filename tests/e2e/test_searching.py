"""Searching a long list: its filters, order and pages live in the address, and so does the task."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from sandbox.transitions import APPROVED, finished
from tests.e2e.conftest import SignedIn
from tests.e2e.queues import fill
from tests.e2e.reading import says, stands_still
from tests.e2e.watching import ABORTED, Watch, page_loads

READ = re.compile(r"All 2,000 tasks, read ")


@pytest.fixture(params=[1280, 360])
def heavy(signed_in: SignedIn, request: pytest.FixtureRequest) -> Page:
    page = signed_in("heavy", viewport={"width": request.param, "height": 800})
    expect(page.locator("#index")).to_contain_text(READ, timeout=30_000)
    return page


@pytest.fixture
def wide(signed_in: SignedIn) -> Page:
    page = signed_in("heavy", viewport={"width": 1280, "height": 800})
    expect(page.locator("#index")).to_contain_text(READ, timeout=30_000)
    return page


def search(page: Page, text: str) -> None:
    field = page.get_by_role("searchbox", name="Search the list")
    field.fill(text)
    field.press("Enter")


def test_a_text_is_found_and_told_and_the_way_out_leads_back(heavy: Page) -> None:
    with page_loads(heavy, 0):
        search(heavy, "mainframe")
        says(heavy, "tasks found.")
        found = int(re.sub(r"\D", "", heavy.locator("#status").inner_text()))
        assert 50 < found < 2000
        expect(heavy.locator("#range")).to_have_text(f"1\N{EN DASH}50 of {found} found")
        expect(heavy).to_have_url(re.compile(r"/\?q=mainframe$"))
        expect(heavy.get_by_role("searchbox", name="Search the list")).to_be_focused()
        search(heavy, "no such thing")
        expect(heavy.get_by_text("No task matches.").last).to_be_visible()
        says(heavy, "No task matches.")
        heavy.get_by_role("group", name="Filters that are on").get_by_role(
            "link", name="Show all tasks"
        ).click()
    expect(heavy.get_by_role("article")).to_have_count(50)
    expect(heavy.get_by_role("searchbox", name="Search the list")).to_have_value("")


def test_values_of_filters_are_switched_on_and_off_and_keep_the_focus(heavy: Page) -> None:
    heavy.get_by_role("link", name="Filter and sort").click()
    expect(heavy.get_by_text("Filters", exact=True)).to_be_focused()
    types = heavy.get_by_role("group", name="Type")
    sources = heavy.get_by_role("group", name="Source")
    for group, name in ((types, "Approval"), (types, "Manual task"), (sources, "VPN")):
        chip = group.get_by_role("link", name=re.compile(f"^{name} "))
        stands_still(chip, 0.2).press("Enter")
        expect(chip).to_have_attribute("aria-current", "true")
        expect(chip).to_be_focused()
    expect(heavy).to_have_url(re.compile(r"type=Approval.*type=Manual.*source=VPN"))
    count = re.sub(r"\D", "", sources.get_by_role("link", name=re.compile("^VPN ")).inner_text())
    says(heavy, f"{count} tasks found.")
    heavy.get_by_text("Filters", exact=True).press("Enter")  # folded: what is on still is in view
    expect(types).to_be_hidden()
    heavy.get_by_role("link", name="Leave out the filter: VPN").press("Enter")
    expect(heavy.get_by_role("link", name="Leave out the filter: VPN")).to_have_count(0)
    assert heavy.evaluate("document.activeElement.id") == "tasks-title"


def test_a_select_loads_the_list_at_once_and_keeps_the_focus(heavy: Page) -> None:
    heavy.get_by_role("link", name="Filter and sort").click()
    with page_loads(heavy, 0):
        for label, value in (("Order", "newest"), ("Groups", "source"), ("Tasks on a page", "25")):
            choice = heavy.get_by_role("combobox", name=label)
            choice.focus()
            choice.select_option(value)
            expect(heavy).to_have_url(re.compile(f"={value}\\b"))
            expect(choice).to_have_value(value)
            expect(choice).to_be_focused()
    expect(heavy.locator("#range")).to_contain_text("piles")
    expect(heavy.get_by_role("article", name="Badge System")).to_be_visible()


def test_pages_lead_to_the_heading(wide: Page) -> None:
    search(wide, "vpn")
    says(wide, "tasks found.")
    pages = wide.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Next").press("Enter")
    expect(wide.locator("#range")).to_contain_text("51\N{EN DASH}100 of")
    expect(wide.get_by_role("heading", name="Pending tasks")).to_be_focused()
    pages.get_by_label("Go to page").fill("4")
    pages.get_by_label("Go to page").press("Enter")
    expect(wide.locator("#range")).to_contain_text("151\N{EN DASH}200 of")
    expect(wide).to_have_url(re.compile(r"/\?q=vpn&page=4$"))
    expect(wide.get_by_role("heading", name="Pending tasks")).to_be_focused()


def expect_list_and_pane(page: Page, title: str | None) -> None:
    expect(page.locator("#range")).to_contain_text("101\N{EN DASH}150 of")
    expect(page.get_by_role("searchbox", name="Search the list")).to_have_value("lab")
    if title:
        expect(page.locator("#panel-title")).to_have_text(title)
    else:
        expect(page.locator("#panel")).to_have_count(0)


def test_list_and_task_come_back_by_back_forward_reload_and_link(wide: Page) -> None:
    wide.goto("/?q=lab&page=3")
    link = wide.get_by_role("article").nth(4).get_by_role("heading").get_by_role("link")
    title = link.inner_text()
    link.click()
    expect_list_and_pane(wide, title)
    expect(wide).to_have_url(re.compile(r"/\?q=lab&page=3&task=\w+$"))
    address = wide.url
    wide.get_by_role("link", name="Close").click()
    expect_list_and_pane(wide, None)
    expect(wide).to_have_url(re.compile(r"/\?q=lab&page=3$"))
    wide.go_back()
    expect_list_and_pane(wide, title)
    wide.go_forward()
    expect_list_and_pane(wide, None)
    wide.go_back()
    expect_list_and_pane(wide, title)  # the page is loaded anew on the way back
    wide.wait_for_load_state()
    wide.reload()
    expect_list_and_pane(wide, title)
    assert wide.url == address
    other = wide.context.new_page()
    other.goto(address)
    expect_list_and_pane(other, title)
    other.close()


def test_a_decided_row_keeps_its_place_and_the_numbers_go_down(wide: Page) -> None:
    wide.goto("/?q=ledger&type=Approval&find=1")
    row = wide.get_by_role("article").nth(2)
    title = row.get_by_role("heading").inner_text()
    row.get_by_role("button", name="Approve").click()
    expect(row).to_contain_text("Approved.")
    expect(row.get_by_role("heading")).to_have_text(title)
    expect(wide.locator("#count-open")).to_have_text("1,999")
    expect(wide).to_have_title(re.compile(r"^\(1,999\)"))
    chip = wide.get_by_role("group", name="Type").get_by_role("link", name="Approval")
    before = int(re.sub(r"\D", "", chip.inner_text()))
    wide.reload()
    expect(chip).to_contain_text(str(before - 1))
    expect(wide.locator("#count-open")).to_have_text("1,999")


def test_what_changed_meanwhile_is_told_and_moves_no_row(wide: Page, sandbox: Sandbox) -> None:
    wide.goto("/?find=1")
    titles = wide.get_by_role("article").get_by_role("heading").all_inner_texts()
    key = sandbox.world.queue(sandbox.persona("heavy").id, done=False)[7]
    entry = sandbox.world.get(key)
    assert entry is not None
    sandbox.world.put(finished(entry, APPROVED, sandbox.clock.now()))
    fill(sandbox, "heavy", 1)
    wide.get_by_role("button", name="Read it anew").click()
    expect(wide.locator("#index")).to_contain_text("1 task is new. 1 task is gone.", timeout=30_000)
    assert wide.get_by_role("article").get_by_role("heading").all_inner_texts() == titles
    wide.get_by_role("link", name="Show the list as it is now").click()
    expect(wide.get_by_text("1 task is new.")).to_have_count(0)


def test_what_is_pressed_last_is_shown_and_the_answer_before_it_is_not_waited_for(
    wide: Page, watch: Watch
) -> None:
    watch.expect(rf"^GET \S+/\?q=vpn failed: {re.escape(ABORTED)}$")  # hx-sync="#tabs:replace"
    watch.expect(r"^error: htmx:(afterRequest|sendAbort), ")  # so htmx tells of it
    wide.get_by_role("searchbox", name="Search the list").fill("vpn")
    wide.evaluate(
        "document.getElementById('find').requestSubmit();"
        "document.getElementById('tab-completed').click()"
    )
    expect(wide.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(wide).to_have_url(re.compile(r"/\?tab=completed$"))
    assert [line for line in watch.complaints if ABORTED in line]
    expect(wide.get_by_role("searchbox", name="Search the list")).to_have_value("")


def test_the_completed_are_found_by_outcome_and_day(wide: Page) -> None:
    search(wide, "vpn")
    says(wide, "tasks found.")  # its answer: the tab would take its place
    wide.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()
    expect(wide.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(wide.get_by_role("searchbox", name="Search the list")).to_have_value("")
    search(wide, "vpn")
    expect(wide.locator("#range")).to_contain_text("found")
    wide.get_by_text("Filters", exact=True).click()
    outcome = wide.get_by_role("group", name="Outcome").get_by_role("link", name="Approved")
    stands_still(outcome).click()
    expect(outcome).to_have_attribute("aria-current", "true")
    wide.get_by_label("From", exact=True).fill("2026-01-01")
    wide.get_by_role("button", name="Show", exact=True).click()
    expect(wide).to_have_url(re.compile("since=2026-01-01"))
    expect(wide.get_by_label("From", exact=True)).to_have_value("2026-01-01")


def test_without_javascript_the_search_button_sends_all_of_it(
    signed_in: SignedIn, watch: Watch
) -> None:
    watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")  # the preloads
    page = signed_in("heavy", "/?find=1&type=Approval", java_script_enabled=False)
    page.get_by_role("combobox", name="Order").select_option("newest")
    page.get_by_role("searchbox", name="Search the list").fill("ledger")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("combobox", name="Order")).to_have_value("newest")
    expect(page).to_have_url(re.compile(r"q=ledger.*type=Approval.*sort=newest"))
    expect(page.locator("#range")).to_contain_text("found")


def test_the_slash_key_leads_to_the_field(wide: Page) -> None:
    wide.keyboard.press("/")
    expect(wide.get_by_role("searchbox", name="Search the list")).to_be_focused()
