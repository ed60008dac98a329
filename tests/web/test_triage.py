"""One task after the other: what is decided goes into a basket, and is sent on one screen."""

from datetime import timedelta
from http import HTTPStatus
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.e2e.queues import fill
from tests.web.conftest import HTMX, AsUser, Browser, parsed, words
from tests.web.many import carry_out, ends, lists_read
from tests.web.pressing import press
from tests.web.test_decide import writes
from tests.web.test_outcomes import elsewhere
from workitems import ledger_upkeep
from workitems.domain.flags import FlagRule, FlagRules, Rule
from workitems.models import Attempt, BasketEntry, BulkRun, Rejection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker", "read_lists")]


def first(browser: Browser, query: str = "") -> BeautifulSoup:
    return parsed(browser.get(f"/triage/{query}"))


def title(page: Tag) -> str:
    return words(page.select_one("h1"))


def place(page: Tag) -> str:
    return words(page.select_one(".triage__place p"))


def whole(page: Tag) -> Tag:
    """The buttons of the whole task."""
    found = page.select_one(".triage__buttons")
    assert found is not None
    return found


def whole_label(page: Tag, verb: str) -> str:
    """What its button says: "Reject all" where there are several items to reject."""
    return f"{verb} all" if f"{verb} all" in words(whole(page)) else verb


def decide(browser: Browser, page: Tag, label: str, **typed: Any) -> BeautifulSoup:
    """Press a button of the whole card, by which the next one comes."""
    response = press(browser, whole(page), label, **typed)
    assert response.status_code == 200
    return parsed(response)


def go_to(browser: Browser, wanted: Any) -> BeautifulSoup:
    """The first card, from the beginning, that is wanted."""
    page = first(browser)
    while not wanted(page):
        link = page.select_one("[data-neighbour='1']")
        assert link is not None
        page = parsed(browser.get(str(link["href"])))
    return page


def has_lines(number: int) -> Any:
    def wanted(page: Tag) -> bool:
        return len(page.select("[data-line] button[data-key=a]")) == number and is_plain(page)

    return wanted


def is_plain(page: Tag) -> bool:
    return page.select_one(".triage__buttons .button--solid") is not None


def is_undecided(page: Tag) -> bool:
    return "Approve" in words(whole(page)) and not whole(page).select("[aria-pressed=true]")


def basket_page(browser: Browser) -> BeautifulSoup:
    return parsed(browser.get("/triage/send/"))


def send(browser: Browser, page: BeautifulSoup, **typed: Any) -> HttpResponse:
    main = page.select_one("main")
    assert main is not None
    return press(browser, main, "Send", htmx=False, **typed)


def run_of(response: HttpResponse) -> BulkRun:
    assert response.status_code == 302, words(parsed(response))
    assert "/runs/" in response["Location"]
    return BulkRun.objects.get(pk=response["Location"].split("/")[2])


def test_a_card_says_which_task_of_how_many_it_is_and_costs_no_call(
    approver: Browser, sandbox: Sandbox
) -> None:
    listed = parsed(approver.get("/?size=100"))
    number = len(listed.select("article[data-task]"))
    page = first(approver)
    assert place(page) == f"1 of {number}"
    assert title(page) == words(listed.select_one("article[data-task] h2"))
    sandbox.calls.clear()
    skip = page.select_one("[data-key=s]")
    assert skip is not None
    after = parsed(approver.get(str(skip["href"])))
    assert place(after) == f"2 of {number}"
    assert [one for one in sandbox.api_calls if "summary" not in one.path] == []


def test_the_list_leads_there_with_its_filters(approver: Browser) -> None:
    listed = parsed(approver.get("/?effect=remove&sort=oldest"))
    link = listed.select_one("[data-triage]")
    assert link is not None
    page = parsed(approver.get(str(link["href"])))
    assert place(page) == f"1 of {len(listed.select('article[data-task]'))}"
    assert title(page) == words(listed.select_one("article[data-task] h2"))


