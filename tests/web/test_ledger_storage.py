"""A database that fails around a decision: what was done is told as done, and nothing else."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.signin.models import Session
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from tests.web.test_ledger import item_of, only_row
from tests.web.test_trouble import decisions
from workitems.models import Attempt
from workitems.services import executor

pytestmark = pytest.mark.django_db
Blocked = Callable[[str], None]


def test_a_database_that_cannot_note_the_last_use_keeps_nobody_out(
    approver: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=5))

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "update", locked)
    assert approver.get("/").status_code == 200


@pytest.fixture
def reading_fails(sandbox: Sandbox) -> Any:
    """Makes the database refuse, after a call to the tenant, what begins with any of these."""
    refused: list[str] = []

    def refuse(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith(tuple(refused)) and writes(sandbox):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield refused.append


ATTEMPTS = f'SELECT "{Attempt._meta.db_table}".'


def test_a_ledger_that_cannot_say_who_was_faster_takes_nothing_back(
    approver: Browser, sandbox: Sandbox, reading_fails: Blocked
) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    sandbox.calls.clear()
    reading_fails(ATTEMPTS)
    response = press(approver, row, "Reject")
    assert response.status_code == 409
    said = words(parsed(response).select_one("#status"))
    assert "This was decided differently: Approved." in said
    assert len(writes(sandbox)) == 1


def test_a_history_that_cannot_be_read_takes_nothing_back(
    approver: Browser, sandbox: Sandbox, reading_fails: Blocked
) -> None:
    row = single(dashboard(approver))
    reading_fails(ATTEMPTS)
    response = press(approver, row, "Approve", pane=item_of(row))
    assert response.status_code == 200
    assert words(parsed(response).select_one("#status")).endswith(": Approved.")
    assert parsed(response).select_one("#panel") is not None
    assert len(writes(sandbox)) == 1


def test_a_repeat_whose_first_cannot_be_looked_up_reads_the_item(
    approver: Browser,
    sandbox: Sandbox,
    reading_fails: Blocked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executor, "WAIT", 0.2)
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    Attempt.objects.update(status="sending", is_live=True, closed_at=None)
    reading_fails(f'{ATTEMPTS}"status"')
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert "Approved." in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1


@pytest.fixture(params=["ended elsewhere", "locked"])
def unsaved_session(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """After a call to the tenant the session's row is gone, or cannot be written."""
    closing, saving = (f'UPDATE "{made._meta.db_table}"' for made in (Attempt, Session))

    def spoil(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if request.param == "locked" and sql.startswith(saving) and writes(sandbox):
            raise OperationalError("database is locked")
        result = execute(sql, params, many, context)
        if request.param == "ended elsewhere" and sql.startswith(closing):
            Session.objects.all().delete()
        return result

    with connection.execute_wrapper(spoil):
        yield


@pytest.mark.usefixtures("unsaved_session")
@pytest.mark.parametrize("htmx", [True, False])
def test_a_session_that_cannot_be_saved_takes_no_decision_back(
    approver: Browser, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, *, htmx: bool
) -> None:
    row = single(dashboard(approver))
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        response = press(approver, row, "Approve", htmx=htmx)
    page = parsed(response)
    assert response.status_code == 200
    said = page.select_one("#status" if htmx else "#notices .notice--success")
    assert words(said) == f"{words(row.select_one('h2'))}: Approved."
    assert "makes no sense" not in words(page)
    assert only_row().status == "succeeded"
    assert [line.fields["status"] for line in decisions(caplog)] == ["succeeded"]
    assert len(writes(sandbox)) == 1


@pytest.mark.usefixtures("unsaved_session")
def test_a_session_that_cannot_be_saved_takes_no_refusal_for_a_success(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    response = press(approver, row, "Approve", htmx=False)
    page = parsed(response)
    assert response.status_code == 200
    assert "don't know yet" in words(page.select_one("#notices [role=alert]"))
    assert page.select_one("main a.button")["href"] == "/"
    assert only_row().status == "unconfirmed"


@pytest.mark.usefixtures("unsaved_session")
def test_a_session_that_cannot_be_saved_takes_no_forward_back(
    approver: Browser, sandbox: Sandbox
) -> None:
    agent = sandbox.persona("agent")
    page = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=False))
    form, typed = page.select_one(".dialog__form"), {"target": agent.id, "comment": "x"}
    response = press(approver, form, "Forward", htmx=False, **typed)
    assert response.status_code == 200
    assert f"Forwarded to {agent.name}." in words(parsed(response).select_one("#notices"))
    assert only_row().status == "succeeded"


def test_a_message_that_cannot_be_taken_out_of_the_session_is_shown(approver: Browser) -> None:
    press(approver, single(dashboard(approver)), "Approve", htmx=False)

    def locked(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith(f'UPDATE "{Session._meta.db_table}"'):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        response = approver.get("/")
    assert response.status_code == 200
    assert words(parsed(response).select_one("#notices")).endswith(": Approved.")
    assert parsed(response).select("article[data-task]")
