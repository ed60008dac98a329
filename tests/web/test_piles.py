"""Tasks that are alike as one line each: what it says, opening it, and deciding all of it."""

import re
from dataclasses import replace
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, Put, parsed, words
from tests.web.pressing import press

GROUPS = ["alike", "person", "requester", "source", "type"]


@pytest.fixture
def heavy(as_user: AsUser, read_lists: None) -> Browser:
    browser = as_user("heavy")
    browser.get("/?find=1&page=2")
    return browser


def piles(page: BeautifulSoup) -> list[Tag]:
    return page.select("article.pile")


def singles(page: BeautifulSoup) -> list[str]:
    return [str(row["id"]).removeprefix("item-") for row in page.select("article[data-task]")]


def opened(browser: Browser, pile: Tag, size: int = 250) -> BeautifulSoup:
    address = str(pile.select_one(".pile__rows [hx-get]")["hx-get"])
    return parsed(browser.fragment(f"{address}&size={size}"))


def waiting(sandbox: Sandbox, browser: Browser) -> list[str]:
    return sandbox.world.queue(browser.persona_id, done=False)


@pytest.mark.parametrize("group", GROUPS)
def test_each_task_stands_in_one_pile_or_alone(
    heavy: Browser, sandbox: Sandbox, group: str
) -> None:
    sandbox.calls.clear()
    found: list[str] = []
    page = parsed(heavy.get(f"/?group={group}&size=250"))
    assert piles(page)
    while True:
        found += singles(page)
        for pile in piles(page):
            rows = inside(heavy, pile)
            count = int(re.sub(r"\D", "", words(pile.select_one(".pile__facts span"))))
            assert (len(rows), len(rows) > 1) == (count, True)
            found += rows
        if not (link := page.select_one("a[rel=next]")):
            break
        page = parsed(heavy.get(str(link["href"])))
    assert sorted(found) == sorted(waiting(sandbox, heavy))
    assert [call for call in sandbox.api_calls if call.path.endswith("work-items")] == []


def inside(browser: Browser, pile: Tag) -> list[str]:
    """All rows of a pile, as its own list has them."""
    link = pile.select_one("a[href*='pile=']")
    page = parsed(browser.get(f"{link['href']}&size=250"))
    rows = singles(page)
    while link := page.select_one("a[rel=next]"):
        page = parsed(browser.get(str(link["href"])))
        rows += singles(page)
    return rows


def test_what_a_pile_shares_is_said_in_one_sentence(heavy: Browser) -> None:
    titles = [words(one) for one in parsed(heavy.get("/?group=alike")).select(".pile__title")]
    assert any(re.fullmatch(r"Give .+ to \d+ people on .+", one) for one in titles)
    assert not any("and 2 more" in one for one in titles)
    sources = [words(one) for one in parsed(heavy.get("/?group=source")).select(".pile__title")]
    assert len(sources) == len(set(sources)) > 3


def test_a_pile_is_opened_in_its_place_with_the_buttons_of_each_task(heavy: Browser) -> None:
    pile = piles(parsed(heavy.get("/?group=type&type=Approval")))[0]
    shown = opened(heavy, pile, 25)
    assert shown.select_one("html") is None
    assert len(shown.select("article[data-task]")) == 25
    assert shown.select("[data-key=a]")
    assert words(shown).endswith("the list has all of them.")


def test_its_buttons_lead_to_a_confirmation_of_what_this_page_lists(heavy: Browser) -> None:
    page = parsed(heavy.get("/?group=alike&type=Approval&q=vpn"))
    form = piles(page)[0].select_one("form[method=post]")
    for button in form.select("button"):
        url = urlsplit(str(button["formaction"]))
        verb = url.path.split("/")[-2]
        sent = parse_qs(url.query)
        assert verb in {"approve", "reject", "forward"}
        assert {"all": ["1"], "type": ["Approval"], "q": ["vpn"]}.items() <= sent.items()
        assert sent["shown"] == ["1"]
        assert str(button["aria-label"]).startswith(words(button))
        sure = heavy.post(str(button["formaction"]), {})
        assert sure.status_code == 200
        assert words(parsed(sure).select_one("h1")).startswith(words(button).split()[0])


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("label", ["Approve", "Reject", "Forward"])
def test_a_press_on_them_asks_for_all_of_the_pile(heavy: Browser, label: str) -> None:
    pile = piles(parsed(heavy.get("/?group=alike&type=Approval&q=vpn")))[0]
    (name,) = [words(one) for one in pile.select("button") if words(one).startswith(label)]
    response = press(heavy, pile, name, htmx=False)
    assert response.status_code == 200, words(parsed(response))
    assert words(parsed(response).h1).startswith(name.split()[0])


def test_what_was_completed_is_piled_and_not_decided(as_user: AsUser, read_lists: None) -> None:
    page = parsed(as_user("heavy").get("/?tab=completed&group=alike"))
    assert piles(page)
    assert page.select("form.pile__actions") == []


def test_a_walk_through_piles_passes_over_none(heavy: Browser, sandbox: Sandbox, put: Put) -> None:
    """However many of their tasks leave on the way."""
    random = Random(4)  # noqa: S311
    every = {mark_of(pile) for pile in piles(parsed(heavy.get("/?group=person&size=250")))}
    page = parsed(heavy.get("/?group=person&size=25"))
    seen = {mark_of(pile) for pile in piles(page)}
    assert len(every) > 50
    while link := page.select_one("a[rel=next]"):
        for pile in random.sample(piles(page), min(3, len(piles(page)))):
            for row in inside(heavy, pile)[:2]:
                put(key=row, item_id=row, owner_id=heavy.persona_id, sent_at=timezone.now())
                sandbox.world.put(replace(sandbox.world.get(row), done=True))
        page = parsed(heavy.get(str(link["href"])))
        seen |= {mark_of(pile) for pile in piles(page)}
    assert seen >= every


def mark_of(pile: Tag) -> str:
    return str(pile["aria-labelledby"])


@pytest.mark.parametrize(
    "query", ["pile=AAAAAA", "group=alike&pile=no", "group=source&pile=~~~~~~"]
)
def test_a_pile_that_is_not_there_is_an_empty_list_with_a_way_out(
    heavy: Browser, query: str
) -> None:
    page = parsed(heavy.get(f"/?{query}"))
    if "group" in query:
        assert singles(page) == []
        assert "No task matches." in words(page.select_one("#tasks"))
    else:  # without a group there is no pile
        assert singles(page)


@pytest.mark.usefixtures("read_lists")
@pytest.mark.parametrize(
    ("label", "title", "ticks"),
    [("Approve 5 of 6", "Approve 5 of 6 tasks", 1), ("Forward 6", "Forward 6 tasks", 0)],
)
def test_the_buttons_of_a_pile_ask_for_all_that_it_lists(
    approver: Browser, label: str, title: str, ticks: int
) -> None:
    page = parsed(approver.get("/?group=type&find=1"))
    pile = next(one for one in piles(page) if label in words(one))
    question = parsed(press(approver, pile, label, htmx=False))
    assert words(question.h1) == title
    assert len(question.select("[name=include]:not([checked])")) == ticks
