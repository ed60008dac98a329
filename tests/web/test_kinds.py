"""The kinds of tasks above a framed list: a link with a number for each, once it has been read."""

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]
FRAMED = {"Sec-Fetch-Dest": "iframe"}
BAR = "nav[aria-label=Type] a"


@pytest.fixture(autouse=True)
def framing(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)


def frame(browser: Browser, path: str = "/widget/") -> BeautifulSoup:
    return parsed(browser.get(path, headers=FRAMED))


def bar(page: BeautifulSoup) -> dict[str, tuple[int, str]]:
    found = {}
    for link in page.select(BAR):
        number = words(link.select_one(".chip__count"))
        name = words(link).removesuffix(number).strip()
        found[name] = (int(number.replace(",", "")), str(link["href"]))
    return found


def test_each_kind_shows_as_many_tasks_as_it_says_and_costs_no_call(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    heavy = as_user("heavy")
    frame(heavy, "/widget/?sort=newest")
    sandbox.calls.clear()
    kinds = bar(frame(heavy, "/widget/?sort=newest"))
    assert list(kinds) == ["All", "Manual task", "Approval"]
    total = kinds.pop("All")[0]
    assert total == sum(count for count, _href in kinds.values()) == 2000
    for count, href in kinds.values():
        page = frame(heavy, href)
        assert f"of {count:,} found" in words(page.select_one("#range"))
        assert parse_qs(urlsplit(href).query)["sort"] == ["newest"]
        assert [words(one) for one in page.select(f"{BAR}[aria-current]")] != []
        assert bar(page).keys() == {"All", *kinds}
    assert [call for call in sandbox.api_calls if not call.path.endswith("summary")] == []


def test_a_frame_has_no_bar_before_its_list_is_read_and_the_page_has_none(
    approver: Browser,
) -> None:
    assert bar(frame(approver)) == {}
    assert bar(frame(approver, "/widget/?q=mailbox")).keys() > {"All", "Approval"}
    assert bar(parsed(approver.get("/?q=mailbox"))) == {}
