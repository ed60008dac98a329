"""Where letters are keys, and the sheet that names them."""

import pytest
from django.conf import LazySettings

from tests.web.conftest import Browser, parsed, words
from tests.web.test_widget import HOST, frame
from workitems.models import PersonSettings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def framed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = [HOST]


@pytest.mark.parametrize(
    ("query", "is_on"), [("", False), ("?keys=0", False), ("?keys=yes", False), ("?keys=1", True)]
)
def test_a_frame_has_keys_where_its_host_page_says_so(
    approver: Browser, query: str, is_on: bool
) -> None:
    page = parsed(frame(approver, f"/widget/{query}"))
    assert (page.select_one("html[data-keys]") is not None) is is_on
    assert (page.select_one("[data-sheet]") is not None) is is_on


def test_who_has_switched_keys_off_has_none_anywhere(approver: Browser) -> None:
    assert parsed(approver.get("/")).select_one("html[data-keys]")
    approver.post("/settings/", {"undo": ""})
    assert not PersonSettings.objects.get().has_keys
    for page in (parsed(approver.get("/")), parsed(frame(approver, "/widget/?keys=1"))):
        assert page.select_one("html[data-keys]") is None
    sheet = parsed(approver.get("/keys/"))
    assert "The keys of one letter are switched off." in words(sheet.select_one("main"))


def test_the_sheet_is_a_page_of_its_own_without_javascript(approver: Browser) -> None:
    link = parsed(approver.get("/")).select_one("#person-menu [data-sheet]")
    assert link is not None
    page = parsed(approver.get(str(link["href"])))
    assert words(page.select_one("main h1")) == "Keys"
    lines = [words(line) for line in page.select("main tbody tr")]
    assert {"A Approve", "G P Show the pending tasks", "? Show this sheet"} <= set(lines)
