"""Decisions in the widget that can be taken back, and what the host page hears of them."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SINGLE, Portal
from tests.e2e.holding import PUT_SETTINGS

SHORT = 2  # seconds


@pytest.fixture
def held(world: World) -> Iterator[World]:
    """A job worker seems to live: what is due is sent by the page."""
    person = world.tenant.persona("approver").id
    with closing(sqlite3.connect(world.database, timeout=10)) as database, database:
        database.execute("INSERT INTO jobs_heartbeat VALUES ('w', ?)", [time.time() + 600])
        database.execute(PUT_SETTINGS, [person, SHORT, 1])
    yield world
    with closing(sqlite3.connect(world.database, timeout=10)) as database, database:
        database.execute("DELETE FROM jobs_heartbeat")
        database.execute("DELETE FROM workitems_personsettings")


def test_undo_needs_no_second_look_and_the_host_page_hears_of_it(
    held: World, portal: Portal
) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    portal.press("Approve")
    assert portal.wait_for("decided")["status"] == "scheduled"
    expect(row).to_contain_text("Approved.")
    portal.page.keyboard.press("u")  # not a key in a frame
    row.get_by_role("button", name="Undo").press("Enter")
    assert portal.wait_for("decided", 2)["status"] == "cancelled"
    expect(row.get_by_role("button", name="Approve")).to_be_visible()
    portal.page.wait_for_timeout(1000 * (SHORT + 1))
    assert portal.decisions() == 0


def test_the_host_page_hears_how_it_ended(held: World, portal: Portal) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    before = portal.told("count")[-1]["open"]
    portal.press("Approve")
    portal.wait_for("decided", 2)
    assert [one["status"] for one in portal.told("decided")] == ["scheduled", "succeeded"]
    assert portal.told("count")[-1]["open"] == before - 1
    expect(row.get_by_role("button")).to_have_count(0)
    assert portal.decisions() == 1
