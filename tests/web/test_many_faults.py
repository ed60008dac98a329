"""Many decisions by the ways into them, a pile and a basket, while other people are at it too."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from sandbox.handle import Sandbox
from tests.e2e.queues import fill
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.many import carry_out, ends, lists_read, page_of, sent
from tests.web.pressing import press
from tests.web.test_decide import writes
from tests.web.test_outcomes import elsewhere
from tests.web.test_triage import basket_page, decide, first, run_of, send
from workitems.models import BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker", "read_lists")]
LINES = 3  # of each task
Way = Callable[[Browser], BulkRun]


@pytest.fixture
def person(as_user: AsUser, sandbox: Sandbox) -> Browser:
    """Somebody with five tasks that are alike, of three lines each."""
    fill(sandbox, "empty", 5, like="EMEA Sales")
    return as_user("empty")


def of_pile(browser: Browser, verb: str = "Approve") -> BulkRun:
    (pile,) = parsed(browser.get("/?group=requester&find=1")).select("article.pile")
    scope = pile.select_one("form[method=post]")
    question = parsed(press(browser, scope, f"{verb} 5", htmx=False))
    return run_of(sent(browser, question))


def of_basket(browser: Browser, verb: str = "Approve") -> BulkRun:
    page = first(browser)
    for _task in range(5):
        page = decide(browser, page, f"{verb} all")
    return run_of(send(browser, basket_page(browser)))


WAYS = pytest.mark.parametrize("way", [of_pile, of_basket], ids=["a pile", "a basket"])


def waiting(sandbox: Sandbox, browser: Browser) -> list[str]:
    return sandbox.world.queue(browser.persona_id, done=False)


def line_ids(sandbox: Sandbox, item: str) -> list[str]:
    return [str(line["id"]) for line in sandbox.world.get(item).body["approvalItems"]]


def calls(sandbox: Sandbox) -> dict[str, int]:
    """How often each task was sent."""
    ids = [path.rsplit("/", 1)[-1] for path in writes(sandbox)]
    return {one: ids.count(one) for one in ids}


def group(browser: Browser, run: BulkRun, heading: str) -> BeautifulSoup:
    """What the receipt lists below this heading."""
    sections = page_of(browser, run).select("section.run__group")
    (found,) = [one for one in sections if words(one.select_one("h2")).startswith(heading)]
    return found


@WAYS
def test_five_tasks_of_three_lines_cost_five_calls_and_one_read(
    person: Browser, sandbox: Sandbox, way: Way
) -> None:
    items = waiting(sandbox, person)
    run = way(person)
    sandbox.calls.clear()
    carry_out(run)
    assert calls(sandbox) == dict.fromkeys(items, 1)
    assert lists_read(sandbox) == 1
    assert len(sandbox.api_calls) == 6
    assert ends(run) == {"succeeded": 5}


@WAYS
def test_what_gained_a_line_or_was_decided_elsewhere_is_told_and_not_sent(
    person: Browser, sandbox: Sandbox, way: Way
) -> None:
    grown, partly, rejected, approved, left = waiting(sandbox, person)
    run = way(person)
    body = sandbox.world.get(grown).body
    lines = [*body["approvalItems"], {**body["approvalItems"][0], "id": "l-new", "value": "New"}]
    sandbox.world.put(sandbox.world.get(grown).changed(approvalItems=lines))
    theirs = [f"bulk-reject/{rejected}", f"bulk-approve/{approved}"]
    for path in (f"{partly}/reject/{line_ids(sandbox, partly)[1]}", *theirs):
        elsewhere(sandbox, path, "empty")
    sandbox.calls.clear()
    carry_out(run)
    assert calls(sandbox) == {left: 1}
    assert lists_read(sandbox) == 1
    assert len(sandbox.api_calls) == 4  # the two that are in no list any more are read alone
    assert ends(run) == {"changed": 2, "superseded": 1, "already-done": 1, "succeeded": 1}
    changed = group(person, run, "Changed since you looked")
    assert len(changed.select("li")) == 2
    assert "nothing was sent. Look at it again." in words(changed)
    assert [line["state"] for line in sandbox.world.get(grown).body["approvalItems"]] == (
        ["Pending"] * (LINES + 1)
    )


@WAYS
def test_trouble_in_the_middle_is_counted_to_the_call(
    person: Browser, sandbox: Sandbox, way: Way
) -> None:
    limited, lost, done, *others = waiting(sandbox, person)
    run = way(person)
    sandbox.fault("POST", limited, status=429, retry_after=3)
    sandbox.fault("POST", lost, status=500)
    sandbox.fault("POST", done, status=500, after=True)
    sandbox.calls.clear()
    carry_out(run)
    assert calls(sandbox) == dict.fromkeys([limited, lost, done, *others], 1)
    assert len(sandbox.api_calls) == 5 + 1 + 3  # the list, and each without an answer of its own
    carry_out(run)
    assert calls(sandbox) == dict.fromkeys([lost, done, *others], 1) | {limited: 2}
    assert len(sandbox.api_calls) == 9 + 2  # it was looked at before
    assert ends(run) == {"unconfirmed": 1, "verified": 1, "succeeded": 3}
    assert "4 of 5 done." in words(page_of(person, run).select_one("#run"))
