"""Forwarding: people search, comment, refusals; typed text is kept when refused."""

import json
import logging
import re

import pytest
from bs4 import BeautifulSoup, Tag

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press, row_of
from tests.web.test_decide import count, dashboard, single, writes
from tests.web.test_ledger import item_of
from tests.web.test_trouble import decisions
from workitems.models import Attempt

pytestmark = pytest.mark.django_db


def dialog(browser: Browser, row: Tag) -> BeautifulSoup:
    return parsed(press(browser, row, "Forward"))


def forwards(sandbox: Sandbox) -> list[dict[str, object]]:
    return [call.body for call in sandbox.api_calls if call.path.endswith("/forward")]


@pytest.fixture
def target(sandbox: Sandbox) -> str:
    return sandbox.persona("agent").id


def test_a_work_item_is_forwarded_with_comment_and_notification(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    page = dashboard(approver)
    row = single(page)
    form = dialog(approver, row)
    response = press(approver, form, "Forward", target=target, comment="Yours, I think")
    answer = parsed(response)
    name = sandbox.persona("agent").name
    assert forwards(sandbox) == [
        {"targetOwnerId": target, "comment": "Yours, I think", "sendNotifications": True}
    ]
    task = words(row.select_one("h2"))
    assert words(answer.select_one("#status")) == f"{task}: Forwarded to {name}."
    assert words(answer.select_one(f"#{row['id']}-actions")) == f"Forwarded to {name}."
    assert answer.select_one(f"#{row['id']}") is None  # the row keeps its title
    assert "task:decided" in response["HX-Trigger"]
    assert "dialog:close" in response["HX-Trigger-After-Swap"]  # not before the swap
    assert count(dashboard(approver), "open") == count(page, "open") - 1


def test_without_scripts_the_message_names_the_task_too(approver: Browser, target: str) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    press(approver, form, "Forward", htmx=False, target=target, comment="x")
    said = words(dashboard(approver).select_one("#notices"))
    assert f"{words(row.select_one('h2'))}: Forwarded to " in said


def test_the_ledger_knows_what_was_forwarded(approver: Browser, target: str) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    press(approver, form, "Forward", target=target, comment="x")
    assert Attempt.objects.get().opened()["task"] == words(row.select_one("h2"))


@pytest.mark.parametrize("change", ["forged", "of another task", "left out"])
def test_only_a_sentence_that_we_signed_for_this_task_is_believed(
    approver: Browser, target: str, change: str
) -> None:
    first, second = dashboard(approver).select("article[data-task]")[:2]
    form, other = dialog(approver, first), dialog(approver, second)
    signed = {
        "forged": f"{form.select_one('[name=shown]')['value']}!",
        "of another task": other.select_one("[name=shown]")["value"],
        "left out": None,
    }[change]
    response = press(approver, form, "Forward", target=target, comment="x", shown=signed)
    assert words(parsed(response).select_one("#status")).startswith("Forwarded to ")
    content = Attempt.objects.get().opened()
    assert (content["task"], content["shown"]) == ("", {})


@pytest.mark.parametrize("status", [400, 409])
def test_a_refusal_after_it_was_done_is_read_and_told_truly(
    approver: Browser, sandbox: Sandbox, target: str, status: int
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    sandbox.fault("POST", "/forward$", status=status, after=True)
    response = press(approver, form, "Forward", target=target, comment="x")
    assert "This task moved to someone else" in words(parsed(response).select_one("#status"))
    assert Attempt.objects.get().status == "gone"
    assert len(forwards(sandbox)) == 1


def test_the_notification_can_be_left_out(approver: Browser, sandbox: Sandbox, target: str) -> None:
    form = dialog(approver, single(dashboard(approver)))
    press(approver, form, "Forward", target=target, comment="x", notify=None)
    assert forwards(sandbox)[0]["sendNotifications"] is False


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"comment": "why"}, "Choose the person"),
        ({"target": "AGENT"}, "Say in a few words why"),
        ({"target": "ffffffffffffffffffffffffffffffff", "comment": "why"}, "no such person"),
    ],
)
def test_an_incomplete_form_comes_back_with_what_was_typed(
    approver: Browser, sandbox: Sandbox, target: str, typed: dict[str, str], said: str
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    typed = {name: target if value == "AGENT" else value for name, value in typed.items()}
    response = press(approver, form, "Forward", q="ag", **typed)
    again = parsed(response)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#dialog"
    assert said in words(again)
    assert again.select_one("input[name=q]")["value"] == "ag"
    assert again.select_one("textarea").get_text().strip() == typed.get("comment", "")
    assert writes(sandbox) == []


def test_nobody_forwards_to_themselves(approver: Browser, sandbox: Sandbox) -> None:
    form = dialog(approver, single(dashboard(approver)))
    response = press(approver, form, "Forward", target=approver.persona_id, comment="me")
    assert response.status_code == 422
    assert "This is you" in words(parsed(response))
    assert writes(sandbox) == []


def test_a_refusal_of_sailpoint_keeps_the_comment(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    sandbox.fault("POST", "/forward", status=400)
    response = press(approver, form, "Forward", target=target, comment="Long and typed")
    assert response.status_code == 422
    assert "SailPoint refused" in words(parsed(response))
    assert "SailPoint request" in words(parsed(response))
    assert parsed(response).select_one("textarea").get_text().strip() == "Long and typed"


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_of_the_forward_alone_keeps_the_form_and_the_comment(
    approver: Browser, sandbox: Sandbox, target: str, status: int, html: bool
) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    sandbox.fault("POST", "/forward$", status=status, html=html)
    response = press(approver, form, "Forward", target=target, comment="Long and typed")
    again = parsed(response)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#dialog"
    assert "SailPoint" in words(again.select_one(".errorlist"))
    assert again.select_one("textarea").get_text().strip() == "Long and typed"
    assert words(again.select_one("#dialog-task")) == words(row.select_one(".task__title"))
    assert again.select_one(f"#{row['id']}-actions") is None  # the row keeps its buttons
    assert Attempt.objects.get().status == "refused"
    assert len(forwards(sandbox)) == 1


def answered(row: Tag, owner_id: str, item_id: str = "") -> str:
    """A work item as ISC might answer a forward."""
    return json.dumps({"id": item_id or item_of(row), "state": "Pending", "ownerId": owner_id})


@pytest.mark.parametrize("answer", ["false", "0", "another item", "its old owner", "no owner"])
def test_an_answer_that_does_not_show_the_forward_is_no_success(
    approver: Browser, sandbox: Sandbox, target: str, answer: str
) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    bodies = {
        "another item": answered(row, target, "b" * 32),
        "its old owner": answered(row, approver.persona_id),
        "no owner": answered(row, ""),
    }
    sandbox.fault("POST", "/forward$", body=bodies.get(answer, answer))
    response = press(approver, form, "Forward", target=target, comment="Keep me")
    again = parsed(response)
    assert response.status_code == 422
    assert "Forwarded to" not in words(again)
    said = "does not show it yet" if answer in bodies else "still waits"
    assert said in words(again.select_one(".errorlist"))
    assert again.select_one("textarea").get_text().strip() == "Keep me"
    assert Attempt.objects.get().status == "unconfirmed"
    assert len(forwards(sandbox)) == 1


def test_a_forward_that_names_another_item_is_not_told_to_whom_if_it_cannot_be_read(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    sandbox.fault("POST", "/forward$", body=answered(row, target, "b" * 32), after=True)
    response = press(approver, form, "Forward", target=target, comment="x")
    assert response.status_code == 200
    said = words(parsed(response).select_one("#status"))
    assert "This task moved to someone else" in said
    assert sandbox.persona("agent").name not in said
    assert Attempt.objects.get().status == "gone"


@pytest.mark.parametrize("shows_it", [True, False])
def test_a_forward_is_told_as_done_where_its_answer_or_a_read_names_the_new_owner(
    as_user: AsUser,
    sandbox: Sandbox,
    target: str,
    caplog: pytest.LogCaptureFixture,
    shows_it: bool,
) -> None:
    admin = as_user("admin")
    row = single(dashboard(admin))
    form = dialog(admin, row)
    body = answered(row, target, "" if shows_it else "b" * 32)
    sandbox.fault("POST", "/forward$", body=body, after=True)
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        response = press(admin, form, "Forward", target=target, comment="x")
    said = words(parsed(response).select_one("#status"))
    (fields,) = [line.fields for line in decisions(caplog)]
    assert (fields["status"], fields["owner"]) == ("succeeded", admin.persona_id)
    assert said.endswith(f": Forwarded to {sandbox.persona('agent').name}.")
    assert Attempt.objects.get().status == "succeeded"
    assert len(forwards(sandbox)) == 1


def test_a_forward_from_two_tabs_to_two_people_goes_out_once(
    as_user: AsUser, sandbox: Sandbox, target: str
) -> None:
    admin = as_user("admin")
    row = single(dashboard(admin))
    first, second = dialog(admin, row), dialog(admin, row)
    done = press(admin, first, "Forward", target=target, comment="x")
    assert done.status_code == 200
    heavy = sandbox.persona("heavy").id
    late = press(admin, second, "Forward", target=heavy, comment="Keep me")
    assert late.status_code == 422
    owner = sandbox.persona("agent").name
    said = words(parsed(late).select_one(".errorlist"))
    assert f"in the queue of {owner} now: nothing was sent" in said
    assert [call["targetOwnerId"] for call in forwards(sandbox)] == [target]
    ends = Attempt.objects.order_by("asked_at").values_list("status", flat=True)
    assert list(ends) == ["succeeded", "changed"]


def test_whoever_sailpoint_names_in_the_place_of_the_chosen_one_is_not_sent_anything(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    other = sandbox.persona("heavy")
    body = json.dumps([{"id": other.id, "name": other.name, "identityState": None}])
    sandbox.fault("GET", "/public-identities", body=body)
    response = press(approver, form, "Forward", target=target, comment="x")
    assert response.status_code == 422
    assert "no such person" in words(parsed(response))
    assert writes(sandbox) == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_person_who_may_not_be_looked_up_costs_neither_the_task_nor_the_comment(
    approver: Browser, sandbox: Sandbox, target: str, status: int
) -> None:
    row = single(dashboard(approver))
    form = dialog(approver, row)
    sandbox.fault("GET", "/public-identities", status=status)
    response = press(approver, form, "Forward", target=target, comment="Long and typed")
    assert response.status_code == status
    assert response["HX-Retarget"] == "find [data-notice]"
    assert parsed(response).select_one(f"#{row['id']}") is None
    assert writes(sandbox) == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 504}])
def test_a_forward_without_an_answer_is_looked_up(
    approver: Browser, sandbox: Sandbox, target: str, fault: dict[str, object]
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    sandbox.fault("POST", "/forward", after=True, **fault)
    done = press(approver, form, "Forward", target=target, comment="x")
    assert done.status_code == 200
    assert "has left your queue" in words(parsed(done).select_one("#status"))
    assert "Forwarded to" not in words(parsed(done))
    other = dialog(approver, row_of(dashboard(approver), "Z_VENDOR_MASTER"))
    sandbox.fault("POST", "/forward", **fault)
    lost = press(approver, other, "Forward", target=target, comment="Keep me")
    assert lost.status_code == 422
    assert "still waits" in words(parsed(lost))
    assert parsed(lost).select_one("textarea").get_text().strip() == "Keep me"


@pytest.mark.parametrize("by", ["first name", "last name", "alias", "e-mail", "both names"])
def test_people_are_found_by(approver: Browser, sandbox: Sandbox, by: str) -> None:
    agent = sandbox.persona("agent")
    first, last = agent.name.split()[0], agent.name.split()[-1]
    text = {
        "first name": first[:4],
        "last name": last[:4],
        "alias": agent.alias[:6],
        "e-mail": agent.alias[:6],
        "both names": f"{first[:3]} {last[:3]}",
    }[by]
    found = parsed(approver.fragment(f"/people/?q={text}"))
    assert agent.name in words(found)
    assert found.select_one(f"input[type=radio][name=target][value='{agent.id}']") is not None


def test_inactive_people_are_shown_with_the_reason_and_cannot_be_chosen(
    approver: Browser,
) -> None:
    inactive = next(person for person in people_by_id().values() if not person.is_active)
    found = parsed(approver.fragment(f"/people/?q={inactive.alias}"))
    radio = found.select_one(f"input[value='{inactive.id}']")
    assert radio.has_attr("disabled")
    assert "inactive" in words(found)


@pytest.mark.parametrize("query", ["", "a", "%20"])
def test_too_little_to_search_costs_no_call(
    approver: Browser, sandbox: Sandbox, query: str
) -> None:
    sandbox.calls.clear()
    approver.fragment(f"/people/?q={query}")
    assert sandbox.api_calls == []


def test_without_javascript_search_choose_and_send(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    row = single(dashboard(approver))
    page = parsed(press(approver, row, "Forward", htmx=False))
    alias = sandbox.persona("agent").alias
    search = page.select_one("button[name=find]")
    typed = {"q": alias, "comment": "typed before searching"}
    found = parsed(press(approver, page.select_one("main"), words(search), htmx=False, **typed))
    assert found.select_one("textarea").get_text().strip() == "typed before searching"
    assert found.select(".errorlist") == []
    response = press(approver, found.select_one("main"), "Forward", htmx=False, target=target)
    assert response.status_code == 302
    assert forwards(sandbox)[0]["comment"] == "typed before searching"


def test_an_admin_forwards_for_somebody_only_after_saying_so(
    as_user: AsUser, sandbox: Sandbox, target: str
) -> None:
    admin = as_user("admin")
    owner = sandbox.persona("approver").id
    form = dialog(admin, parsed(admin.get(f"/?owner={owner}")).select_one("article[data-task]"))
    refused = press(admin, form, "Forward", target=target, comment="away", confirmed=None)
    assert refused.status_code == 422
    assert writes(sandbox) == []
    assert (
        press(admin, form, "Forward", target=target, comment="away", confirmed="1").status_code
        == 200
    )


@pytest.mark.parametrize("htmx", [True, False])
def test_the_form_names_the_task_as_its_row_does_also_when_it_comes_back(
    approver: Browser, htmx: bool
) -> None:
    row = single(dashboard(approver))
    form = parsed(press(approver, row, "Forward", htmx=htmx))
    title = words(row.select_one(".task__title"))
    assert words(form.select_one("#dialog-task")) == title
    again = press(approver, form.select_one(".dialog__form"), "Forward", htmx=htmx)
    assert again.status_code == 422
    assert words(parsed(again).select_one("#dialog-task")) == title


def test_a_form_is_one_call_a_search_is_one_and_a_forward_is_two(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    row = single(dashboard(approver))

    def calls() -> list[str]:
        found = [f"{c.method} {re.sub('[0-9a-f]{32}', 'ID', c.path)}" for c in sandbox.api_calls]
        sandbox.calls.clear()
        return found

    calls()
    form = dialog(approver, row)
    assert calls() == ["GET /v2024/work-items/ID"]
    chosen = people(approver, sandbox, "agent")
    assert calls() == ["GET /v2024/public-identities"]
    parsed(approver.get("/people/", chosen | {"q": "lu"}))
    assert calls() == ["GET /v2024/public-identities"]
    press(approver, form, "Forward", target=target)
    assert calls() == ["GET /v2024/work-items/ID"]  # nobody to check: it has no comment
    press(approver, form, "Forward", target=target, comment="x")
    assert calls() == ["GET /v2024/public-identities", "POST /v2024/work-items/ID/forward"]


def test_a_task_that_is_gone_meanwhile_is_told_in_place_of_the_form(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    assert press(approver, row, "Approve").status_code == 200
    decided = press(approver, row, "Forward")
    assert decided.status_code == 409
    assert "already been decided" in words(parsed(decided).select_one(f"#{row['id']}"))
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=404)
    gone = press(approver, row, "Forward")
    assert gone.status_code == 404
    assert "no longer here" in words(parsed(gone).select_one(f"#{row['id']}-actions"))


def people(browser: Browser, sandbox: Sandbox, key: str) -> dict[str, str]:
    """What the browser sends of a person who is found and chosen, with the next search."""
    person = sandbox.persona(key)
    found = parsed(browser.fragment(f"/people/?q={person.alias}"))
    listed = found.select_one(f"input[value='{person.id}'] ~ input[name=listed]")
    return {"target": person.id, "listed": str(listed["value"])}


def test_who_is_chosen_stays_on_top_and_checked_when_the_next_search_finds_others(
    approver: Browser, sandbox: Sandbox
) -> None:
    chosen = people(approver, sandbox, "agent")
    found = parsed(approver.get("/people/", chosen | {"q": "lukas.b"}))
    assert "1 person found" in words(found)  # who is chosen is not counted
    labels = found.select("label.choice")
    assert len(labels) == 2
    assert sandbox.persona("agent").name in words(labels[0])
    assert sandbox.persona("agent").alias in words(labels[0])
    assert labels[0].select_one("input[type=radio]").has_attr("checked")
    nobody = parsed(approver.get("/people/", chosen | {"q": "zzzz"}))
    assert "begins with “zzzz”" in words(nobody)
    assert nobody.select_one(f"input[value='{chosen['target']}']").has_attr("checked")
    same = parsed(approver.get("/people/", chosen | {"q": sandbox.persona("agent").alias}))
    assert len(same.select(f"input[type=radio][value='{chosen['target']}']")) == 1


def test_without_javascript_the_next_search_keeps_who_is_chosen(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    page = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=False))
    for text in (sandbox.persona("agent").alias, "lu"):
        form = page.select_one(".dialog__form")
        found = press(approver, form, "Search", htmx=False, q=text, target=target)
        assert found.status_code == 200
        page = parsed(found)
    first = page.select_one("label.choice")
    assert sandbox.persona("agent").name in words(first)
    assert first.select_one("input").has_attr("checked")
    press(approver, page.select_one(".dialog__form"), "Forward", htmx=False, comment="x")
    assert forwards(sandbox)[0]["targetOwnerId"] == target


def test_a_name_that_the_browser_sends_is_shown_as_text_and_never_told(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    made_up = f"{target}\t<img src=x>\t<b>boss</b>"
    found = approver.get("/people/", {"q": "lu", "target": target, "listed": made_up})
    assert parsed(found).select("img, b") == []
    assert "<img src=x>" in words(parsed(found))
    form = dialog(approver, single(dashboard(approver)))
    sent = press(approver, form, "Forward", target=target, comment="x", listed=made_up)
    assert f"Forwarded to {sandbox.persona('agent').name}." in words(parsed(sent))


FOCUSED = "[autofocus], [data-focus]"


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({}, "q"),
        ({"q": "lu", "comment": "why"}, "target"),
        ({"q": "lu"}, "target"),
        ({"q": "zzzz"}, "q"),
        ({"q": "ME", "target": "ME", "comment": "why"}, "q"),
        ({"target": "AGENT"}, "comment"),
    ],
)
def test_the_focus_is_on_the_first_thing_that_is_wrong(
    approver: Browser, sandbox: Sandbox, htmx: bool, typed: dict[str, str], name: str
) -> None:
    form = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=htmx))
    me, agent = sandbox.persona("approver"), sandbox.persona("agent").id
    values = {"q": {"ME": me.alias}, "target": {"ME": me.id, "AGENT": agent}}
    typed = {key: values.get(key, {}).get(value, value) for key, value in typed.items()}
    scope = form.select_one(".dialog__form")
    again = parsed(press(approver, scope, "Forward", htmx=htmx, **typed))
    (focused,) = again.select(FOCUSED)
    assert focused.has_attr("autofocus") is not htmx  # on a page the browser itself places it
    assert focused["name"] == name
    assert focused["aria-invalid"] == "true"
    assert not focused.has_attr("disabled")
    described = [again.select_one(f"#{one}") for one in str(focused["aria-describedby"]).split()]
    assert any("errorlist" in one.get("class", []) for one in described)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_refusal_of_the_whole_form_has_the_focus(
    approver: Browser, sandbox: Sandbox, target: str, htmx: bool
) -> None:
    form = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=htmx))
    sandbox.fault("POST", "/forward", status=400)
    scope = form.select_one(".dialog__form")
    again = press(approver, scope, "Forward", htmx=htmx, target=target, comment="x")
    (focused,) = parsed(again).select(FOCUSED)
    assert "SailPoint refused" in words(focused)
