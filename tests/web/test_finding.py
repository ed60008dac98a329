"""The whole of a list, searched, filtered and sorted, for no call of ISC's once it is read."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.http import QueryDict
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, Put, parsed, reads, words
from tests.web.pressing import press, row_of
from workitems.domain.flags import FlagRule, FlagRules, Rule
from workitems.web.list_filter import QueueFilter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]
FRAMED = {"Sec-Fetch-Dest": "iframe"}


def rows(page: BeautifulSoup) -> list[str]:
    return [str(row["id"]).removeprefix("item-") for row in page.select("article[data-task]")]


def titles(page: BeautifulSoup) -> list[str]:
    return [words(title) for title in page.select("article[data-task] h2")]


def chips(page: BeautifulSoup, facet: str) -> dict[str, tuple[int, str]]:
    """What can be chosen of one filter: its number, and the address that it leads to."""
    return {
        words(chip.select_one("[dir]")): (int(words(chip.select_one(".chip__count"))), chip["href"])
        for chip in page.select(f"[role=group][aria-label='{facet}'] a.chip")
    }


def waiting(sandbox: Sandbox, browser: Browser) -> list[str]:
    return list(sandbox.world.queue(browser.persona_id, done=False))


def decided(put: Put, sandbox: Sandbox, browser: Browser, key: str, part: str = "") -> None:
    """As the ledger has it, and ISC, unless only a part of it has been decided."""
    put(
        key=key + part, item_id=key, approval_item_id=part,
        owner_id=browser.persona_id, sent_at=timezone.now(),
    )  # fmt: skip
    if not part:
        sandbox.world.put(replace(sandbox.world.get(key), done=True))


def test_a_long_list_is_read_in_the_background_and_costs_nothing_from_then_on(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    heavy = as_user("heavy")
    sandbox.calls.clear()
    heavy.get("/")
    assert len(sandbox.api_calls) == 2 + 8
    sandbox.calls.clear()
    for address in ("/?page=3", "/?q=vpn", "/?source=VPN&sort=oldest&page=2"):
        assert rows(parsed(heavy.get(address)))
        heavy.get(f"/index/{address[1:]}")
    assert reads(sandbox) == []


def test_a_list_of_one_page_is_not_read_before_somebody_searches_it(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.calls.clear()
    approver.get("/")
    assert len(sandbox.api_calls) == 2
    approver.get("/?q=mailbox")
    assert len(sandbox.api_calls) == 3


@pytest.mark.parametrize(
    "text", ["mailbox rousseau", "MAILBOX", "camille mail", "rousseau,  camille", "Roussèau"]
)
def test_words_are_found_in_any_order_case_and_accent(approver: Browser, text: str) -> None:
    page = parsed(approver.get("/", {"q": text}))
    assert "Choose the mailbox for Camille Rousseau" in titles(page)
    assert page.select_one("#q")["value"] == text


def test_what_nothing_fits_says_so_and_leads_back(approver: Browser) -> None:
    page = parsed(approver.get("/?q=zebra&sort=oldest"))
    assert "No task matches." in words(page.select_one("#tasks"))
    link = page.select_one(".empty a.button")
    assert (words(link), link["href"]) == ("Show all tasks", "/?sort=oldest")


def test_each_chip_shows_as_many_rows_as_it_says(approver: Browser) -> None:
    page, followed = parsed(approver.get("/?find=1&size=250")), 0
    for facet in ("Type", "What it does", "Marks", "Forms", "Waiting", "Source", "Requester"):
        for label, (count, address) in chips(page, facet).items():
            shown = parsed(approver.get(address))
            assert (facet, label, len(rows(shown))) == (facet, label, count)
            assert shown.select_one("a.chip[aria-current]") is not None
            followed += 1
    assert followed > 12


def test_a_chip_counts_what_the_other_filters_leave(approver: Browser) -> None:
    everything = chips(parsed(approver.get("/?find=1&size=250")), "Source")
    page = parsed(approver.get("/?type=Approval&find=1&size=250"))
    narrowed = chips(page, "Source")
    assert narrowed.keys() < everything.keys()
    for count, address in narrowed.values():
        assert len(rows(parsed(approver.get(address)))) == count
    assert len(chips(page, "Type")) > 1  # the others of the same filter can still be chosen


def test_a_pressed_chip_leads_back(approver: Browser) -> None:
    page = parsed(approver.get("/?find=1&sort=oldest"))
    _count, on = next(iter(chips(page, "Type").values()))
    page = parsed(approver.get(on))
    off = str(page.select_one("a.chip[aria-current]")["href"])
    assert dict(parse_qsl(urlsplit(off).query)) == {"find": "1", "sort": "oldest"}


def test_what_is_left_out_while_the_filters_are_folded_does_not_unfold_them(
    approver: Browser,
) -> None:
    _count, both = next(iter(chips(parsed(approver.get("/?find=1&older=7")), "Type").values()))
    first, *others = parsed(approver.get(both)).select(".chosen a.chip")
    page = parsed(approver.get(first["href"]))
    assert [words(one) for one in page.select(".chosen a.chip")] == [words(one) for one in others]
    assert not page.select("details.filters[open]")


def test_orders_turn_the_list_and_lose_nothing(approver: Browser, sandbox: Sandbox) -> None:
    listed = waiting(sandbox, approver)
    oldest, newest = (rows(parsed(approver.get(f"/?sort={one}"))) for one in ("oldest", "newest"))
    created = {key: sandbox.world.get(key).body["created"] or "9" for key in listed}
    assert [created[key] for key in oldest] == sorted(created.values())
    assert oldest == newest[::-1]
    for order in ("requester", "source", "flagged", "listed"):
        assert sorted(rows(parsed(approver.get(f"/?sort={order}")))) == sorted(listed)


def test_the_size_and_the_page_to_go_to_are_chosen_in_the_form(as_user: AsUser) -> None:
    heavy = as_user("heavy")
    page = parsed(heavy.get("/?source=VPN&find=1&size=25"))
    assert len(rows(page)) == 25
    jump = page.select_one(".pager__jump input[name=page]")
    assert jump["max"] == "14"
    hidden = page.select(".pager__jump input[type=hidden]")
    sent = {str(one["name"]): str(one["value"]) for one in hidden}
    assert sent == {"source": "VPN", "find": "1", "size": "25"}
    last = parsed(heavy.get("/", {**sent, "page": "14"}))
    assert words(last.select_one(".pager [aria-current=page]")) == "14"
    assert len(rows(last)) == 333 - 13 * 25


@pytest.mark.parametrize(
    "query",
    [
        "q=vpn&type=Approval&effect=give&sort=oldest&group=source&size=25&find=1",
        "tab=completed&outcome=approved&since=2026-01-02&until=2030-03-04&q=%26+%3D%22",
        "by=O%27Neill&by=M%C3%BCller&source=A%26B&flagged=1&form=1&older=14",
    ],
)
def test_an_address_leads_to_itself(approver: Browser, query: str) -> None:
    """What the page writes of its address is the same query again."""
    page = parsed(approver.get(f"/?{query}"))
    asked = str(page.select_one("#index")["hx-get"])
    again = QueueFilter(QueryDict(urlsplit(asked).query)).query()
    assert again == QueueFilter(QueryDict(query)).query()


def test_empty_fields_of_the_form_do_not_stay_in_the_address(approver: Browser) -> None:
    empty = "q=&sort=listed&group=&size=25&since=&until=&page="  # and what is usual
    answer = approver.fragment(f"/?{empty}", **{"HX-Trigger": "find"})
    assert answer["HX-Push-Url"] == "/?size=25"


BAD = ["sort=best", "group=x", "size=26", "older=3", "tab=x", "page=0",
       "q=" + "x" * 201]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
def test_what_makes_no_sense_is_refused_in_words_and_left_out_in_a_frame(
    approver: Browser, sandbox: Sandbox, settings: LazySettings, query: str
) -> None:
    settings.FRAME_ANCESTORS = ("http://intranet.localhost:9000",)
    sandbox.calls.clear()
    response = approver.get(f"/?{query}")
    assert (response.status_code, sandbox.api_calls) == (400, [])
    assert "no such page" in words(parsed(response))
    approver.cookies["__Host-widget"] = approver.cookies["session"].value
    framed = approver.get(f"/widget/?{query}", headers=FRAMED)
    assert framed.status_code == 200
    assert rows(parsed(framed))


def test_a_decision_here_takes_the_row_out_of_everything_at_once(
    approver: Browser, sandbox: Sandbox
) -> None:
    before = parsed(approver.get("/?q=treasury&find=1"))
    row = row_of(before, "Treasury to")
    key, length = str(row["id"]).removeprefix("item-"), len(waiting(sandbox, approver))
    types = sum(count for count, _ in chips(parsed(approver.get("/?find=1")), "Type").values())
    press(approver, row, "Approve")
    sandbox.calls.clear()
    after = parsed(approver.get("/?q=treasury&find=1"))
    assert key in rows(before)
    assert key not in rows(after)
    page = parsed(approver.get("/?find=1"))
    assert sum(count for count, _ in chips(page, "Type").values()) == types - 1
    assert words(page.select_one("#count-open")) == str(length - 1)
    assert page.select_one("#badge [name=open]")["value"] == str(length - 1)
    assert words(page.select_one("#range")).endswith(f" of {length - 1}")
    assert reads(sandbox) == []


def test_a_task_decided_in_part_is_shown_as_it_stands(
    approver: Browser, sandbox: Sandbox, put: Put
) -> None:
    page = parsed(approver.get("/?find=1"))
    key = str(row_of(page, "1 of 3 decided")["id"]).removeprefix("item-")
    entry = sandbox.world.get(key)
    body = json.loads(json.dumps(entry.body))
    part = next(one for one in body["approvalItems"] if one["state"] == "Pending")
    part["state"] = "Finished"
    sandbox.world.put(replace(entry, body=body))
    decided(put, sandbox, approver, key, part["id"])
    sandbox.calls.clear()
    again = parsed(approver.get("/?find=1"))
    assert "2 of 3 decided" in words(again.select_one(f"#item-{key}"))
    assert len(reads(sandbox)) == 1


def test_each_flag_that_occurs_is_a_filter_with_its_number(approver: Browser) -> None:
    offered = chips(parsed(approver.get("/?find=1")), "Flag")
    count, address = offered["On the privileged list"]
    narrowed = parsed(approver.get(f"{address}&size=250"))
    assert len(rows(narrowed)) == count
    flags = [words(row.select_one(".task__flags")) for row in narrowed.select("article[data-task]")]
    assert [one for one in flags if "is on the privileged list" not in one] == []
    assert {name: number for name, (number, _address) in chips(narrowed, "Flag").items()} == {
        name: number for name, (number, _address) in offered.items()
    }


def test_a_flag_of_before_finds_nothing_and_can_be_left_out(approver: Browser) -> None:
    page = parsed(approver.get("/?flag=values-000000"))
    assert rows(page) == []
    off = page.select_one("a[aria-label='Leave out the filter: A flag of before']")
    assert rows(parsed(approver.get(str(off["href"]))))


def test_a_changed_file_has_the_list_read_anew(approver: Browser, settings: LazySettings) -> None:
    before = chips(parsed(approver.get("/?find=1")), "Flag")
    errors = FlagRule(Rule.ERRORS, sentences=(("", "Ask the helpdesk"),))
    own = FlagRule(Rule.VALUES, ("*glass*",), sentences=(("", "Break glass: {name}"),))
    settings.FLAG_RULES = FlagRules((own, errors))
    after = chips(parsed(approver.get("/?find=1")), "Flag")
    assert "Ask the helpdesk" not in before
    assert {name: count for name, (count, _address) in after.items()} == {
        "Break glass: …": 1,
        "Ask the helpdesk": before["With errors"][0],
    }
