"""Every page offers what the policy allows; addresses refuse the rest where they can tell."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import override_settings

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, dashboard, writes

OFFERED = "button[formaction*='/approve/']:not(details.more *)"
pytestmark = pytest.mark.django_db
SEVERAL = "Badge System"  # a manual task with several values


@pytest.fixture
def agent(as_user: AsUser) -> Browser:
    return as_user("agent")


def labels(scope: Tag | BeautifulSoup | None) -> set[str]:
    assert scope is not None
    return {words(button).split(":")[0] for button in scope.select("[data-actions] form button")}


def pane_of(browser: Browser, row: Tag, prefix: str = "") -> BeautifulSoup:
    return parsed(browser.fragment(prefix + str(row.select_one("h2 a")["href"])))


@pytest.mark.parametrize("text", [MANUAL, SEVERAL])
def test_a_manual_task_is_completed_or_forwarded_wherever_it_stands(
    agent: Browser, text: str
) -> None:
    row = row_of(dashboard(agent), text)
    page = dashboard(agent, str(row.select_one("h2 a")["href"]))

    assert labels(row) == {"Forward", "Mark complete"}
    assert labels(pane_of(agent, row)) == labels(page) == labels(row)
    assert row.select("details") == []


@override_settings(TYPE_COMMANDS={"ManualAction": frozenset({"complete", "approve", "reject"})})
def test_the_setting_gives_a_manual_task_its_decisions_back(agent: Browser) -> None:
    row = row_of(dashboard(agent), MANUAL)
    assert {"Approve", "Reject"} <= labels(row)
    assert labels(pane_of(agent, row)) == {"Forward", "Mark complete", "Approve", "Reject"}


@pytest.mark.parametrize("command", ["reject-all", "approve-all"])
def test_an_address_refuses_what_the_type_does_not_take(
    agent: Browser, sandbox: Sandbox, command: str
) -> None:
    href = row_of(dashboard(agent), MANUAL).select_one("h2 a")["href"]
    response = agent.get(f"{href}{command}/")
    assert response.status_code == 403
    assert "not ended this way" in words(parsed(response))
    assert agent.act(f"{href}{command}/").status_code == 403
    assert writes(sandbox) == []


def refused(agent: Browser, sandbox: Sandbox, **how: bool) -> BeautifulSoup:
    """The answer to completing a manual task that SailPoint does not let go."""
    row = row_of(dashboard(agent), MANUAL)
    sandbox.fault("POST", "/work-items/", status=400)
    item_id = pane_of(agent, row).select_one("#pane input[name=pane]")["value"]
    response = press(agent, row, "Mark complete", pane=item_id, **how)
    return parsed(response if response.status_code == 409 else agent.get(response["Location"]))


def test_where_sailpoint_refuses_to_complete_the_pane_offers_the_items(
    agent: Browser, sandbox: Sandbox
) -> None:
    answer = refused(agent, sandbox)
    panel = answer.select_one("#panel")
    assert {"Approve", "Reject", "Mark complete"} <= labels(panel)
    row = answer.select_one("article")
    assert {"Approve", "Reject"} <= labels(pane_of(agent, row))
    sandbox.calls.clear()
    assert "Approved." in words(parsed(press(agent, panel, "Approve")))
    assert len(sandbox.api_calls) == 1


def test_without_javascript_the_page_offers_them_as_well(agent: Browser, sandbox: Sandbox) -> None:
    page = refused(agent, sandbox, htmx=False)
    assert {"Approve", "Reject", "Mark complete"} <= labels(page)


def test_for_somebody_else_the_offer_survives_the_question(
    admin: Browser, sandbox: Sandbox
) -> None:
    owner = sandbox.persona("agent").id
    row = row_of(dashboard(admin, f"/?owner={owner}"), MANUAL)
    question = parsed(press(admin, row, "Mark complete"))
    sandbox.fault("POST", "/work-items/", status=400)
    answer = parsed(press(admin, question, "Mark complete"))
    asked = press(admin, answer.select_one("article"), "Approve")
    assert "Approve 1 item?" in words(parsed(asked))


LINE = {"account": "zofia", "name": "dept", "operation": "Add", "value": "x", "state": None}


@pytest.mark.parametrize("item_id", [None, "a/b"])
@pytest.mark.parametrize("is_alone", [True, False])
def test_an_item_without_a_usable_id_never_leads_to_a_missing_page(
    approver: Browser, sandbox: Sandbox, *, item_id: str | None, is_alone: bool
) -> None:
    lines = [LINE | {"id": item_id}] + ([] if is_alone else [LINE | {"id": "fine"}])
    entry = sandbox.world.get(sandbox.world.queue(approver.persona_id, done=False)[0])
    assert entry is not None
    sandbox.world.put(entry.changed(type="Approval", approvalItems=lines, form=None))
    row = row_of(dashboard(approver), "no usable id")
    pane = pane_of(approver, row)
    for place in (row, pane):
        assert "no usable id" in words(place)
        assert {"Approve all", "Reject all"} <= labels(place)
        assert len(place.select(OFFERED)) == (0 if is_alone else 1)
    for button in pane.select("[data-actions] button"):
        assert approver.get(str(button["formaction"])).status_code == 200
