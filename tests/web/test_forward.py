"""Forwarding: people search, comment, refusals; typed text is kept when refused."""

import pytest
from bs4 import BeautifulSoup, Tag

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import count, dashboard, single, writes

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
    assert words(answer.select_one("#status")) == f"Forwarded to {name}."
    assert words(answer.select_one(f"#{row['id']}")) == f"Forwarded to {name}."
    assert "task:decided" in response["HX-Trigger"]
    assert "dialog:close" in response["HX-Trigger-After-Swap"]  # not before the swap
    assert count(dashboard(approver), "open") == count(page, "open") - 1


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
    other = dialog(approver, single(dashboard(approver)))
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
