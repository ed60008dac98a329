"""Who is offered for a forward before anybody types, and the calls that it takes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from sandbox.handle import Sandbox
from sandbox.people import Person, people_by_alias, people_by_id
from tests.web.conftest import Browser, Put, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single
from tests.web.test_forward import dialog, forwards
from tests.web.test_ledger import item_of
from workitems.models import BulkRun

pytestmark = pytest.mark.django_db
TYPE = "Type at least two letters to search"


def person(alias: str) -> Person:
    return people_by_alias()[alias]


def manager_of(browser: Browser) -> Person:
    return person(people_by_id()[browser.persona_id].manager)


def others(browser: Browser, count: int) -> list[Person]:
    """Active people who manage nobody here."""
    bosses = {one.manager for one in people_by_alias().values()}
    found = [one for one in people_by_alias().values() if one.is_active]
    return [one for one in found if one.alias not in bosses and one.id != browser.persona_id][
        :count
    ]


def offered(browser: Browser, form: BeautifulSoup, q: str = "") -> tuple[str, dict[str, str]]:
    """What the open form hears: its live text, and each person's id with their words."""
    search = form.select_one("input[type=search]")
    sent = {"q": q, "suggest": str(form.select_one("#id_suggest")["value"])}
    answer = parsed(browser.get(search["hx-get"], sent, headers={"HX-Request": "true"}))
    people = {str(one.input["value"]): words(one) for one in answer.select(".choice")}
    return words(answer.select_one("#people-found")), people


def people_calls(sandbox: Sandbox) -> list[str]:
    calls = [call for call in sandbox.api_calls if "public-identities" in call.path]
    return [call.query["filters"] for call in calls]


def forwarded(put: Put, browser: Browser, target: Person, minutes: int, **fields: object) -> None:
    content = {
        "command": {"name": "forward", "item_id": "a", "owner_id": "o", "target_id": target.id,
                    "comment": "x", "notify": True},
    }  # fmt: skip
    asked_at = timezone.now() - timedelta(minutes=minutes)
    usual = {"command": "forward", "actor_id": browser.persona_id, "asked_at": asked_at}
    put(content, **{**usual, **fields})


def test_the_form_itself_costs_no_call_for_suggestions_and_asks_for_them_by_itself(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.calls.clear()
    form = dialog(approver, row)
    assert len(sandbox.api_calls) == 1
    assert form.select(".choice input[type=radio]") == []
    assert "load" in str(form.select_one("input[type=search]")["hx-trigger"])


def test_managers_are_offered_in_two_calls_which_are_not_repeated(
    approver: Browser, sandbox: Sandbox
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    requester = people_by_id()[str(form.select_one("#id_suggest")["value"])]
    sandbox.calls.clear()
    told, people = offered(approver, form)
    mine, theirs = manager_of(approver), person(requester.manager)
    assert mine.id != theirs.id
    assert list(people) == [mine.id, theirs.id]
    assert people[mine.id].startswith(f"{mine.name}Your manager · {mine.alias}")
    assert f"Manager of {requester.name}, who asked for it" in people[theirs.id]
    assert told == f"2 people are suggested. {TYPE} for others."
    assert len(people_calls(sandbox)) == len(sandbox.api_calls) == 2
    assert offered(approver, form) == (told, people)
    assert offered(approver, form, "x") == (told, people)
    assert len(sandbox.api_calls) == 2


def test_what_is_typed_is_searched_for_instead(approver: Browser, sandbox: Sandbox) -> None:
    form = dialog(approver, single(dashboard(approver)))
    told, people = offered(approver, form, "kowalczyk")
    assert told == "1 person found"
    assert len(people) == 1
    assert len(people_calls(sandbox)) == 1


def test_a_manager_who_was_forwarded_to_stands_there_once_with_both_reasons(
    approver: Browser, put: Put
) -> None:
    mine = manager_of(approver)
    forwarded(put, approver, mine, 3)
    _, people = offered(approver, dialog(approver, single(dashboard(approver))))
    assert "You forwarded to them lately · Your manager" in people[mine.id]
    assert next(iter(people)) == mine.id


def test_the_latest_five_are_offered_each_once(
    approver: Browser, put: Put, sandbox: Sandbox
) -> None:
    found = others(approver, 8)
    for minutes, one in enumerate(found):
        forwarded(put, approver, one, minutes)
        forwarded(put, approver, found[0], 50)
    _, people = offered(approver, dialog(approver, single(dashboard(approver))))
    assert list(people)[:5] == [one.id for one in found[:5]]
    assert len(people) == 7  # and two managers


def test_a_run_of_many_to_one_person_hides_nobody_else(approver: Browser, put: Put) -> None:
    before, after = others(approver, 2)
    forwarded(put, approver, before, 60)
    run = BulkRun.objects.create(
        key="k", owner_id="o", actor_id=approver.persona_id, command="forward",
        asked_at=timezone.now(),
    )  # fmt: skip
    for minutes in range(40):
        forwarded(put, approver, after, minutes, run=run, key=str(uuid4()))
    _, people = offered(approver, dialog(approver, single(dashboard(approver))))
    assert list(people)[:2] == [after.id, before.id]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "cancelled"},
        {"status": "refused"},
        {"actor_id": "somebody else"},
        {"asked_at": timezone.now() - timedelta(days=91)},
    ],
)
def test_who_got_nothing_or_long_ago_or_from_another_is_not_offered(
    approver: Browser, put: Put, fields: dict[str, object]
) -> None:
    (one,) = others(approver, 1)
    forwarded(put, approver, one, 1, **fields)
    _, people = offered(approver, dialog(approver, single(dashboard(approver))))
    assert one.id not in people


