"""Where nothing is pending: what was completed last, for one call more in that state alone."""

import pytest
from django.conf import LazySettings

from sandbox.handle import Sandbox
from tests.e2e.reading import finish_all
from tests.web.conftest import AsUser, Browser, parsed, words

CLEAR = "All clear. Nothing waits for you."
FRAMED = {"Sec-Fetch-Dest": "iframe"}


def reads(sandbox: Sandbox) -> list[str]:
    return sorted(call.path.rpartition("/")[2] for call in sandbox.api_calls)


@pytest.fixture
def clear(approver: Browser, sandbox: Sandbox) -> Browser:
    finish_all(sandbox, "approver")
    sandbox.calls.clear()
    return approver


def test_what_only_serves_a_list_with_tasks_is_left_out(clear: Browser) -> None:
    tools = words(parsed(clear.get("/")).select_one(".tasks__tools"))
    assert tools == ""
    assert "Filter and sort" in words(parsed(clear.get("/?tab=completed")))


@pytest.mark.parametrize("htmx", [True, False])
def test_it_shows_the_last_three_that_were_completed(
    clear: Browser, sandbox: Sandbox, htmx: bool
) -> None:
    page = parsed((clear.fragment if htmx else clear.get)("/"))
    assert CLEAR in words(page.select_one(".empty"))
    assert reads(sandbox) == ["completed", "summary", "work-items"]
    asked = next(call for call in sandbox.api_calls if call.path.endswith("/completed"))
    assert asked.query["limit"] == "3"
    shown = page.select(".empty li")
    rows = parsed(clear.get("/?tab=completed")).select("#tasks .task")[:3]
    assert [words(one.a) for one in shown] == [words(row.h2) for row in rows]
    assert [one.a["href"] for one in shown] == [row.a["href"] for row in rows]  # type: ignore[index]
    for one, row in zip(shown, rows, strict=True):
        assert words(row.select_one(".state")) in words(one)
        assert words(one.time) == words(row.time)
    assert page.select_one(".empty a[href='/?tab=completed']") is not None


def test_a_page_with_tasks_and_one_without_any_completed_cost_no_more(
    approver: Browser, as_user: AsUser, sandbox: Sandbox
) -> None:
    sandbox.calls.clear()
    approver.get("/")
    assert reads(sandbox) == ["summary", "work-items"]
    empty = as_user("empty")
    sandbox.calls.clear()
    assert not parsed(empty.get("/")).select(".empty li")
    assert reads(sandbox) == ["summary", "work-items"]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_the_page_does_without_them_where_that_call_fails(
    clear: Browser, sandbox: Sandbox, status: int
) -> None:
    sandbox.fault("GET", "/completed$", status=status, times=9)
    response = clear.get("/")
    assert response.status_code == 200
    page = parsed(response)
    assert CLEAR in words(page)
    assert not page.select(".empty li")


def test_a_widget_that_has_just_been_opened_costs_one_call(
    clear: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    page = parsed(clear.get("/widget/", headers=FRAMED))
    assert CLEAR in words(page)
    assert reads(sandbox) == ["work-items"]
    again = parsed(clear.fragment("/widget/", **FRAMED))
    links = [str(one["href"]) for one in again.select(".empty li a")]
    assert len(links) == 3
    assert all(link.startswith("/widget/work-items/") for link in links)


def test_in_somebody_elses_queue_it_speaks_of_the_queue(
    clear: Browser, admin: Browser, sandbox: Sandbox
) -> None:
    owner = sandbox.persona("approver").id
    page = parsed(admin.get(f"/?owner={owner}"))
    assert "All clear. Nothing waits here." in words(page)
    links = [str(one["href"]) for one in page.select(".empty li a")]
    assert len(links) == 3
    assert all(link.endswith(f"?owner={owner}") for link in links)
