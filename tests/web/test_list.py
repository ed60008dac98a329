"""The dashboard: the displayed queue, and the number of upstream calls."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.signin.models import Session
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import poll, press, row_of

pytestmark = pytest.mark.django_db
RANGE = "1\N{EN DASH}{} of {}"
SUMMARY = "/v2024/work-items/summary"


def numbers(page: BeautifulSoup) -> tuple[int, int]:
    """What the tabs say; badge and tabs are checked to agree."""
    tabs = [int(words(page.select_one(f"#count-{which}"))) for which in ("open", "completed")]
    badge = [int(field["value"]) for field in page.select("#badge input[name]")[-2:]]
    assert badge == tabs
    return tabs[0], tabs[1]


def test_the_pending_tab_lists_what_waits(approver: Browser, sandbox: Sandbox) -> None:
    page = parsed(approver.get("/"))
    assert words(page.select_one("#tabs [aria-current=page]")).startswith("Pending")
    rows = page.select("article[data-task]")
    assert len(rows) == int(words(page.select_one("#count-open")))
    titles = [words(row.select_one("h2")) for row in rows]
    assert "Choose the mailbox for Camille Rousseau" in titles
    assert "Your deputy for access decisions left the company; name another one" in titles


def test_a_row_says_who_asks_and_how_long_it_waits(approver: Browser) -> None:
    row = parsed(approver.get("/")).select_one("article[data-task]")
    assert row is not None
    assert "waiting" in words(row.select_one("time"))
    assert row.select_one("time[datetime][title]") is not None


def test_a_row_says_how_far_it_is(approver: Browser) -> None:
    assert "1 of 3 decided" in words(parsed(approver.get("/")))


def test_the_page_costs_two_calls_and_always_names_its_owner(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.calls.clear()
    approver.get("/")
    calls = sandbox.api_calls
    assert sorted(call.path for call in calls) == ["/v2024/work-items", "/v2024/work-items/summary"]
    assert all(call.query["ownerId"] == approver.persona_id for call in calls)


def test_the_two_calls_run_side_by_side(approver: Browser, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/work-items", latency=1.0, times=2)
    start = time.perf_counter()
    approver.get("/")
    assert time.perf_counter() - start < 1.9  # in sequence they would take two seconds


@pytest.mark.usefixtures("read_lists")
def test_a_page_of_the_heavy_queue_costs_no_call(as_user: AsUser, sandbox: Sandbox) -> None:
    """The list is read once, 250 rows a call."""
    heavy = as_user("heavy")
    sandbox.calls.clear()
    heavy.get("/?tab=completed")
    assert len(sandbox.api_calls) == 2 + 10_000 / 250
    sandbox.calls.clear()
    page = parsed(heavy.get("/?tab=completed&page=7"))
    assert sandbox.api_calls == []
    assert len(page.select("article[data-task]")) == 50
    assert words(page.select_one(".tasks__range")).replace(",", "").endswith("350 of 10000")


@pytest.mark.usefixtures("read_lists")
def test_the_tab_and_the_page_live_in_the_address(as_user: AsUser) -> None:
    page = parsed(as_user("heavy").get("/?tab=completed&page=2"))
    assert words(page.select_one("#tabs [aria-current=page]")).startswith("Completed")
    assert words(page.select_one(".pager [aria-current=page]")) == "2"
    assert "tab=completed" in page.select_one(".pager a[rel=next]")["href"]


def test_htmx_gets_the_list_and_the_numbers_but_no_page(approver: Browser) -> None:
    response = approver.fragment("/?tab=completed")
    fragment = parsed(response)
    assert fragment.select_one("html") is None
    assert fragment.select_one("#tasks") is not None
    assert {tag["id"] for tag in fragment.select("[hx-swap-oob]")} >= {"tabs", "badge", "detail"}


def test_page_and_fragment_show_the_same_rows(approver: Browser) -> None:
    def titles(html: object) -> list[str]:
        return [words(title) for title in parsed(html).select("article[data-task] h2")]

    assert titles(approver.get("/")) == titles(approver.fragment("/"))


@pytest.mark.parametrize("path", ["/", "/?tab=completed", "/people/?q=an", "/counts/"])
def test_nothing_signed_in_is_kept_by_anybody(approver: Browser, path: str) -> None:
    response = approver.get(path)
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_an_empty_queue_says_so(as_user: AsUser) -> None:
    empty = as_user("empty")
    assert "All clear. Nothing waits for you." in words(parsed(empty.get("/")))
    assert "Nothing has been completed yet." in words(parsed(empty.get("/?tab=completed")))


@pytest.mark.usefixtures("read_lists")
def test_a_page_past_the_end_says_so(approver: Browser) -> None:
    response = approver.get("/?page=99")
    assert "There is no page this far." in words(parsed(response))


@pytest.mark.usefixtures("read_lists")
@pytest.mark.parametrize("tab", ["pending", "completed"])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_page_that_is_refused_as_past_the_end_is_no_page_this_far(
    as_user: AsUser, sandbox: Sandbox, tab: str, htmx: bool
) -> None:
    heavy = as_user("heavy")
    sandbox.behaviour.refuses_past_end = True
    get = heavy.fragment if htmx else heavy.get
    response = get(f"/?tab={tab}&page=201")
    page = parsed(response)
    assert response.status_code == 200
    assert "There is no page this far." in words(page)
    assert "Try again" not in words(page)
    last = 40 if tab == "pending" else 200
    links = {words(link): link["href"] for link in page.select(".empty a")}
    assert links["Go to the last page"] == f"/?tab={tab}&page={last}"
    assert parsed(get(links["Go to the last page"])).select("article[data-task]")


@pytest.mark.usefixtures("read_lists")
def test_the_pager_ends_where_lists_do_once_that_is_known(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    heavy = as_user("heavy")
    sandbox.behaviour.largest_offset = 749
    refused = parsed(heavy.get("/?page=16"))
    assert "SailPoint does not show its lists this far back." in words(refused)
    links = {words(link): link["href"] for link in refused.select(".empty a")}
    assert links["Go to the last page"] == "/?page=15"
    last = parsed(heavy.get("/?page=15"))
    assert len(last.select("article[data-task]")) == 50
    assert last.select_one("a[rel=next]") is None
    assert words(last.select(".pager a")[-1]) == "15"


def test_another_refusal_of_a_list_is_still_told_as_one(
    approver: Browser, sandbox: Sandbox
) -> None:
    for path, status in (("/", 400), ("/?page=2", 409)):
        sandbox.fault("GET", "/work-items$", status=status)
        assert "SailPoint refused" in words(parsed(approver.get(path)))


@pytest.mark.parametrize("query", ["tab=other", "page=0", "page=x", "page=-1"])
def test_an_address_that_makes_no_sense_is_refused_in_words(
    approver: Browser, sandbox: Sandbox, query: str
) -> None:
    sandbox.calls.clear()
    response = approver.get(f"/?{query}")
    assert response.status_code == 400
    assert "no such page" in words(parsed(response))
    assert sandbox.api_calls == []


def test_every_odd_row_shows_and_no_markup_of_it_comes_alive(as_user: AsUser) -> None:
    response = as_user("odd").get("/")
    page = parsed(response)
    assert response.status_code == 200
    assert len(page.select("article.task")) == 20
    assert "cannot be read" in words(page)
    assert "QuantumReview" in words(page)
    assert not page.select("main img, script:not([src])")
    assert "<script>alert(1)</script>" in words(page)


def test_the_badge_missing_does_not_take_the_list_with_it(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.fault("GET", "/summary", status=500, times=5)
    page = parsed(approver.get("/"))
    assert page.select("article[data-task]")
    assert words(page.select_one("#count-completed")) == ""
    assert "completed" not in words(page.select_one("#badge"))


def test_the_numbers_refresh_with_one_call(approver: Browser, sandbox: Sandbox) -> None:
    page = parsed(approver.get("/"))
    sandbox.calls.clear()
    assert poll(approver, page).status_code == 304
    assert [call.path for call in sandbox.api_calls] == [SUMMARY]


def test_each_page_is_told_when_to_ask_again(approver: Browser) -> None:
    page = parsed(approver.get("/"))
    told = [int(page.select_one("#badge")["data-next-poll"])]
    told += [int(poll(approver, page)["Next-Poll"]) for _ in range(5)]
    assert all(54 <= seconds <= 67 for seconds in told)


def test_news_change_the_numbers_and_say_so(approver: Browser, sandbox: Sandbox) -> None:
    waiting, done = numbers(parsed(approver.get("/")))
    sandbox.calls.clear()
    fragment = parsed(approver.fragment(f"/counts/?open={waiting - 2}&completed={done}"))
    assert "2 new tasks" in words(fragment.select_one("#status"))
    assert words(fragment.select_one("#count-open")) == str(waiting)
    assert [call.path for call in sandbox.api_calls] == [SUMMARY]


def test_one_that_leaves_as_another_comes_changes_what_was_completed(approver: Browser) -> None:
    waiting, done = numbers(parsed(approver.get("/")))
    fragment = parsed(approver.fragment(f"/counts/?open={waiting}&completed={done - 1}"))
    assert numbers(fragment) == (waiting, done)
    assert "1 new task." in words(fragment.select_one("#status"))


def test_the_range_says_the_same_number_as_the_badge(approver: Browser, sandbox: Sandbox) -> None:
    page = parsed(approver.get("/"))
    waiting, done = numbers(page)
    assert words(page.select_one("#range")) == RANGE.format(waiting, waiting)
    answer = parsed(press(approver, row_of(page, "Treasury to"), "Approve"))
    assert numbers(answer) == (waiting - 1, done + 1)
    assert words(answer.select_one("#range")) == RANGE.format(waiting - 1, waiting - 1)
    assert poll(approver, answer).status_code == 304
    key = sandbox.world.queue(approver.persona_id, done=False)[0]
    sandbox.world.put(replace(sandbox.world.get(key), owner="somebody"))
    again = parsed(poll(approver, answer))
    assert words(again.select_one("#range")) == RANGE.format(waiting - 2, waiting - 2)


@pytest.mark.parametrize("tab", ["pending", "completed"])
def test_a_list_and_a_summary_that_disagree_are_shown_as_one_number(
    approver: Browser, sandbox: Sandbox, tab: str
) -> None:
    waiting, done = numbers(parsed(approver.get("/")))
    fewer = {"open": waiting - 1, "completed": done - 1, "total": waiting + done - 2}
    sandbox.fault("GET", "/summary$", body=json.dumps(fewer))
    page = parsed(approver.get(f"/?tab={tab}"))
    is_pending = tab == "pending"
    listed = waiting if is_pending else done
    assert words(page.select_one("#range")).endswith(f" of {listed}")
    assert numbers(page) == ((waiting, done - 1) if is_pending else (waiting - 1, done))


def test_the_range_of_the_completed_list_counts_what_was_completed(approver: Browser) -> None:
    page = parsed(approver.get("/?tab=completed"))
    _, done = numbers(page)
    page.select_one("#badge [name=completed]")["value"] = str(done - 1)
    page.select_one("#badge [data-etag]")["data-etag"] = "another"
    assert words(parsed(poll(approver, page)).select_one("#range")).endswith(f" of {done}")


def test_a_page_without_a_list_gets_no_range(approver: Browser) -> None:
    assert parsed(approver.fragment("/counts/?open=1&completed=1")).select_one("#range") is None


def test_an_open_page_that_refreshes_itself_is_not_use(approver: Browser) -> None:
    soon = timezone.now() + timedelta(seconds=30)
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=5), expire_date=soon)
    approver.fragment("/counts/?open=1&completed=1")
    assert Session.objects.get().expire_date == soon
    approver.get("/")
    assert Session.objects.get().expire_date > soon
