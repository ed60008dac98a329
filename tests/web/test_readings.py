"""What a page says of how much of its list is read, and of what went wrong with it."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.signin.request import person_in, session_row
from taskmanager.signin.token_store import TokenStore
from tests.web.conftest import AsUser, Browser, Put, parsed, reads, words
from tests.web.pressing import press
from tests.web.test_decide import single
from workitems.domain.facts import Judge
from workitems.domain.policy import Policy
from workitems.domain.queue_query import Tab
from workitems.domain.readings import Reading
from workitems.domain.snapshots import Builder
from workitems.isc.budget import Purpose
from workitems.models import Attempt, QueueSnapshot
from workitems.scope import QueueScope
from workitems.services.reader import LONGEST_PAGE
from workitems.snapshot_store import SnapshotStore, Turn
from workitems.wiring import services_for

pytestmark = pytest.mark.django_db
LIST = "/work-items$"


@pytest.fixture
def heavy(as_user: AsUser) -> Browser:
    return as_user("heavy")


def line(browser: Browser, address: str = "/index/") -> str:
    return words(parsed(browser.fragment(address)).select_one("#index"))


def rows(page: BeautifulSoup) -> list[str]:
    return [str(row["id"]).removeprefix("item-") for row in page.select("article[data-task]")]


def leave(sandbox: Sandbox, *keys: str) -> None:
    for key in keys:
        sandbox.world.put(replace(sandbox.world.get(key), done=True))


def turn_of(browser: Browser) -> Turn:
    person = person_in(browser.session)
    assert person is not None
    scope = QueueScope.requested(person, "")
    turn = SnapshotStore(scope, session_row(browser.session)).claim(Tab.PENDING)
    assert turn is not None
    return turn


def publish(turn: Turn, rows: int) -> bool:
    """As a reader does that has come so far."""
    scope, session = turn.store.scope, turn.store.session
    reader = services_for(TokenStore(session), scope, Purpose.BACKGROUND).reader
    policy = Policy(django_settings.TYPE_COMMANDS)
    builder = Builder(Judge(django_settings.FLAG_RULES, policy, scope.actor.id).facts_of, 1)
    for offset in range(0, rows, LONGEST_PAGE):
        page = reader.rows(turn.tab, offset, min(rows - offset, LONGEST_PAGE))
        builder.add(page.items)
    part = builder.built(Reading(1, time.time(), page.total))
    return turn.progress(len(builder), page.total, part)


def between_pages(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, happens: Callable[[int], None]
) -> None:
    """The tenant's world changes after each page of it; `happens` gets the page's offset."""
    page = sandbox.world.page

    def changing(keys: Any, offset: int, limit: int) -> Any:
        entries = page(keys, offset, limit)
        happens(offset)
        return entries

    monkeypatch.setattr(sandbox.world, "page", changing)


def test_a_search_covers_what_is_read_so_far(heavy: Browser, sandbox: Sandbox) -> None:
    assert publish(turn_of(heavy), 250)
    sandbox.calls.clear()
    page = parsed(heavy.get("/?source=VPN"))
    assert len(rows(page)) == 41
    status = "Reading 250 of 2,000: a search covers those."
    assert words(page.select_one("#index")) == status
    bar = page.select_one("#index progress")
    assert (bar["value"], bar["max"]) == ("250", "2000")
    assert page.select_one("#index")["hx-trigger"] == "every 2s"
    assert line(heavy) == status
    assert reads(sandbox) == []


@pytest.mark.parametrize("group", ["", "&group=requester"])
def test_a_later_page_of_a_search_waits_for_its_rows(
    heavy: Browser, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    """Whoever follows a shared link, or reloads, while the list is read."""
    turn = turn_of(heavy)
    publish(turn, 250)
    read = iter(range(500, 2001, 250))
    monkeypatch.setattr(time, "sleep", lambda _seconds: publish(turn, next(read)))
    page = parsed(heavy.get(f"/?source=VPN&size=25&page=3{group}"))
    assert page.select("article[data-task], [data-pile]")
    assert words(page.select_one("#index")).startswith("Reading 500 of 2,000")


def test_rows_that_are_read_and_not_kept_yet_are_not_said_to_be_covered(heavy: Browser) -> None:
    turn = turn_of(heavy)
    publish(turn, 250)
    turn.progress(750, 2000, None)
    told = "Reading 750 of 2,000: a search covers the first 250."
    pages = [parsed(heavy.get(address)) for address in ("/", "/?q=vpn")]
    assert [words(page.select_one("#index")) for page in pages] == [told] * 2
    assert line(heavy) == told
    assert pages[0].select_one("#index progress")["value"] == "750"
    turn.give_up()
    told = "The rest of the list could not be read: a search covers 250 tasks."
    assert line(heavy) == words(parsed(heavy.get("/")).select_one("#index")) == told


@pytest.mark.usefixtures("read_lists")
def test_a_slow_reading_does_not_write_the_list_with_each_page(
    heavy: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workitems.services.queue_reading.OFTEN", 0.0)  # each page takes longer
    written = []

    def weigh(execute: Any, sql: str, values: Any, *more: Any) -> Any:
        written.extend(len(one) for one in values or () if isinstance(one, bytes | memoryview))
        return execute(sql, values, *more)

    with connection.execute_wrapper(weigh):
        heavy.get("/")
    lists = [size for size in written if size > 10_000]
    assert len(lists) > 2
    assert sum(lists) < 3.5 * lists[-1]


def test_an_empty_result_of_a_part_is_not_the_last_word(heavy: Browser) -> None:
    publish(turn_of(heavy), 25)
    page = parsed(heavy.get("/?q=zebra"))
    assert "there may be one in what is to come" in words(page.select_one(".empty"))


@pytest.mark.usefixtures("read_lists")
def test_a_whole_list_says_when_it_was_read(heavy: Browser) -> None:
    page = parsed(heavy.get("/?find=1"))
    assert words(page.select_one("#index")) == "All 2,000 tasks, read just now."
    assert page.select_one("#index")["hx-trigger"] == "tasks:poll from:body"


@pytest.mark.usefixtures("read_lists")
@pytest.mark.parametrize(
    "how",
    [{"status": 500}, {"status": 403}, {"status": 429, "retry_after": 90}, {"drop": True},
     {"html": True}],
    ids=lambda how: next(f"{name} {value}" for name, value in how.items()),
)  # fmt: skip
def test_a_reading_that_fails_is_told_in_words_and_what_was_read_serves(
    heavy: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    assert publish(turn_of(heavy), 250)
    QueueSnapshot.objects.update(held_until=0.0)  # its reader is killed

    def second_page_fails(offset: int) -> None:
        if not offset:
            sandbox.fault("GET", LIST, times=9, **how)

    between_pages(sandbox, monkeypatch, second_page_fails)
    heavy.post("/index/")
    page = heavy.get("/?source=VPN")
    assert page.status_code == 200
    told = "The rest of the list could not be read: a search covers 250 tasks."
    assert words(parsed(page).select_one("#index")) == told
    assert len(rows(parsed(page))) == 41


@pytest.mark.usefixtures("read_lists")
def test_what_could_not_be_read_anew_is_searched_as_it_was(
    heavy: Browser, sandbox: Sandbox
) -> None:
    heavy.get("/?find=1")
    sandbox.fault("GET", LIST, status=500, times=9)
    heavy.post("/index/")
    page = parsed(heavy.get("/?source=VPN&size=250"))
    assert len(rows(page)) == 250
    status = "All tasks, read just now. They could not be read anew."
    assert words(page.select_one("#index")) == status


@pytest.mark.usefixtures("read_lists")
def test_where_nothing_has_been_read_the_page_says_what_is_wrong(
    heavy: Browser, sandbox: Sandbox
) -> None:
    sandbox.fault("GET", LIST, status=500, times=20)
    page = parsed(heavy.get("/?q=vpn"))
    assert "SailPoint" in words(page.select_one("h1, .trouble, main"))
    assert "No task matches" not in words(page)


@pytest.mark.usefixtures("read_lists")
def test_a_list_that_changes_once_while_it_is_read_is_read_again(
    heavy: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = list(sandbox.world.queue(heavy.persona_id, done=False))
    between_pages(sandbox, monkeypatch, lambda offset: leave(sandbox, *listed[:3]))
    sandbox.calls.clear()
    page = parsed(heavy.get("/?find=1&size=250&page=2"))
    assert len(reads(sandbox)) == 16
    assert words(page.select_one("#index")) == "All 1,997 tasks, read just now."
    assert rows(page) == listed[253:503]


@pytest.mark.usefixtures("read_lists")
@pytest.mark.parametrize("is_growing", [False, True], ids=["shrinks", "grows"])
def test_a_list_that_never_rests_may_lack_a_task_and_says_so(
    heavy: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, is_growing: bool
) -> None:
    listed = list(sandbox.world.queue(heavy.persona_id, done=False))
    others = iter(listed[:30])
    if is_growing:
        leave(sandbox, *listed[:30])

    def moves(_offset: int) -> None:
        key = next(others)
        sandbox.world.put(replace(sandbox.world.get(key), done=not is_growing))

    between_pages(sandbox, monkeypatch, moves)
    sandbox.calls.clear()
    page = parsed(heavy.get("/?find=1"))
    assert len(reads(sandbox)) == 24
    words_of_it = "Read just now, while the list was changing: a task may be missing."
    assert words(page.select_one("#index")) == words_of_it
    shown = [key for n in (1, 2) for key in rows(parsed(heavy.get(f"/?size=250&find=1&page={n}")))]
    assert len(shown) == len(set(shown)) == 500


@pytest.mark.usefixtures("read_lists")
def test_the_end_of_what_isc_shows_is_named(heavy: Browser, sandbox: Sandbox) -> None:
    sandbox.behaviour.largest_offset = 499
    page = parsed(heavy.get("/?find=1"))
    status = "The first 500 of 2,000, read just now. SailPoint shows no more."
    assert words(page.select_one("#index")) == status


@pytest.mark.usefixtures("read_lists")
def test_rows_that_cannot_be_read_survive(as_user: AsUser) -> None:
    odd = as_user("odd")
    usual, found = parsed(odd.get("/")), parsed(odd.get("/?find=1"))
    assert len(found.select("article.task")) == len(usual.select("article.task")) == 20
    assert "cannot be read" in words(found)


@pytest.mark.usefixtures("read_lists")
def test_news_are_counted_without_what_was_decided_here(
    heavy: Browser, sandbox: Sandbox, put: Put
) -> None:
    listed = list(sandbox.world.queue(heavy.persona_id, done=False))
    leave(sandbox, listed[9])
    page = parsed(heavy.get("/?find=1"))
    asked = str(page.select_one("#index")["hx-get"])
    sandbox.world.put(replace(sandbox.world.get(listed[9]), done=False))
    put(key="1", item_id=listed[1], owner_id=heavy.persona_id, sent_at=timezone.now())
    leave(sandbox, listed[1], listed[3])
    assert line(heavy, asked) == "All 1,998 tasks, read just now."
    heavy.post("/index/")
    told = line(heavy, asked)
    assert "1 task is new. 1 task is gone." in told
    assert "Show the list as it is now" in told


@pytest.mark.usefixtures("read_lists")
def test_nothing_is_settled_by_rows_that_are_old(approver: Browser, sandbox: Sandbox) -> None:
    """A decision that never arrived, and whose sender was killed: the list of ISC itself tells."""
    row = single(parsed(approver.get("/?find=1")))
    entry = sandbox.world.get(str(row["id"]).removeprefix("item-"))
    press(approver, row, "Approve")
    sandbox.world.put(entry)
    past = timezone.now() - timedelta(seconds=1)
    Attempt.objects.update(status="sending", is_live=True, closed_at=None, live_until=past)
    approver.get("/?find=1")
    assert Attempt.objects.get().status == "sending"
    approver.get("/")
    assert Attempt.objects.get().status != "sending"
