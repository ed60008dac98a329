"""Counts are written as the person's language writes numbers, and machines read them plain."""

import pytest
from django.conf import LazySettings

from tests.web.conftest import AsUser, parsed, words

pytestmark = pytest.mark.django_db
WRITTEN = [
    ("en", ["2,000", "10,000", "12,000"], "(2,000)", "1\u201350 of 2,000"),
    ("de", ["2.000", "10.000", "12.000"], "(2.000)", "1\u201350 von 2.000"),
]


@pytest.mark.parametrize(("language", "numbers", "title", "shown"), WRITTEN)
def test_every_count_has_separators(
    as_user: AsUser,
    settings: LazySettings,
    language: str,
    numbers: list[str],
    title: str,
    shown: str,
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    heavy, spoken = as_user("heavy"), {"Accept-Language": language}
    page = parsed(heavy.get("/", headers=spoken))
    pending, completed, total = numbers
    assert [words(b) for b in page.select("#badge b")] == [pending, completed, total]
    assert words(page.select_one("#count-open")) == pending
    assert words(page.select_one("#count-completed")) == completed
    assert words(page.title).startswith(f"{title} ")
    assert words(page.select_one("#range")) == shown
    pill = parsed(heavy.get("/widget/badge/", headers={**spoken, "Sec-Fetch-Dest": "iframe"}))
    assert words(pill.select_one(".pill b")) == pending


@pytest.mark.usefixtures("read_lists")
def test_machines_read_plain_numbers(as_user: AsUser, settings: LazySettings) -> None:
    settings.COUNTS_SECONDS = 20
    heavy = as_user("heavy")
    heavy.get("/?tab=completed")
    page = parsed(heavy.get("/?tab=completed&page=21"))
    assert page.select_one("#badge [name=open]")["value"] == "2000"
    assert page.select_one("#badge [name=completed]")["value"] == "10000"
    assert page.select_one("#badge [name=first]")["value"] == "1001"
    assert words(page.select_one("#range")) == "1,001\u20131,050 of 10,000"
    last = page.select(".pager__link[aria-label]")[-1]
    assert "page=200" in str(last["href"])
