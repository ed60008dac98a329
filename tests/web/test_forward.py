"""A forward: what is sent, what is refused, and what is believed of the answers."""

import json
import logging

import pytest
from bs4 import BeautifulSoup, Tag

from sandbox.handle import Sandbox
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
