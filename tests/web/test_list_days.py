"""The days of a list are those of the person: quick links, month borders, clocks that change."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag

from sandbox.entries import Entry
from sandbox.handle import Sandbox
from tests.web.conftest import HTMX, AsUser, Browser, parsed, words
from workitems.view_models.rows import TaskRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]


def put(sandbox: Sandbox, browser: Browser, key: str, moment: str) -> None:
    """A task of theirs that was completed at this moment, and one that came then."""
    for name, done in ((f"done-{key}", True), (f"open-{key}", False)):
        body: dict[str, Any] = {"id": name, "ownerId": browser.persona_id, "type": "ManualAction"}
        body |= {"created": moment, "state": "Pending", "description": f"Task {key}"}
        if done:
            body |= {"created": "2025-01-01T00:00:00Z", "completed": moment, "state": "Finished"}
        when = datetime.fromisoformat(moment).timestamp()
        sandbox.world.put(Entry(name, body, browser.persona_id, done, when))


def shown(page: BeautifulSoup, kind: str) -> set[str]:
    """Of the tasks that were put there."""
    rows = {str(row["id"]) for row in page.select("#tasks article.task[id]")}
    names = ("first", "last", "before", "after")
    return {name for name in names if TaskRow.dom_id_of(f"{kind}-{name}") in rows}


def chip(page: BeautifulSoup, label: str) -> Tag:
    (found,) = [one for one in page.select(".filters a.chip") if words(one) == label]
    return found


@pytest.mark.parametrize(
    ("now", "zone", "label", "since", "until"),
    [
        ("2026-11-26T12:00Z", "UTC", "Last month", "2026-10-01", "2026-10-31"),
        ("2026-11-26T12:00Z", "UTC", "This month", "2026-11-01", "2026-11-30"),
        ("2026-11-26T12:00Z", "UTC", "Last 7 days", "2026-11-20", "2026-11-26"),
        ("2028-03-01T12:00Z", "UTC", "Last month", "2028-02-01", "2028-02-29"),
        ("2027-01-02T12:00Z", "UTC", "Last month", "2026-12-01", "2026-12-31"),
        ("2027-01-02T12:00Z", "UTC", "Last 7 days", "2026-12-27", "2027-01-02"),
        ("2026-10-31T10:30Z", "Pacific/Kiritimati", "This month", "2026-11-01", "2026-11-30"),
        ("2026-11-01T03:00Z", "America/New_York", "This month", "2026-10-01", "2026-10-31"),
        ("2026-11-01T03:00Z", "America/New_York", "Last month", "2026-09-01", "2026-09-30"),
        ("2026-03-29T22:30Z", "Europe/Berlin", "Last 7 days", "2026-03-24", "2026-03-30"),
    ],
)
def test_quick_links_are_counted_where_the_person_is(
    as_user: AsUser, now: str, zone: str, label: str, since: str, until: str
) -> None:
    with time_machine.travel(now, tick=True):
        browser = as_user("approver")
        browser.cookies["zone"] = zone
        link = chip(parsed(browser.get("/?tab=completed&find=1")), label)
        query = parse_qs(urlsplit(str(link["href"])).query)
        assert (query["since"], query["until"]) == ([since], [until])
        assert link.get("aria-current") is None
        chosen = parsed(browser.get(str(link["href"])))
        marked = chip(chosen, label)
        assert marked["aria-current"] == "true"
        assert not {"since", "until"} & parse_qs(urlsplit(str(marked["href"])).query).keys()
        fields = [chosen.select_one(f"input[type=date][name={name}]") for name in sorted(DAYS)]
        assert {str(one["value"]) for one in fields if one} == {since, until}


DAYS = {"since", "until"}


@pytest.mark.parametrize(
    ("zone", "before", "first", "last", "after"),
    [
        ("UTC", "2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z",
         "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z"),
        # Summer time ends on 25 October.
        ("Europe/Berlin", "2026-09-30T21:59:59Z", "2026-09-30T22:00:00Z",
         "2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z"),
        ("America/New_York", "2026-10-01T03:59:59Z", "2026-10-01T04:00:00Z",
         "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"),
        ("Asia/Kathmandu", "2026-09-30T18:14:59Z", "2026-09-30T18:15:00Z",
         "2026-10-31T18:14:59Z", "2026-10-31T18:15:00Z"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tab", ["completed", "pending"])
def test_a_month_begins_and_ends_on_the_persons_clock(
    approver: Browser, sandbox: Sandbox, zone: str, before: str, first: str, last: str, after: str,
    tab: str,
) -> None:  # fmt: skip
    moments = {"before": before, "first": first, "last": last, "after": after}
    for key, moment in moments.items():
        put(sandbox, approver, key, moment)
    approver.cookies["zone"] = zone
    page = parsed(approver.get(f"/?tab={tab}&since=2026-10-01&until=2026-10-31&q=task&size=250"))
    assert shown(page, "done" if tab == "completed" else "open") == {"first", "last"}


def test_the_day_of_23_hours_is_a_whole_day(approver: Browser, sandbox: Sandbox) -> None:
    put(sandbox, approver, "before", "2026-03-28T22:59:59Z")
    put(sandbox, approver, "first", "2026-03-28T23:00:00Z")
    put(sandbox, approver, "last", "2026-03-29T21:59:59Z")
    put(sandbox, approver, "after", "2026-03-29T22:00:00Z")
    approver.cookies["zone"] = "Europe/Berlin"
    day = "since=2026-03-29&until=2026-03-29"
    page = parsed(approver.get(f"/?tab=completed&{day}&size=250"))
    assert shown(page, "done") == {"first", "last"}


@pytest.mark.parametrize(("tab", "label"), [("pending", "Created"), ("completed", "Completed")])
def test_the_days_say_of_what_they_are(approver: Browser, tab: str, label: str) -> None:
    row = parsed(approver.get(f"/?tab={tab}&find=1")).select_one(".filters__row:has(input)")
    assert row is not None
    assert row["aria-label"] == label
    assert words(row.select_one(".filters__name")) == label
    for field in row.select("input"):
        assert words(row.select_one(f"label[for={field['id']}]")) in {"From", "Until"}


WRONG = [
    ("since=2026-11-02&until=2026-11-01", "until", "2026-11-01", "This day is before the first"),
    ("since=x", "since", "x", "This is no date"),
    ("since=2026-02-30", "since", "2026-02-30", "This is no date"),
    ("until=31.10.2026&since=2026-10-01", "until", "31.10.2026", "This is no date"),
]


@pytest.mark.parametrize(("query", "name", "typed", "said"), WRONG)
@pytest.mark.parametrize("tab", ["pending", "completed"])
def test_a_wrong_day_is_told_beside_its_field_and_the_list_stays(
    approver: Browser, query: str, name: str, typed: str, said: str, tab: str
) -> None:
    response = approver.get(f"/?tab={tab}&{query}")
    assert response.status_code == 400
    page = parsed(response)
    field = page.select_one(f".filters[open] input[name={name}]")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == (typed, "true")
    assert said in words(page.select_one(f"#{field['aria-describedby']}"))
    assert page.select("#tasks article.task")


def test_htmx_gets_the_same_and_the_address_of_what_is_shown(approver: Browser) -> None:
    sent = {**HTMX, "HX-Trigger": "find"}
    response = approver.get("/?since=2026-11-02&until=2026-11-01", headers=sent)
    assert response.status_code == 400
    assert "before the first one" in words(parsed(response).select_one("#tasks"))
    assert response["HX-Push-Url"] == "/?since=2026-11-02"


def test_a_wrong_day_breaks_no_frame(approver: Browser, settings: Any) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    response = approver.get("/widget/?since=x", headers={"Sec-Fetch-Dest": "iframe"})
    assert response.status_code == 200
    assert parsed(response).select("#tasks article.task")
