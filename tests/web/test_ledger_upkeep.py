"""The ledger's commands: recover after a kill, reseal with a new key, delete and erase."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.jobs.engine import scan
from taskmanager.signin.models import Session
from tests.web.conftest import Browser
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from tests.web.test_ledger import abandoned, only_row
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
OLD, NEW = "an old key of at least 32 characters", "a new key of at least 32 characters"


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_recover_finds_what_was_done_before_the_kill(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    abandoned(row, approver)
    assert "1 verified" in run("recover")
    assert (only_row().status, only_row().is_live) == ("verified", False)
    assert len(writes(sandbox)) == 1


def test_a_job_worker_looks_for_them_each_minute(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    abandoned(row, approver)
    scan()
    assert (only_row().status, only_row().is_live) == ("verified", False)
    assert len(writes(sandbox)) == 1


def test_recover_finds_what_was_never_sent(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=501)
    press(approver, row, "Approve")
    abandoned(row, approver)
    sandbox.calls.clear()
    assert "1 not-done" in run("recover")
    assert writes(sandbox) == []


def test_a_row_within_its_time_is_left_alone(approver: Browser) -> None:
    press(approver, single(dashboard(approver)), "Approve")
    later = timezone.now() + timedelta(minutes=1)
    Attempt.objects.update(status="sending", is_live=True, live_until=later)
    assert "nothing to do" in run("recover")
    assert only_row().is_live


def test_a_row_whose_session_has_ended_blocks_nobody(approver: Browser) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    abandoned(row, approver)
    Session.objects.all().delete()
    assert "1 unconfirmed" in run("recover")
    assert (only_row().status, only_row().is_live) == ("unconfirmed", False)


def test_a_row_is_left_while_sailpoint_does_not_answer(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    abandoned(row, approver)
    sandbox.fault("GET", "/work-items/", status=503, times=2)
    assert "1 left" in run("recover")
    assert only_row().is_live
    assert "1 verified" in run("recover")


def test_opening_the_task_closes_what_a_kill_left(approver: Browser) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve")
    abandoned(row, approver)
    approver.fragment(str(row.select_one("h2 a")["href"]))
    assert only_row().status == "verified"


def test_a_key_is_dropped_after_resealing_and_not_before(approver: Browser) -> None:
    with override_settings(LEDGER_KEYS=[OLD]):
        press(approver, single(dashboard(approver)), "Approve")
    with override_settings(LEDGER_KEYS=[NEW]), pytest.raises(CommandError, match="1 rows"):
        run("recover")
    with override_settings(LEDGER_KEYS=[NEW, OLD]):
        assert only_row().opened()["after"]
        assert "1 rows were sealed anew, 0 cannot be" in run("reseal")
    with override_settings(LEDGER_KEYS=[NEW]):
        assert only_row().opened()["after"]
        run("recover")


def test_old_rows_are_deleted(approver: Browser) -> None:
    press(approver, single(dashboard(approver)), "Approve")
    assert "Deleted 0" in run("clearledger")
    Attempt.objects.update(asked_at=timezone.now() - timedelta(days=731))
    assert "Deleted 1" in run("clearledger")


def test_a_person_can_be_erased(approver: Browser, sandbox: Sandbox) -> None:
    press(approver, single(dashboard(approver)), "Approve")
    assert "Erased in 1 rows" in run("clearledger", "--person", approver.persona_id)
    row = only_row()
    assert (row.actor_id, row.owner_id) == ("erased", "erased")
    assert row.opened() == {"erased": True}


def test_a_list_that_shows_the_task_closes_what_a_kill_left(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=501)
    press(approver, row, "Approve")
    abandoned(row, approver)
    dashboard(approver)
    assert (only_row().status, only_row().is_live) == ("not-done", False)


def test_a_row_that_was_erased_while_it_was_sent_blocks_nobody(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=501)
    press(approver, row, "Approve")
    left = abandoned(row, approver)
    run("clearledger", "--person", approver.persona_id)
    assert dashboard(approver).select("article")
    assert press(approver, row, "Approve", key="another page").status_code == 200
    left.refresh_from_db()
    assert (left.status, left.is_live) == ("unconfirmed", False)
