"""Next leads on to rows that nobody has seen, whatever has left the list meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, Put, parsed, reads, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]
Decide = Callable[[Iterable[str]], None]
MOVED = "Tasks have left the list, and the ones after them have moved up to this page."


@pytest.fixture
def heavy(as_user: AsUser, settings: LazySettings) -> Browser:
    settings.PAGE_SIZE = 20
    return as_user("heavy")


@pytest.fixture
def listed(heavy: Browser, sandbox: Sandbox) -> list[str]:
    """What waits, in the order of the list."""
    return list(sandbox.world.queue(heavy.persona_id, done=False))


@pytest.fixture
def decide(heavy: Browser, sandbox: Sandbox, put: Put) -> Decide:
    """These are decided here: they leave the list at once, without its being read anew."""

    def leave_here(keys: Iterable[str]) -> None:
        for key in keys:
            put(key=key, item_id=key, owner_id=heavy.persona_id, sent_at=timezone.now())
            leave(sandbox, [key])

    return leave_here


def leave(sandbox: Sandbox, keys: Iterable[str]) -> None:
    """These are decided elsewhere: they stand in the list until it is read anew."""
    for key in keys:
        sandbox.world.put(replace(sandbox.world.get(key), done=True))


def come(sandbox: Sandbox, keys: Iterable[str]) -> None:
    """These come back, at the places where they were."""
    for key in keys:
        sandbox.world.put(replace(sandbox.world.get(key), done=False))


def rows(page: BeautifulSoup) -> list[str]:
    return [str(row["id"]).removeprefix("item-") for row in page.select("article[data-task]")]


def number(page: BeautifulSoup) -> int:
    return int(words(page.select_one(".pager [aria-current=page]")))


def follow(browser: Browser, page: BeautifulSoup, rel: str = "next") -> BeautifulSoup:
    return parsed(browser.get(str(page.select_one(f"a[rel={rel}]")["href"])))


def read_anew(browser: Browser) -> None:
    assert browser.post("/index/").status_code == 302


def test_where_nothing_has_moved_the_next_page_costs_no_call(
    heavy: Browser, sandbox: Sandbox, listed: list[str]
) -> None:
    page = parsed(heavy.get("/"))
    sandbox.calls.clear()
    for first in (20, 40, 60):
        page = follow(heavy, page)
        assert rows(page) == listed[first : first + 20]
        assert MOVED not in words(page)
        assert words(page.select_one("#range")).startswith(
            f"{first + 1}\N{EN DASH}{first + 20} of "
        )
    assert reads(sandbox) == []


def test_rows_that_move_up_are_shown_on_the_page_before_which_says_so(
    heavy: Browser, sandbox: Sandbox, listed: list[str], decide: Decide
) -> None:
    first = parsed(heavy.get("/"))
    decide(listed[3:10])
    sandbox.calls.clear()
    again = follow(heavy, first)
    assert (number(again), rows(again)) == (1, [*listed[:3], *listed[10:27]])
    assert MOVED in words(again)
    second = follow(heavy, again)
    assert (number(second), rows(second)) == (2, listed[27:47])
    assert MOVED not in words(second)
    assert reads(sandbox) == []


def test_what_others_decide_leaves_as_the_list_is_read_anew(
    heavy: Browser, sandbox: Sandbox, listed: list[str]
) -> None:
    first = parsed(heavy.get("/"))
    leave(sandbox, listed[3:10])
    assert rows(follow(heavy, first)) == listed[20:40]
    read_anew(heavy)
    again = follow(heavy, first)
    assert (number(again), rows(again)) == (1, [*listed[:3], *listed[10:27]])


@pytest.mark.parametrize("is_here", [True, False], ids=["here", "elsewhere"])
@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (range(20), 1),  # the whole page
        (range(19, 20), 1),  # its last row
        (range(12, 20), 1),
        (range(1), 1),
        (range(15, 30), 1),  # some that nobody has seen as well
    ],
)
def test_no_row_is_passed_over_however_many_have_left(
    heavy: Browser,
    sandbox: Sandbox,
    listed: list[str],
    decide: Decide,
    left: range,
    shown: int,
    is_here: bool,
) -> None:
    first, keys = parsed(heavy.get("/")), [listed[at] for at in left]
    if is_here:
        decide(keys)
    else:
        leave(sandbox, keys)
        read_anew(heavy)
    page = follow(heavy, first)
    unseen = [key for at, key in enumerate(listed[:60]) if at >= 20 and at not in left]
    assert (number(page), unseen[0] in rows(page)) == (shown, True)


def test_as_many_may_come_as_have_left(heavy: Browser, sandbox: Sandbox, listed: list[str]) -> None:
    """The list is as long as before: a number would not tell."""
    come_later = listed[100:110]
    leave(sandbox, come_later)
    first = parsed(heavy.get("/"))
    leave(sandbox, listed[:10])
    come(sandbox, come_later)
    read_anew(heavy)
    assert listed[20] in rows(follow(heavy, first))


def test_a_whole_page_decided_leads_to_what_followed_it_and_not_to_the_beginning(
    heavy: Browser, listed: list[str], decide: Decide
) -> None:
    third = follow(heavy, follow(heavy, parsed(heavy.get("/"))))
    decide(listed[40:60])
    page = follow(heavy, third)
    assert (number(page), rows(page)) == (3, listed[60:80])


def test_what_was_decided_on_pages_before_does_not_lead_back_to_them(
    heavy: Browser, listed: list[str], decide: Decide
) -> None:
    """As when decisions are held for some seconds, and sent on the next page."""
    third = follow(heavy, follow(heavy, parsed(heavy.get("/"))))
    decide([listed[2], listed[25]])
    page = follow(heavy, third)
    assert (number(page), rows(page)) == (3, listed[42:62])


def test_where_no_seen_row_is_left_the_list_begins_again(
    heavy: Browser, listed: list[str], decide: Decide
) -> None:
    far = parsed(heavy.get("/?page=40"))
    decide(listed[39 * 20 : 40 * 20])
    page = follow(heavy, far)
    assert (number(page), MOVED in words(page)) == (1, True)


def test_rows_that_come_before_are_no_reason_to_go_back(
    heavy: Browser, sandbox: Sandbox, listed: list[str]
) -> None:
    leave(sandbox, listed[:5])
    first = parsed(heavy.get("/"))
    come(sandbox, listed[:5])
    read_anew(heavy)
    page = follow(heavy, first)
    assert (number(page), rows(page)) == (2, listed[20:40])


def test_previous_passes_over_nothing_either(
    heavy: Browser, sandbox: Sandbox, listed: list[str], decide: Decide
) -> None:
    page = parsed(heavy.get("/?page=5"))
    seen = set(rows(page))
    for left in (listed[85:90], listed[3:9], listed[60:62], listed[30:40]):
        decide(left)
        page = follow(heavy, page, "prev")
        seen |= set(rows(page))
    waiting = set(sandbox.world.queue(heavy.persona_id, done=False))
    assert seen >= set(listed[:100]) & waiting


@pytest.mark.parametrize(
    ("size", "seed", "pages"), [(1, 1, 12), (7, 2, 12), (7, 3, 12), (60, 4, 6), (250, 5, 3)]
)
def test_a_walk_through_a_list_that_shrinks_passes_over_no_row(
    heavy: Browser,
    sandbox: Sandbox,
    settings: LazySettings,
    decide: Decide,
    size: int,
    seed: int,
    pages: int,
) -> None:
    settings.PAGE_SIZE, random = size, Random(seed)  # noqa: S311
    page = parsed(heavy.get("/"))
    seen = set(rows(page))
    for _ in range(pages):
        some = rows(page)
        if random.random() < 0.6:
            decide(random.sample(some, random.randint(1, min(12, len(some)))))
        elif random.random() < 0.3:
            decide(some)
        before, page = seen, follow(heavy, page)
        waiting = sandbox.world.queue(heavy.persona_id, done=False)
        unseen = next((at for at, key in enumerate(waiting) if key not in before), len(waiting))
        assert (number(page) - 1) * size <= unseen  # all rows before this page were seen
        seen = before | set(rows(page))


@pytest.mark.parametrize(
    ("narrowed", "matching"),
    [
        ("source=VPN&sort=oldest&size=100", 333),
        ("q=legacy&sort=newest&size=100", 333),
        ("type=Approval&sort=source&size=50", 286),
        ("effect=remove&source=Mainframe&sort=flagged&size=25", 143),
    ],
)
def test_next_passes_over_no_row_in_any_order_and_filter(
    heavy: Browser, sandbox: Sandbox, decide: Decide, narrowed: str, matching: int
) -> None:
    """All that matches is shown on the way: decided here, or elsewhere and the list read anew."""
    random, followed = Random(narrowed), 0  # noqa: S311
    page = parsed(heavy.get(f"/?{narrowed}"))
    seen = set(rows(page))
    while page.select_one("a[rel=next]"):
        if random.random() < 0.4:
            decide(random.sample(rows(page), 5))
        elif random.random() < 0.3:
            waiting = [key for key in rows(page) if not sandbox.world.get(key).done]
            leave(sandbox, random.sample(waiting, 3))
            read_anew(heavy)
        page, followed = follow(heavy, page), followed + 1
        seen |= set(rows(page))
        assert followed < 30
    assert (len(seen), followed > 1) == (matching, True)


def test_the_answer_has_the_address_of_the_page_that_it_shows(
    heavy: Browser, listed: list[str], decide: Decide
) -> None:
    first = parsed(heavy.get("/"))
    onward = str(first.select_one("a[rel=next]")["href"])
    assert heavy.fragment(onward)["HX-Push-Url"] == "/?page=2"
    decide(listed[:1])
    assert heavy.fragment(onward)["HX-Push-Url"] == "/?tab=pending"
    assert "HX-Push-Url" not in heavy.get(onward)


def test_an_order_stays_in_the_address_of_the_page_that_is_shown(
    heavy: Browser, decide: Decide
) -> None:
    first = parsed(heavy.get("/?sort=newest&source=VPN"))
    onward = str(first.select_one("a[rel=next]")["href"])
    decide(rows(first)[:1])
    assert heavy.fragment(onward)["HX-Push-Url"] == "/?source=VPN&sort=newest"


def test_without_javascript_a_decision_leads_back_to_the_page_as_it_is_now(
    heavy: Browser, sandbox: Sandbox, listed: list[str]
) -> None:
    """Not to the page that what has left meanwhile would lead to from the page before."""
    onward = str(parsed(heavy.get("/")).select_one("a[rel=next]")["href"])
    heavy.get(onward)
    answer = heavy.post(
        f"/work-items/{listed[25]}/complete/",
        {"confirmed": "1"},
        headers={"Referer": f"http://localhost:8000{onward}"},
    )
    assert answer["Location"] == "/?page=2"


@pytest.mark.parametrize("after", ["x", "~" * 6, "%00" * 6, "a" * 5000])
def test_an_address_that_somebody_made_up_breaks_nothing(heavy: Browser, after: str) -> None:
    assert heavy.get(f"/?page=2&after={after}").status_code in {200, 400}
