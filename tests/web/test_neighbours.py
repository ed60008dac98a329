"""Where a task stands in the list, on a page of its own: by what was read of the list before."""

import time

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.cache import cache

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import count
from tests.web.test_readings import leave, publish, turn_of
from workitems.models import QueueSnapshot
from workitems.view_models.rows import TaskRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]


def waiting(sandbox: Sandbox, browser: Browser) -> list[str]:
    return list(sandbox.world.queue(browser.persona_id, done=False))


def page_of(browser: Browser, key: str) -> BeautifulSoup:
    return parsed(browser.get(f"/work-items/{TaskRow.slug_of(key)}"))


def place(page: BeautifulSoup) -> Tag | None:
    return page.select_one("nav[aria-label='Place in the list']")


def links(page: BeautifulSoup) -> list[str]:
    found = place(page)
    return [str(link["href"]) for link in found.select("a")] if found else []


def address(key: str) -> str:
    return f"/work-items/{TaskRow.slug_of(key)}"


def test_a_page_of_its_own_says_where_the_task_stands(approver: Browser, sandbox: Sandbox) -> None:
    keys = waiting(sandbox, approver)
    approver.get("/?q=payroll&sort=newest")  # it has the whole list read
    sandbox.calls.clear()
    for at in (3, 0, len(keys) - 1):
        page = page_of(approver, keys[at])
        assert words(place(page)).startswith(f"{at + 1} of {len(keys)}")
        assert links(page) == [address(one) for one in [*keys[at - 1 : at], *keys[at + 1 : at + 2]]]
    assert len(sandbox.api_calls) == 3 * 2
    first = page_of(approver, keys[0])
    label = place(first).select_one("a[rel=next]")["aria-label"]
    assert label == f"Next: {words(page_of(approver, keys[1]).select_one('h1'))}"
    assert count(first, "open") == len(keys)


def test_it_says_nothing_of_a_list_that_is_not_read_and_reads_none(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    heavy = as_user("heavy")
    key = waiting(sandbox, heavy)[5]
    sandbox.calls.clear()
    assert place(page_of(heavy, key)) is None
    assert len(sandbox.api_calls) == 2
    publish(turn_of(heavy), 250)
    sandbox.calls.clear()
    began = time.monotonic()
    assert place(page_of(heavy, key)) is None
    assert time.monotonic() - began < 2
    assert len(sandbox.api_calls) == 2


def test_what_was_decided_here_is_not_counted_any_more(approver: Browser, sandbox: Sandbox) -> None:
    approver.get("/?find=1")
    keys = waiting(sandbox, approver)
    page = next(page for page in (page_of(approver, key) for key in keys) if has_one_button(page))
    key = str(page.select_one("#panel-actions")["data-of"]).removeprefix("item-")
    at = keys.index(key)
    answer = parsed(press(approver, page.select_one("#panel-actions"), "Approve", surface="page"))
    for shown in (answer, page_of(approver, key)):
        assert " of " not in words(place(shown))
        assert links(shown) == [address(one) for one in (keys[at - 1], keys[at + 1])]
    following = page_of(approver, keys[at + 1])
    assert words(place(following)).startswith(f"{at + 1} of {len(keys) - 1}")
    assert links(following)[0] == address(keys[at - 1])


def has_one_button(page: BeautifulSoup) -> bool:
    buttons = page.select("#panel-actions form[method=post] button")
    return [words(one).split()[0] for one in buttons].count("Approve") == 1


def test_what_is_in_no_pending_list_has_no_place(approver: Browser, sandbox: Sandbox) -> None:
    approver.get("/?find=1")
    done = next(iter(sandbox.world.queue(approver.persona_id, done=True)))
    assert place(page_of(approver, done)) is None


def test_a_list_of_another_length_has_links_and_no_number(
    approver: Browser, sandbox: Sandbox, settings: object
) -> None:
    """The number beside it comes from ISC now."""
    approver.get("/?find=1")
    settings.COUNTS_SECONDS = 10  # type: ignore[attr-defined]
    keys = waiting(sandbox, approver)
    leave(sandbox, keys[1])
    cache.clear()  # what was said beside the list
    page = page_of(approver, keys[4])
    assert count(page, "open") == len(keys) - 1
    assert " of " not in words(place(page))
    assert links(page) == [address(keys[3]), address(keys[5])]


def test_an_admin_stays_in_the_queue_that_is_looked_at(
    admin: Browser, approver: Browser, sandbox: Sandbox
) -> None:
    owner = f"?owner={approver.persona_id}"
    keys = waiting(sandbox, approver)
    admin.get(f"/{owner}&find=1")
    page = parsed(admin.get(address(keys[2]) + owner))
    assert words(place(page)).startswith(f"3 of {len(keys)}")
    assert links(page) == [address(keys[1]) + owner, address(keys[3]) + owner]
    assert QueueSnapshot.objects.count() == 1


def test_rows_that_cannot_be_read_are_passed_over(as_user: AsUser, sandbox: Sandbox) -> None:
    odd = as_user("odd")
    odd.get("/?find=1")
    listed = parsed(odd.get("/")).select("article[data-task] h2 a")
    first = str(listed[0]["href"])
    seen = [first]
    while following := place(parsed(odd.get(seen[-1]))).select_one("a[rel=next]"):
        seen.append(str(following["href"]))
    assert [one.split("?")[0] for one in seen] == [str(one["href"]).split("?")[0] for one in listed]