def test_who_cannot_take_it_is_offered_with_the_reason(
    approver: Browser, put: Put, sandbox: Sandbox
) -> None:
    inactive = next(one for one in people_by_alias().values() if not one.is_active)
    forwarded(put, approver, inactive, 1)
    form = dialog(approver, single(dashboard(approver)))
    _, people = offered(approver, form)
    assert "This person is inactive" in people[inactive.id]


def test_who_left_the_directory_is_not_offered(approver: Browser, put: Put) -> None:
    (one,) = others(approver, 1)
    gone = Person(**{**one.__dict__, "alias": "gone"})
    forwarded(put, approver, gone, 1)
    _, people = offered(approver, dialog(approver, single(dashboard(approver))))
    assert gone.id not in people
    assert len(people) == 2


@pytest.mark.parametrize(
    "fault",
    [{"status": 403}, {"status": 429}, {"status": 500}, {"status": 503, "times": 2},
     {"drop": True, "times": 2}, {"body": "[]"}, {"body": "{}"}],
)  # fmt: skip
def test_trouble_with_people_takes_nothing_away(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object]
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    sandbox.fault("GET", "/public-identities", **fault)
    assert offered(approver, form) == (f"{TYPE}.", {})
    target = sandbox.persona("agent").id
    done = press(approver, form, "Forward", target=target, comment="x")
    assert done.status_code == 200
    assert len(forwards(sandbox)) == 1


def test_nobody_above_is_nobody_offered(approver: Browser, sandbox: Sandbox) -> None:
    form = dialog(approver, single(dashboard(approver)))
    sandbox.fault(
        "GET", "/public-identities", body=f'[{{"id": "{approver.persona_id}", "manager": null}}]'
    )
    assert offered(approver, form) == (f"{TYPE}.", {})


def test_without_scripts_a_button_shows_them_and_what_was_typed_stays(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=False))
    typed = {"q": "lu", "comment": "typed before"}
    shown = parsed(
        press(approver, page.select_one("main"), "Show suggestions", htmx=False, **typed)
    )
    assert manager_of(approver).name in words(shown.select_one("#people"))
    assert shown.select_one("textarea").get_text().strip() == "typed before"
    assert shown.select_one("input[type=search]")["value"] == "lu"
    assert "suggested" in words(shown.select_one("#people-found"))


@pytest.mark.parametrize("is_same", [True, False])
def test_for_many_the_requesters_manager_is_offered_where_there_is_one_requester(
    approver: Browser, sandbox: Sandbox, is_same: bool
) -> None:
    rows = dashboard(approver).select("article[data-task]")
    asked = {item_of(row): str(dialog(approver, row).select_one("#id_suggest")["value"])
             for row in rows if row.select_one("button[formaction$='forward/']")}  # fmt: skip
    by_requester: dict[str, list[str]] = {}
    for item_id, requester_id in asked.items():
        by_requester.setdefault(requester_id, []).append(item_id)
    several = max(by_requester.values(), key=len)
    items = several if is_same else list(asked)
    assert len(items) > 1
    page = parsed(approver.get("/bulk/forward/", {"item": items}))
    named = str(page.select_one("#id_suggest")["value"])
    assert named == (asked[items[0]] if is_same else "")
    _, people = offered(approver, page)
    assert ("who asked for it" in " ".join(people.values())) is (
        is_same and people_by_id()[named].manager != people_by_id()[approver.persona_id].manager
    )


def test_a_forged_requester_is_nobody(approver: Browser, sandbox: Sandbox) -> None:
    for forged in ("x" * 5000, "../a", "a b", 'ö"'):
        response = approver.get("/people/", {"q": "", "suggest": forged})
        assert response.status_code == 200
    assert all("x" * 300 not in one and ".." not in one for one in people_calls(sandbox))
