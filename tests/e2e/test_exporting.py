"""A list as a file, and the days that it is asked for, in a browser."""

import csv

from playwright.sync_api import expect

from tests.e2e.conftest import SignedIn
from tests.e2e.watching import ABORTED, Watch


def test_a_list_is_downloaded_as_it_is_shown(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect(f"export.csv.*{ABORTED}")  # a navigation that becomes a download
    page = signed_in("agent")
    page.goto(f"{page.url.split('?')[0]}?tab=completed&find=1")
    link = page.get_by_role("link", name="Export as CSV")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.startswith("my-tasks-completed-")
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    expect(page.get_by_role("article")).to_have_count(len({one["Work item"] for one in lines}))


def test_a_wrong_day_is_told_where_it_was_typed(signed_in: SignedIn, watch: Watch) -> None:
    watch.expect_status(400)
    page = signed_in("agent")
    page.goto(f"{page.url.split('?')[0]}?tab=completed&find=1")
    row = page.get_by_role("group", name="Completed")
    row.get_by_label("From").fill("2026-11-02")
    row.get_by_label("Until").fill("2026-10-30")
    row.get_by_role("button", name="Show").click()
    expect(row.get_by_text("This day is before the first one.")).to_be_visible()
    expect(row.get_by_label("Until")).to_have_value("2026-10-30")
    row.get_by_role("link", name="Last month").click()
    expect(row.get_by_role("link", name="Last month")).to_have_attribute("aria-current", "true")
    expect(row.get_by_text("This day is before the first one.")).to_be_hidden()
