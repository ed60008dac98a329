"""The ledger: each attempt is a row before the call, one at a time, and closed as what is true."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import OperationalError, connection
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, dashboard, several, single, writes
from tests.web.test_trouble import decisions
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
Blocked = Callable[[str], None]


def only_row() -> Attempt:
    (row,) = Attempt.objects.all()
    return row


def item_of(row: Tag) -> str:
    return str(row.select_one("h2 a")["href"]).rstrip("/").rpartition("/")[2]


def line_of(row: Tag) -> str:
    action = str(row.select_one("button[formaction*='/approve/']")["formaction"])
    return action.rstrip("/").rpartition("/")[2]


@pytest.fixture
def storage_fails() -> Any:
    """Makes the database refuse rows of a status, as when it is locked or its disk is full."""
    refused: set[str] = set()

    def refuse(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and refused.intersection(map(str, params)):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield refused.add


def test_a_decision_is_a_closed_row_that_says_who_what_for_whom_and_how_it_ended(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    kept = only_row()
    me = approver.persona_id
    assert (kept.actor_id, kept.owner_id, kept.item_id) == (me, me, item_of(row))
    assert (kept.command, kept.approval_item_id) == ("approve", line_of(row))
    assert (kept.status, kept.is_live, kept.surface) == ("succeeded", False, "page")
    assert kept.asked_at <= kept.sent_at <= kept.closed_at
    content = kept.opened()
    assert content["actor"] == sandbox.persona("approver").name
    assert content["after"]["state"] == "Finished"


def test_names_and_what_was_decided_are_sealed(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    names = [words(name) for name in row.select(".task__title b, .task__meta span")]
    press(approver, row, "Approve")
    plain = json.dumps(list(Attempt.objects.values()), default=str)
    assert len(names) >= 3
    assert [name for name in [*names, sandbox.persona("approver").name] if name in plain] == []
    assert sandbox.access_token_for("approver")[:20] not in plain
    assert "eyJ" not in plain


def test_the_row_is_there_before_the_call(
    approver: Browser, sandbox: Sandbox, storage_fails: Blocked
) -> None:
    row = single(dashboard(approver))
    storage_fails("sending")
    response = press(approver, row, "Approve")
    assert response.status_code == 503
    assert "could not be recorded" in words(parsed(response))
    assert writes(sandbox) == []
    assert Attempt.objects.count() == 0


PRESSES = [
    pytest.param("approver", "Treasury to ximena.caballero", ["Approve"], id="one press"),
    pytest.param("approver", "Z_VENDOR_MASTER", ["Reject", "Reject 1 item"], id="a flagged one"),
    pytest.param("agent", MANUAL, ["Mark complete"], id="a manual task"),
]


@pytest.mark.parametrize(("persona", "text", "labels"), PRESSES)
def test_what_was_shown_is_recorded_before_the_call(
    as_user: AsUser, sandbox: Sandbox, persona: str, text: str, labels: list[str]
) -> None:
    person = as_user(persona)
    row = row_of(dashboard(person), text)
    title, scope = words(row.select_one("h2")), row
    for label in labels[:-1]:
        scope = parsed(press(person, scope, label))
    sandbox.fault("POST", "/work-items/", drop=True)
    sandbox.fault("GET", f"/work-items/{item_of(row)}$", status=500, times=2)
    answer = press(person, scope, labels[-1])
    assert answer.status_code == 504
    content = only_row().opened()
    assert (content["task"], content["shown"]["state"]) == (title, "Pending")
    assert "after" not in content
    assert words(parsed(answer).select_one("#status")).startswith(f"{title}: ")


@pytest.mark.django_db(transaction=True)  # what fails below would end the test's transaction
def test_a_row_that_cannot_be_closed_takes_nothing_back(
    approver: Browser, sandbox: Sandbox, storage_fails: Blocked
) -> None:
    row = single(dashboard(approver))
    storage_fails("succeeded")
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert words(parsed(response).select_one("#status")).endswith(": Approved.")
    assert only_row().status == "sending"
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize("htmx", [True, False])
def test_the_same_press_again_is_read_and_not_sent(
    approver: Browser, sandbox: Sandbox, *, htmx: bool
) -> None:
    row = single(dashboard(approver))
    first = press(approver, row, "Approve", htmx=htmx)
    again = press(approver, row, "Approve", htmx=htmx)
    assert first.status_code == again.status_code == (200 if htmx else 302)
    assert len(writes(sandbox)) == 1
    assert only_row().status == "succeeded"
    if htmx:
        assert words(parsed(again).select_one("#status")).endswith(": Approved.")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_confirmation_sent_twice_is_one_call(
    approver: Browser, sandbox: Sandbox, *, htmx: bool
) -> None:
    row = several(dashboard(approver))
    asked = parsed(press(approver, row, "Approve all", htmx=htmx)).select_one(".dialog__form")
    first = press(approver, asked, "Approve all 2 items", htmx=htmx)
    again = press(approver, asked, "Approve all 2 items", htmx=htmx)
    assert first.status_code == again.status_code == (200 if htmx else 302)
    assert len(writes(sandbox)) == 1
    assert only_row().status == "succeeded"
    said = parsed(again).select_one("#status") if htmx else told(approver)
    assert words(said).endswith(": Approved.")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_forward_sent_twice_is_one_call(
    approver: Browser, sandbox: Sandbox, *, htmx: bool
) -> None:
    row, agent = single(dashboard(approver)), sandbox.persona("agent")
    form = parsed(press(approver, row, "Forward", htmx=htmx)).select_one(".dialog__form")
    typed = {"target": agent.id, "comment": "x"}
    first = press(approver, form, "Forward", htmx=htmx, **typed)
    again = press(approver, form, "Forward", htmx=htmx, **typed)
    assert first.status_code == again.status_code == (200 if htmx else 302)
    assert len(writes(sandbox)) == 1
    assert only_row().status == "succeeded"
    said = parsed(again).select_one("#status") if htmx else told(approver)
    assert words(said).endswith(f": Forwarded to {agent.name}.")


def told(approver: Browser) -> Tag:
    """The last of the messages that the next page shows."""
    return dashboard(approver).select("#notices .notice")[-1]


def abandoned(row: Tag, approver: Browser) -> Attempt:
    """What a process leaves that was killed during the call: its row, past its time."""
    kept = only_row()
    past = timezone.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=kept.pk).update(
        status="sending", is_live=True, closed_at=None, live_until=past
    )
    return kept


def test_a_repeat_after_a_kill_tells_what_the_first_one_did(
    approver: Browser, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    Attempt.objects.update(status="sending", is_live=True, closed_at=None)
    caplog.clear()
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        response = press(approver, row, "Approve")
    assert "Approved." in words(parsed(response).select_one("#status"))
    assert only_row().status == "verified"
    assert [line.fields["status"] for line in decisions(caplog)] == ["verified"]
    assert len(writes(sandbox)) == 1


def test_a_row_left_by_a_kill_is_closed_as_what_is_true_by_the_next_press(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    kept = abandoned(row, approver)
    response = press(approver, row, "Reject", key="another page")
    assert response.status_code == 409
    kept.refresh_from_db()
    assert (kept.status, kept.is_live) == ("verified", False)
    assert "Already approved by" in words(parsed(response).select_one("#status"))


def test_a_row_left_by_a_kill_before_the_call_lets_the_next_press_through(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=501)
    press(approver, row, "Approve")
    kept = abandoned(row, approver)
    response = press(approver, row, "Approve", key="another page")
    assert response.status_code == 200
    kept.refresh_from_db()
    assert (kept.status, kept.is_live) == ("not-done", False)
    assert [path for path in writes(sandbox) if "/approve/" in path] == writes(sandbox)
    assert len(writes(sandbox)) == 2


def under_way(row: BeautifulSoup | Tag, part: str, actor: str = "somebody") -> Attempt:
    """Somebody's attempt on the row's item that has not ended yet."""
    now = timezone.now()
    made = Attempt(
        key=f"{part} of somebody else",
        item_id=item_of(row),
        approval_item_id=part,
        owner_id=actor,
        actor_id=actor,
        command="approve" if part else "complete",
        status="sending",
        asked_at=now,
        sent_at=now,
        is_live=True,
        live_until=now + timedelta(minutes=1),
    )
    made.seal({"actor": "Noor Haddad", "command": {}})
    made.save()
    return made


@pytest.mark.parametrize("label", ["Approve", "Reject"])
def test_while_somebody_is_at_it_others_are_told_who(
    approver: Browser, sandbox: Sandbox, label: str
) -> None:
    row = single(dashboard(approver))
    under_way(row, line_of(row))
    response = press(approver, row, label)
    assert response.status_code == 409
    assert "Noor Haddad has decided on this at" in words(parsed(response))
    assert writes(sandbox) == []


def test_while_somebody_is_at_it_others_are_told_since_when(approver: Browser) -> None:
    row = single(dashboard(approver))
    under_way(row, line_of(row))
    then = datetime(2026, 3, 5, 9, 41, tzinfo=UTC)
    Attempt.objects.update(asked_at=then)
    approver.cookies["zone"] = "Asia/Kolkata"
    said = words(parsed(press(approver, row, "Approve")).select_one("#status"))
    assert "on this at 5 Mar 2026, 15:11 IST, and that is still under way." in said


def test_a_part_excludes_itself_and_the_whole_and_no_other_part(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    lines = [form for form in row.select("details form") if form.select_one("button")]
    first, second = (line_of(line) for line in lines[:2])
    under_way(row, first)
    dialog = parsed(press(approver, row, "Approve all"))
    assert press(approver, dialog, "Approve all 2 items").status_code == 409
    assert press(approver, lines[0], "Approve").status_code == 409
    assert writes(sandbox) == []
    assert press(approver, lines[1], "Approve").status_code == 200
    assert writes(sandbox)[0].endswith(second)


def test_the_whole_excludes_every_part(approver: Browser, sandbox: Sandbox) -> None:
    row = several(dashboard(approver))
    under_way(row, "")
    line = row.select_one("details form")
    assert press(approver, line, "Approve").status_code == 409
    assert writes(sandbox) == []


def test_an_unknown_end_keeps_a_second_try_waiting_for_two_minutes(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    press(approver, row, "Approve")
    again = single(dashboard(approver))
    assert again["id"] == row["id"]
    assert press(approver, again, "Approve").status_code == 409
    assert len(writes(sandbox)) == 1
    Attempt.objects.update(live_until=timezone.now() - timedelta(seconds=1))
    assert press(approver, row, "Approve").status_code == 200  # also the very same press
    assert len(writes(sandbox)) == 2


def test_two_people_on_one_item_lead_to_one_call(as_user: AsUser, sandbox: Sandbox) -> None:
    approver, admin = as_user("approver"), as_user("admin")
    row = single(dashboard(approver))
    dialog = parsed(admin.fragment(f"/?owner={approver.persona_id}"))
    theirs = dialog.select_one(f"#{row['id']}")
    confirm = parsed(press(admin, theirs, "Approve"))
    press(approver, row, "Approve")
    response = press(admin, confirm, "Approve 1 item")
    assert response.status_code == 409
    name = sandbox.persona("approver").name
    assert f"Already approved by {name}" in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1
