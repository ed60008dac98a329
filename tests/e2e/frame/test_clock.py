"""The widget on another site writes times in the zone of the browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.frame.conftest import World, launched
from tests.e2e.frame.portal import SINGLE, open_portal


@pytest.fixture
def abroad(chromium: Browser, tmp_path: Path, world: World) -> Iterator[BrowserContext]:
    """A browser in India that blocks third-party cookies."""
    context = launched(chromium, tmp_path, blocks=True, timezone_id="Asia/Kolkata")
    yield context
    context.close()


def test_the_first_list_and_a_fragment_have_the_clock_of_the_browser(
    abroad: BrowserContext, world: World
) -> None:
    portal = open_portal(abroad, world)
    portal.sign_in()
    task = portal.widget.get_by_role("article", name=SINGLE)
    expect(task.get_by_role("time")).to_contain_text(re.compile(r"\d\d:\d\d\sIST\)"))
    task.get_by_role("link", name=SINGLE).click()
    created = portal.widget.get_by_role("region", name=SINGLE).get_by_role("definition")
    expect(created.filter(has_text=re.compile(r"\d\d:\d\d\sIST")).first).to_be_visible()
    kept = {cookie["name"]: cookie for cookie in abroad.cookies(world.dash)}
    assert kept["__Host-widget-zone"]["value"] in {"Asia/Kolkata", "Asia/Calcutta"}
    assert kept["__Host-widget-zone"]["sameSite"] == "None"
