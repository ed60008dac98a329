"""Searching a long list within a frame: the host page and its history stay as they are."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import Portal, open_portal

SIZES = [(360, 480), (1024, 700)]
READ = re.compile(r"All [12],\d{3} tasks, read ")


@pytest.fixture(params=SIZES, ids=["phone", "wide"])
def heavy(browser: BrowserContext, world: World, request: pytest.FixtureRequest) -> Portal:
    width, height = request.param
    how = f'max-height="{height}"'
    portal = open_portal(browser, world, how, width=width, height=height)
    portal.sign_in("heavy")
    return portal


def search(portal: Portal, text: str) -> None:
    field = portal.widget.get_by_role("searchbox", name="Search the list")
    field.fill(text)
    field.press("Enter")
    expect(portal.widget.locator("#range")).to_contain_text("found", timeout=20_000)
    expect(portal.widget.locator("#index")).to_contain_text(READ, timeout=30_000)


def fits(portal: Portal) -> bool:
    return bool(portal.frame.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_text_kind_and_page_are_chosen_without_a_trace_in_the_hosts_history(heavy: Portal) -> None:
    before = heavy.page.evaluate("history.length")
    search(heavy, "mainframe")
    rows = heavy.widget.get_by_role("article")
    assert all("Mainframe" in text for text in rows.all_inner_texts())
    heavy.widget.get_by_text("Filters", exact=True).click()
    types = heavy.widget.get_by_role("group", name="Type")
    chip = types.get_by_role("link", name=re.compile("^Manual task "))
    chip.click()
    expect(chip).to_have_attribute("aria-current", "true")
    assert fits(heavy)
    heavy.widget.get_by_role("link", name="Next").click()
    expect(heavy.widget.locator("#range")).to_contain_text("51\N{EN DASH}")
    assert all("Manual task" in text for text in rows.all_inner_texts())
    assert heavy.page.evaluate("history.length") == before


def test_a_kind_is_chosen_above_the_list_and_keeps_the_focus(heavy: Portal) -> None:
    search(heavy, "mainframe")
    search(heavy, "vpn")  # all of the list has been read by now
    kinds = heavy.widget.get_by_role("navigation", name="Type")
    kinds.get_by_role("link", name="All").press("Enter")
    expect(kinds.get_by_role("link", name="All")).to_have_attribute("aria-current", "true")
    approvals = kinds.get_by_role("link", name=re.compile("^Approval "))
    approvals.press("Enter")
    expect(approvals).to_have_attribute("aria-current", "true")
    expect(approvals).to_be_focused()
    number = re.sub(r"\D", "", approvals.inner_text())
    expect(heavy.widget.locator("#range")).to_contain_text(f"of {number} found")
    assert fits(heavy)
    heavy.check_accessibility()


def test_what_is_decided_in_a_search_is_gone_from_the_next(heavy: Portal) -> None:
    search(heavy, "mainframe disable")
    row = heavy.widget.get_by_role("article").first
    key = row.get_attribute("id")
    heavy.press("Mark complete", row.get_by_role("heading").inner_text())
    expect(heavy.widget.locator(f"#{key}")).to_contain_text("Completed.")
    search(heavy, "mainframe disable account")
    expect(heavy.widget.locator(f"#{key}")).to_have_count(0)
    assert heavy.decisions() == 1


def test_opening_costs_one_call_and_nothing_in_the_background(heavy: Portal, world: World) -> None:
    world.tenant.calls.clear()
    heavy.page.reload()
    expect(heavy.widget.locator("#tasks")).to_be_visible()
    heavy.page.wait_for_timeout(1500)
    assert len(world.tenant.api_calls) <= 1


def test_axe_finds_nothing_in_a_search(heavy: Portal) -> None:
    search(heavy, "mainframe")
    heavy.widget.get_by_text("Filters", exact=True).click()
    heavy.check_accessibility()
