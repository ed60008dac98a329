"""What is selected in a list, and its one confirmation: all that match, flags, what is left out."""

import time
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import LazySettings

from sandbox.handle import Sandbox
from taskmanager.jobs.models import Heartbeat
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.many import (
    approvals,
    begin,
    carry_out,
    confirmation,
    ends,
    lists_read,
    sent,
)
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, dashboard, several, single, writes
from tests.web.test_ledger import item_of, line_of
from tests.web.test_list_export import put
from tests.web.test_outcomes import elsewhere
from workitems.models import Attempt, BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]
GLASS, VIOLATION = "BREAKGLASS", "Z_VENDOR_MASTER"


def plain(page: BeautifulSoup) -> list[Tag]:
    return [row for row in approvals(page) if not row.select_one(".flag")]


def asked(browser: Browser, address: str) -> BeautifulSoup:
    response = browser.get(address)
    assert response.status_code == 200, words(parsed(response))
    return parsed(response)


def title(page: BeautifulSoup) -> str:
    return words(page.select_one("h1"))


def test_each_open_row_of_the_full_page_has_a_tick_box(approver: Browser) -> None:
    page = dashboard(approver)
    for row in page.select("article[data-task]"):
        box = row.select_one("input[name=item][form=selected][data-key=x]")
        assert box is not None
        assert box["value"] == item_of(row)
        names = [words(page.find(id=one)) for one in box["aria-labelledby"].split()]
        assert " ".join(names) == f"Select: {words(row.select_one('h2'))}"