def test_a_press_sends_nothing_and_the_answer_is_the_next_card(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = go_to(approver, is_plain)
    number = int(place(page).split()[0])
    sandbox.calls.clear()
    after = decide(
        approver, page, "Approve" if "Approve all" not in words(whole(page)) else "Approve all"
    )
    assert int(place(after).split()[0]) > number
    assert "Put into the basket." in words(after.select_one("#status"))
    assert writes(sandbox) == []
    assert Attempt.objects.count() == 0
    assert BasketEntry.objects.count() >= 1
    again = parsed(approver.get("/"))
    assert "Send…" in words(again.select_one("[data-basket]"))
    assert place(first(approver)) != place(page)


def test_without_htmx_the_press_leads_to_the_next_card(approver: Browser) -> None:
    page = go_to(approver, has_lines(2))
    response = press(approver, whole(page), "Reject all", htmx=False)
    assert response.status_code == 302
    after = parsed(approver.get(response["Location"]))
    assert "Put into the basket." in words(after.select_one("#notices"))
    assert title(after) != title(page)


def test_pressing_the_same_once_more_takes_it_out(approver: Browser) -> None:
    page = go_to(approver, has_lines(2))
    at = f"/triage/?at={item_of(page)}"
    decide(approver, page, "Reject all")
    assert BasketEntry.objects.count() == 2
    again = parsed(approver.get(at))
    assert whole(again).select_one("[data-key=r]")["aria-pressed"] == "true"  # type: ignore[index]
    decide(approver, again, "Approve all")
    assert BasketEntry.objects.count() == 2
    third = parsed(approver.get(at))
    after = decide(approver, third, "Approve all")
    assert BasketEntry.objects.count() == 0
    assert title(after) == title(page)
    assert "Taken out of the basket." in words(after)


def item_of(page: Tag) -> str:
    form = page.select_one("#panel form")
    assert form is not None
    return str(form["action"]).split("at=")[1]


def test_a_line_can_be_decided_otherwise_than_the_rest(approver: Browser) -> None:
    page = go_to(approver, has_lines(3))
    at = f"/triage/?at={item_of(page)}"
    decide(approver, page, "Approve all")
    again = parsed(approver.get(at))
    line = again.select("[data-line]")[1]
    press(approver, line, "Reject")
    third = parsed(approver.get(at))
    pressed = [one["data-key"] for one in third.select("#panel [aria-pressed=true]")]
    assert sorted(pressed) == ["a", "a", "r"]
    asked = basket_page(approver)
    assert "3 decisions · 1 task · 3 calls to SailPoint" in words(asked)


def test_five_tasks_of_three_items_decided_alike_cost_five_calls_and_one_read(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    fill(sandbox, "empty", 5, like="EMEA Sales")
    approver = as_user("empty")
    page = first(approver)
    for _task in range(5):
        page = decide(approver, page, "Approve all")
    assert "Nothing is left to decide in this list." in words(page)
    assert BasketEntry.objects.count() == 15
    sandbox.calls.clear()
    asked = basket_page(approver)
    assert lists_read(sandbox) == 1
    assert "15 decisions · 5 tasks · 5 calls to SailPoint" in words(asked)
    run = run_of(send(approver, asked))
    assert BasketEntry.objects.count() == 0
    sandbox.calls.clear()
    carry_out(run)
    assert len(writes(sandbox)) == 5
    assert lists_read(sandbox) == 1
    assert len(sandbox.api_calls) == 6
    assert ends(run) == {"succeeded": 5}
    assert words(parsed(approver.get(f"/runs/{run.pk}/")).select_one("h1")) == "Send 5 decisions"


def test_two_decisions_on_one_task_are_both_sent(approver: Browser, sandbox: Sandbox) -> None:
    page = go_to(approver, has_lines(3))
    for n, label in enumerate(("Approve", "Reject", "Approve")):
        at = f"/triage/?at={item_of(page)}"
        press(approver, parsed(approver.get(at)).select("[data-line]")[n], label)
    run = run_of(send(approver, basket_page(approver)))
    carry_out(run)
    assert len(writes(sandbox)) == 3
    assert ends(run) == {"succeeded": 3}


def test_what_has_changed_since_is_left_out_and_stays(approver: Browser, sandbox: Sandbox) -> None:
    page = go_to(approver, has_lines(3))
    item = item_of(page)
    decide(approver, page, "Approve all")
    line = page.select("[data-line] [name=line]")[0]["value"]
    elsewhere(sandbox, f"{item}/approve/{line}")
    asked = basket_page(approver)
    assert "1 task is left out" in words(asked)
    assert title(page) in words(asked)
    assert BasketEntry.objects.count() == 3
    main = asked.select_one("main")
    assert main is not None
    press(approver, main, "Take out", htmx=False)
    assert BasketEntry.objects.count() == 0
    assert "The basket is empty." in words(basket_page(approver))


def test_a_key_can_be_dropped_after_resealing_and_what_it_lost_is_told(
    approver: Browser, settings: LazySettings
) -> None:
    settings.LEDGER_KEYS = ["a" * 40]
    page = go_to(approver, is_plain)
    decide(approver, page, whole_label(page, "Approve"))
    kept = BasketEntry.objects.count()
    settings.LEDGER_KEYS = ["b" * 40]
    assert resealed() == f"0 rows were sealed anew, {kept} cannot be."
    settings.LEDGER_KEYS = ["b" * 40, "a" * 40]
    assert resealed() == f"{kept} rows were sealed anew, 0 cannot be."
    settings.LEDGER_KEYS = ["b" * 40]
    assert f"{kept} decisions · 1 task" in words(basket_page(approver))


def resealed() -> str:
    told = StringIO()
    call_command("reseal", stdout=told)
    return told.getvalue().strip()


def test_a_flagged_task_is_sent_only_with_its_tick(approver: Browser, sandbox: Sandbox) -> None:
    page = go_to(approver, lambda one: not is_plain(one) and "Approve" in words(whole(one)))
    decide(approver, page, whole_label(page, "Approve"))
    number = BasketEntry.objects.count()
    asked = basket_page(approver)
    box = asked.select_one("input[name=include]")
    assert box is not None
    assert not box.has_attr("checked")
    unticked = send(approver, asked)
    assert "/runs/" not in unticked["Location"]
    assert BasketEntry.objects.count() == number
    assert BulkRun.objects.count() == 0
    ticked = send(approver, asked, include=box["value"])
    assert run_of(ticked).command == "mixed"
    assert BasketEntry.objects.count() == 0


OWN_FLAG = FlagRule(Rule.VALUES, ("FIN-*",), sentences=(("", "Finance: four eyes"),))


@override_settings(FLAG_RULES=FlagRules((OWN_FLAG,)))
def test_the_basket_says_which_rule_holds(approver: Browser) -> None:
    page = go_to(approver, lambda one: "FIN-PROD-BREAKGLASS" in title(one))
    decide(approver, page, whole_label(page, "Reject"))
    rules = {words(one) for one in basket_page(approver).select(".flag__why")}
    assert rules == {"FIN-PROD-BREAKGLASS matches FIN-*"}


def test_the_basket_looks_up_at_once_what_was_rejected_before(approver: Browser) -> None:
    Rejection.objects.create(mark="another", actor_id=approver.persona_id, at=timezone.now())
    for _number in range(2):
        page = go_to(approver, is_undecided)
        decide(approver, page, whole_label(page, "Approve"))
    with CaptureQueriesContext(connection) as seen:
        basket_page(approver)
    assert len({entry.item_id for entry in BasketEntry.objects.all()}) == 2
    asked = [one["sql"] for one in seen.captured_queries if "workitems_rejection" in one["sql"]]
    assert len(asked) == 2  # whether there is any, and all of them


def test_the_same_press_twice_is_one_run(approver: Browser) -> None:
    page = go_to(approver, has_lines(2))
    decide(approver, page, "Approve all")
    asked = basket_page(approver)
    first_one, second = send(approver, asked), send(approver, asked)
    assert run_of(first_one) == run_of(second)
    assert Attempt.objects.count() == 1


def test_a_basket_that_was_recorded_and_not_emptied_is_left_out(approver: Browser) -> None:
    page = go_to(approver, has_lines(2))
    decide(approver, page, "Approve all")
    rows = list(BasketEntry.objects.all())
    asked = basket_page(approver)
    run = run_of(send(approver, asked))
    BasketEntry.objects.bulk_create(rows)  # as if the process had been killed in between
    assert "A decision on it is to be sent already." in words(basket_page(approver))
    assert run_of(send(approver, asked)) == run
    assert BasketEntry.objects.count() == 0
    assert Attempt.objects.count() == 1


def test_more_ticks_on_the_same_page_are_another_run(approver: Browser) -> None:
    plain = go_to(approver, has_lines(2))
    decide(approver, plain, "Approve all")
    page = go_to(approver, lambda one: not is_plain(one) and "Approve" in words(whole(one)))
    decide(approver, page, whole_label(page, "Approve"))
    asked = basket_page(approver)
    box = asked.select_one("input[name=include]")
    assert box is not None
    one = run_of(send(approver, asked))
    two = run_of(send(approver, asked, include=box["value"]))
    assert one != two
    assert BasketEntry.objects.count() == 0


def test_nobody_else_sees_a_basket(approver: Browser, as_user: AsUser) -> None:
    decide(approver, go_to(approver, has_lines(2)), "Approve all")
    asked = basket_page(approver)
    other = as_user("admin")
    owner = f"?owner={approver.persona_id}"
    assert "The basket is empty." in words(parsed(other.get(f"/triage/send/{owner}")))
    assert parsed(other.get(f"/{owner}")).select_one("[data-basket]") is None
    entries = asked.select_one("[name=entries]")
    assert entries is not None
    sent = {"key": "k", "entries": entries["value"], "confirmed": "1"}
    assert other.post(f"/triage/send/{owner}", sent).status_code == 400
    assert BulkRun.objects.count() == 0


def test_an_admins_basket_belongs_to_the_queue(approver: Browser, admin: Browser) -> None:
    owner = f"?owner={approver.persona_id}"
    page = parsed(admin.get(f"/triage/{owner}"))
    while not has_lines(2)(page):
        link = page.select_one("[data-neighbour='1']")
        assert link is not None
        page = parsed(admin.get(str(link["href"])))
    decide(admin, page, "Approve all")
    assert "You decide for" in words(parsed(admin.get(f"/triage/send/{owner}")))
    assert "The basket is empty." in words(basket_page(admin))


def test_an_entry_copied_to_another_persons_row_does_not_open(
    approver: Browser, as_user: AsUser
) -> None:
    decide(approver, go_to(approver, has_lines(2)), "Approve all")
    other = as_user("admin")
    for row in BasketEntry.objects.all():
        row.pk, row.actor_id, row.owner_id = uuid4(), other.persona_id, other.persona_id
        row.save(force_insert=True)
    assert "The basket is empty." in words(basket_page(other))


def test_the_basket_outlasts_the_session_and_goes_after_a_month(
    approver: Browser, as_user: AsUser
) -> None:
    decide(approver, go_to(approver, has_lines(2)), "Approve all")
    assert approver.post("/signout/").status_code == HTTPStatus.FOUND
    assert approver.get("/triage/send/").status_code != HTTPStatus.OK
    assert "2 decisions" in words(basket_page(as_user("approver")))
    for row in BasketEntry.objects.all():
        row.asked_at -= timedelta(days=31)
        row.save()
    ledger_upkeep.delete_old()
    assert BasketEntry.objects.count() == 0


def test_erasure_takes_the_basket(approver: Browser) -> None:
    decide(approver, go_to(approver, has_lines(2)), "Approve all")
    ledger_upkeep.forget(approver.persona_id)
    assert BasketEntry.objects.count() == 0


def test_a_press_on_a_card_that_has_changed_shows_it_again(approver: Browser) -> None:
    page = go_to(approver, has_lines(2))
    after = decide(approver, page, "Approve all", fingerprint="0" * 16)
    assert "has changed since it was shown" in words(after)
    assert title(after) == title(page)
    assert BasketEntry.objects.count() == 0


def test_a_task_that_has_left_leads_to_the_first_undecided(approver: Browser) -> None:
    page = first(approver, "?at=nobody")
    assert place(page).startswith("1 of")
    assert "That task has left the list." in words(page)


def test_a_forward_goes_into_the_basket_with_its_comment(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = go_to(approver, has_lines(2))
    link = page.select_one("[data-key=f]")
    assert link is not None
    form = parsed(approver.get(str(link["href"])))
    main = form.select_one("main")
    assert main is not None
    target = sandbox.persona("empty")
    assert "Nothing is sent yet" in words(main)
    response = press(
        approver, main, "Put into the basket to forward", htmx=False,
        target=target.id, comment="She knows more", q="x",
    )  # fmt: skip
    assert response.status_code == 302, words(parsed(response))
    assert writes(sandbox) == []
    asked = basket_page(approver)
    assert "She knows more" in words(asked)
    assert target.name in words(asked)
    run = run_of(send(approver, asked))
    carry_out(run)
    assert ends(run) == {"succeeded": 1}


def test_the_widget_has_no_page_of_one_by_one_and_no_link_to_it(approver: Browser) -> None:
    assert approver.get("/widget/triage/").status_code == 404
    assert parsed(approver.get("/widget/")).select_one("[data-triage]") is None


@pytest.mark.usefixtures("unread_lists")
def test_a_card_is_a_part_of_the_page_for_htmx(approver: Browser) -> None:
    response = approver.get("/triage/", headers=HTMX)
    assert response.content.strip().startswith(b"<title>")
