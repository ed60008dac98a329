"""What tests do with many tasks: confirm them together, send them, read how each ended."""

import json
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.holding import make_due
from tests.web.pressing import press
from tests.web.test_ledger import item_of
from workitems import deferred, runs
from workitems.models import Attempt, BulkRun


def approvals(page: BeautifulSoup) -> list[Tag]:
    """The rows that can be approved or rejected."""
    found = page.select("article[data-task]")
    return [row for row in found if row.select_one("button[formaction*='/approve']")]


def confirmation(browser: Browser, verb: str, rows: list[Tag]) -> BeautifulSoup:
    return parsed(browser.get(f"/bulk/{verb}/", {"item": [item_of(row) for row in rows]}))


def begin(browser: Browser, verb: str, rows: list[Tag], **typed: Any) -> BulkRun:
    """Confirm a run of these rows, with the flagged ones among them."""
    response = sent(browser, confirmation(browser, verb, rows), **typed)
    assert response.status_code == 302, words(parsed(response))
    return BulkRun.objects.get(pk=response["Location"].split("/")[2])


def sent(browser: Browser, page: BeautifulSoup, **typed: Any) -> HttpResponse:
    """Press the button of a confirmation, with all that is flagged ticked if nothing else is."""
    typed.setdefault("include", [str(box["value"]) for box in page.select("[name=include]")])
    label = words(page.select_one("[data-actions] button"))
    return press(browser, page.select_one("main"), label, htmx=False, **typed)


def carry_out(run: BulkRun) -> None:
    """What the worker does when the window is over."""
    for row in Attempt.objects.filter(run=run, status="scheduled"):
        make_due(row)
    if row := Attempt.objects.filter(run=run, status="scheduled").first():
        deferred.ring(str(row.pk))


def ends(run: BulkRun) -> dict[str, int]:
    return {status.value: number for status, number in runs.Progress.of(run).ends.items()}


def page_of(browser: Browser, run: BulkRun) -> BeautifulSoup:
    return parsed(browser.get(f"/runs/{run.pk}/"))


def lists_read(sandbox: Sandbox) -> int:
    return len([one for one in sandbox.api_calls if one.path.endswith("/v2024/work-items")])


def forward(browser: Browser, sandbox: Sandbox, rows: list[Tag]) -> BulkRun:
    target = sandbox.persona("agent")
    filled = {"target": target.id, "listed": target.id, "comment": "I am away", "q": ""}
    return begin(browser, "forward", rows, **filled)


def named_in(page: BeautifulSoup | Tag) -> list[list[object]]:
    """What a confirmation names, without the marks: each of those has the second it was made in."""
    items = json.loads(str(page.select_one("[name=items]")["value"]))
    return [[*one[:4], *one[5:]] for one in items]