@pytest.mark.parametrize("path", ["/?tab=completed", "/widget/"])
def test_elsewhere_nothing_can_be_ticked(
    approver: Browser, settings: LazySettings, path: str
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    framed = {"Sec-Fetch-Dest": "iframe"} if path == "/widget/" else {}
    page = parsed(approver.get(path, headers=framed))
    assert page.select_one("article") is not None
    assert page.select("[name=item], #selected, .picks") == []


def test_the_bar_sends_what_is_ticked_to_each_verb(approver: Browser) -> None:
    page = dashboard(approver)
    bar, ticked = page.select_one("#selected"), [item_of(row) for row in plain(page)[:2]]
    for label, verb in (("Approve", "Approve"), ("Reject", "Reject"), ("Forward…", "Forward")):
        response = press(approver, bar, label, htmx=False, item=ticked)
        assert title(parsed(response)) == f"{verb} 2 tasks"


def test_what_is_flagged_is_left_out_unless_it_is_ticked(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    rows = [*plain(page)[:2], row_of(page, GLASS)]
    question = confirmation(approver, "reject", rows)
    assert title(question) == "Reject 2 of 3 tasks"
    (box,) = question.select("input[name=include]")
    assert box["aria-label"] == f"Include: {words(rows[2].select_one('h2'))}"
    assert not box.has_attr("checked")
    assert "is on the privileged list" in words(box.find_parent("li"))
    assert "This takes 2 calls to SailPoint, one more for each" in words(question)
    label = "Reject the tasks chosen here"
    response = press(approver, question.select_one("main"), label, htmx=False, include=None)
    run = BulkRun.objects.get(pk=response["Location"].split("/")[2])
    carry_out(run)
    assert ends(run) == {"succeeded": 2}
    assert not [path for path in writes(sandbox) if item_of(rows[2]) in path]


def test_a_flagged_one_that_is_ticked_is_sent(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    run = begin(approver, "approve", [plain(page)[0], row_of(page, GLASS)])
    carry_out(run)
    assert ends(run) == {"succeeded": 2}


def test_with_nothing_chosen_it_asks_again(approver: Browser) -> None:
    page = dashboard(approver)
    question = confirmation(approver, "approve", [row_of(page, GLASS), row_of(page, VIOLATION)])
    refused = sent(approver, question, include=None)
    assert refused.status_code == 422
    assert "no task is chosen" in words(parsed(refused))
    assert not BulkRun.objects.exists()


def test_a_forged_mark_counts_as_flagged(approver: Browser) -> None:
    question = confirmation(approver, "approve", plain(dashboard(approver))[:1])
    items = str(question.select_one("[name=items]")["value"])
    mark = items.rsplit(".", 1)[1][:4]
    refused = sent(approver, question, items=items.replace(mark, "AAAA"))
    assert refused.status_code == 422
    assert not Attempt.objects.exists()


def test_ticks_stay_where_something_is_missing(approver: Browser, settings: LazySettings) -> None:
    settings.NOTE_REQUIRED = frozenset({"reject"})
    page = dashboard(approver)
    rows = [plain(page)[0], row_of(page, GLASS), row_of(page, VIOLATION)]
    question = confirmation(approver, "reject", rows)
    again = parsed(sent(approver, question, include=item_of(rows[2])))
    assert [box["value"] for box in again.select("[name=include][checked]")] == [item_of(rows[2])]
    assert title(again) == "Reject 2 of 3 tasks"


def test_what_is_left_out_has_its_reason(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    held = single(page)
    gone, ready = [row for row in plain(page) if row != held][:2]
    press(approver, held, "Approve")
    entry = sandbox.world.get(item_of(gone))
    agent = sandbox.persona("agent").id
    sandbox.world.put(replace(entry, owner=agent, body={**entry.body, "ownerId": agent}))
    question = confirmation(approver, "approve", [gone, held, row_of(page, MANUAL), ready])
    text = words(question.select_one("main"))
    assert "A decision on it is to be sent already." in text
    assert "It is not ended this way." in text
    assert "It is no longer in this queue." in text
    assert title(question) == "Approve 1 of 4 tasks"


@pytest.mark.usefixtures("read_lists")
class TestAllThatMatch:
    def test_it_takes_the_address_of_the_list(self, as_user: AsUser, sandbox: Sandbox) -> None:
        heavy = as_user("heavy")
        found = parsed(heavy.get("/?source=VPN&find=1"))
        number = words(found.select_one("[name=all]").parent).split("(")[1].rstrip(")")
        sandbox.calls.clear()
        bar = found.select_one("#selected")
        question = parsed(press(heavy, bar, "Mark complete", htmx=False, all="1"))
        assert title(question).endswith(f"of {number} tasks")
        assert lists_read(sandbox) == 8

    def test_a_link_does_as_well(self, as_user: AsUser) -> None:
        heavy = as_user("heavy")
        page = asked(heavy, "/bulk/forward/?all=1&q=vpn&type=Approval")
        assert title(page).startswith("Forward ")

    def test_what_a_later_reading_found_is_not_selected(
        self, as_user: AsUser, sandbox: Sandbox
    ) -> None:
        heavy = as_user("heavy")
        page = parsed(heavy.get("/?q=mainframe"))
        shown = str(page.select_one("#selected [name=shown]")["value"])
        old = str(asked(heavy, f"/bulk/complete/?all=1&q=mainframe&shown={shown}").h1)
        put(sandbox, heavy, "wi-new", description="Look after the mainframe")
        heavy.post("/index/?q=mainframe")
        assert str(asked(heavy, f"/bulk/complete/?all=1&q=mainframe&shown={shown}").h1) == old
        assert str(asked(heavy, "/bulk/complete/?all=1&q=mainframe").h1) != old

    @pytest.mark.parametrize("query", ["all=1&tab=completed", "all=1&sort=none", "all=1&shown=x"])
    def test_what_makes_no_sense_is_told(self, as_user: AsUser, query: str) -> None:
        assert as_user("heavy").get(f"/bulk/approve/?{query}").status_code == 400

    @pytest.mark.parametrize(
        ("query", "list_"), [("all=1", "/?tab=pending"), ("all=1&q=zzzz", "/?q=zzzz")]
    )
    def test_of_a_list_without_tasks_the_list_is_shown_and_says_so(
        self, as_user: AsUser, query: str, list_: str
    ) -> None:
        browser = as_user("empty")
        answer = browser.get(f"/bulk/forward/?{query}")
        assert answer["Location"] == list_
        shown = parsed(browser.get(answer["Location"]))
        assert "There is no task in this list that you can decide." in words(shown)

    def test_two_thousand_are_confirmed_and_sent_in_as_many_calls(
        self, as_user: AsUser, sandbox: Sandbox, settings: LazySettings
    ) -> None:
        heavy = as_user("heavy")
        heavy.get("/?find=1")
        sandbox.calls.clear()
        response = heavy.get("/bulk/approve/?all=1&find=1")
        assert len(response.content) < 1_000_000
        assert lists_read(sandbox) == len(sandbox.api_calls) == 8
        question = parsed(response)
        assert title(question).endswith(" of 2,000 tasks")
        chosen = int(title(question).split()[1].replace(",", ""))
        flagged = len(question.select("[name=include]"))
        assert chosen + flagged > 250
        Heartbeat.objects.update(beaten_at=time.time())
        began = sent(heavy, question)
        run = BulkRun.objects.get(pk=began["Location"].split("/")[2])
        sandbox.calls.clear()
        carry_out(run)
        assert ends(run) == {"succeeded": chosen + flagged}
        assert len(writes(sandbox)) == chosen + flagged


def test_a_list_that_is_not_read_is_told_on_a_page_that_asks_again(as_user: AsUser) -> None:
    heavy = as_user("heavy")
    told = heavy.post("/bulk/approve/?q=vpn", {"all": "1", "shown": "1"})
    assert told.status_code == 302
    assert told["Location"] == "/bulk/approve/?q=vpn&all=1&shown=1"
    page = heavy.get(told["Location"])
    assert page.status_code == 503
    assert page["Retry-After"]
    assert parsed(page).select_one("[data-retry-after] [data-retry]")["href"] == told["Location"]


def test_what_gained_a_line_since_is_told_as_changed(approver: Browser, sandbox: Sandbox) -> None:
    rows = [several(dashboard(approver)), single(dashboard(approver))]
    run = begin(approver, "approve", rows)
    entry = sandbox.world.get(item_of(rows[0]))
    lines = entry.body["approvalItems"]
    more = [*lines, {**lines[0], "id": "new-line", "value": "Z_OTHER"}]
    sandbox.world.put(replace(entry, body={**entry.body, "approvalItems": more}))
    carry_out(run)
    assert ends(run) == {"changed": 1, "succeeded": 1}
    assert not [path for path in writes(sandbox) if item_of(rows[0]) in path]


def test_trouble_in_the_middle_of_a_selection(approver: Browser, sandbox: Sandbox) -> None:
    rows = [one for one in approvals(dashboard(approver)) if one.select_one("details")][:4]
    run = begin(approver, "reject", rows)
    sandbox.fault("POST", item_of(rows[0]), status=429, retry_after=3)
    sandbox.fault("POST", item_of(rows[1]), status=500)
    line = rows[2].select_one("details li:has(form)")
    elsewhere(sandbox, f"{item_of(rows[2])}/approve/{line_of(line)}")
    carry_out(run)
    carry_out(run)
    found = ends(run)
    assert found.pop("changed") == 1
    assert found.pop("succeeded") == 2
    assert sum(found.values()) == 1
