"""What is told of a write is what the answer, or else a read, proves."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from bs4 import Tag
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.core.http import session_for_this_thread
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, several, single, writes
from tests.web.test_ledger import item_of, line_of
from tests.web.test_trouble import decisions
from workitems.models import Attempt

pytestmark = pytest.mark.django_db


def elsewhere(sandbox: Sandbox, path: str, persona: str = "approver", body: object = None) -> None:
    """A write by somebody at the tenant, past the dashboard."""
    headers = {"Authorization": f"Bearer {sandbox.access_token_for(persona)}"}
    address = f"{settings.ISC_BASE_URL}/v2024/work-items/{path}"
    answer = session_for_this_thread().request("POST", address, headers=headers, json=body)
    assert answer.ok, answer.text
    sandbox.calls.clear()


@contextmanager
def meanwhile(sandbox: Sandbox, during: str, path: str) -> Iterator[None]:
    """Somebody else's write at the tenant, while a call whose path has `during` is under way."""

    def other() -> None:
        until = time.monotonic() + 10
        while not any(during in call.path for call in sandbox.api_calls):
            assert time.monotonic() < until, "the call never came"
            time.sleep(0.01)
        elsewhere(sandbox, path)

    somebody = threading.Thread(target=other)
    somebody.start()
    yield
    somebody.join()


def status_of(response: object) -> str:
    return words(parsed(response).select_one("#status"))


def last() -> str:
    return Attempt.objects.order_by("-asked_at")[0].status


def answered(row: Tag, *, state: str, line: str | None, **more: object) -> str:
    """A work item as ISC might answer, in this state."""
    lines = [{"id": line_of(row), "state": line, "operation": "Add", "value": "X", "account": "y"}]
    return json.dumps({"id": item_of(row), "state": state, "approvalItems": lines, **more})


@pytest.mark.parametrize("body", ["false", "0", "true", '"ok"', "[]", "{}", "[1]", '{"id": null}'])
def test_an_answer_that_shows_nothing_is_no_success(
    approver: Browser, sandbox: Sandbox, body: str
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", body=body)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "Approved" not in status_of(response)
    assert last() == "unconfirmed"
    assert len(writes(sandbox)) == 1


def test_another_items_answer_is_no_success(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    body = answered(row, state="Finished", line="Approved").replace(item_of(row), "b" * 32)
    sandbox.fault("POST", "/approve/", body=body)
    assert press(approver, row, "Approve").status_code == 504
    assert last() == "unconfirmed"


def test_a_read_of_another_item_proves_nothing(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    body = answered(row, state="Finished", line="Approved").replace(item_of(row), "b" * 32)
    sandbox.fault("POST", "/approve/", drop=True)
    sandbox.fault("GET", f"/work-items/{item_of(row)}$", body=body, times=2)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "don't know yet" in status_of(response)
    assert last() == "unconfirmed"


def test_an_answer_that_came_too_early_is_read_again(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    body = answered(row, state="Pending", line="Pending")
    sandbox.fault("POST", "/approve/", body=body, after=True)
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert status_of(response).endswith(": Approved.")
    assert last() == "succeeded"
    assert len(writes(sandbox)) == 1


def test_a_line_that_is_still_pending_is_no_success(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    body = answered(row, state="Pending", line="Pending")
    sandbox.fault("POST", "/approve/", body=body)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "accepted this and does not show it yet" in status_of(response)
    assert last() == "unconfirmed"


def test_a_rejected_line_in_the_answer_is_not_told_as_approved(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", body=answered(row, state="Rejected", line="Rejected"))
    response = press(approver, row, "Approve")
    assert response.status_code == 409
    assert "decided differently" in status_of(response)
    assert last() == "superseded"


def test_a_finished_item_that_names_no_line_is_not_told_as_rejected(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/reject/", body=answered(row, state="Finished", line=None))
    response = press(approver, row, "Reject")
    assert "SailPoint does not say how it was decided" in status_of(response)
    assert last() == "unconfirmed"


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 504}])
def test_a_lost_approval_is_not_told_as_done_when_somebody_rejected(
    approver: Browser,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, object],
) -> None:
    row = single(dashboard(approver))
    elsewhere(sandbox, f"{item_of(row)}/reject/{line_of(row)}")
    sandbox.fault("POST", "/approve/", **fault)
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        response = press(approver, row, "Approve")
    assert response.status_code == 409
    assert "decided differently: Rejected" in status_of(response)
    assert last() == "superseded"
    assert [line.fields["status"] for line in decisions(caplog)] == ["superseded"]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 504}])
def test_a_lost_approval_of_all_is_not_told_as_done_when_somebody_rejected_meanwhile(
    approver: Browser,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, object],
) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Approve all"))
    sandbox.calls.clear()
    sandbox.fault("POST", "^/v2024/work-items/bulk-approve/", latency=1.0, **fault)
    theirs = f"bulk-reject/{item_of(row)}"
    with (
        caplog.at_level(logging.INFO, "workitems.decisions"),
        meanwhile(sandbox, "/bulk-approve/", theirs),
    ):
        response = press(approver, dialog, "Approve all 2 items")
    assert response.status_code == 409
    assert "decided differently: 1 approved, 2 rejected" in status_of(response)
    assert last() == "superseded"
    assert [line.fields["status"] for line in decisions(caplog)] == ["superseded"]


def test_a_lost_approval_of_all_is_judged_by_what_was_listed(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Approve all"))
    sandbox.fault("POST", "/bulk-approve/", drop=True)
    sandbox.fault("POST", "/approve/", drop=True)
    lines = [line_of(form) for form in row.select("details form")]
    elsewhere(sandbox, f"{item_of(row)}/reject/{lines[0]}")
    response = press(approver, dialog, "Approve all 2 items")
    assert response.status_code == 504
    assert "don't know yet" in status_of(response)
    assert last() == "unconfirmed"


def test_a_lost_forward_never_names_a_person_whom_nobody_asked(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    form = parsed(press(approver, row, "Forward"))
    target = sandbox.persona("agent").id
    body = {"targetOwnerId": sandbox.persona("heavy").id, "comment": "x"}
    elsewhere(sandbox, f"{item_of(row)}/forward", "approver", body)
    sandbox.fault("POST", "/forward", drop=True)
    response = press(approver, form, "Forward", target=target, comment="please")
    assert response.status_code == 200
    assert "has left your queue" in status_of(response)
    assert sandbox.persona("agent").name not in status_of(response)
    assert last() == "gone"


def test_what_was_added_after_the_confirmation_is_not_decided(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Approve all"))
    listed = [str(field["value"]) for field in dialog.select("input[name=line]")]
    assert len(listed) == 2
    sandbox.calls.clear()
    response = press(approver, dialog, "Approve all 2 items", line=listed[:1])
    assert response.status_code == 200
    assert [path.rpartition("/")[2] for path in writes(sandbox)] == listed[:1]
    assert "bulk" not in writes(sandbox)[0]
    assert "2 of 3 decided" in words(parsed(response).select_one(f"#{row['id']}"))


def test_what_was_decided_after_the_confirmation_is_left_out(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Approve all"))
    listed = [str(field["value"]) for field in dialog.select("input[name=line]")]
    elsewhere(sandbox, f"{item_of(row)}/reject/{listed[0]}")
    response = press(approver, dialog, "Approve all 2 items")
    assert response.status_code == 409
    assert "1 approved; decided before: 1 approved, 1 rejected." in status_of(response)
    assert [path.rpartition("/")[2] for path in writes(sandbox)] == listed[1:]


def test_without_bulk_calls_each_item_is_a_call(approver: Browser, sandbox: Sandbox) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Reject all"))
    listed = [str(field["value"]) for field in dialog.select("input[name=line]")]
    with override_settings(BULK_CALLS=False):
        response = press(approver, dialog, "Reject all 2 items")
    assert response.status_code == 200
    assert [path.rpartition("/")[2] for path in writes(sandbox)] == listed
    assert last() == "succeeded"


def test_an_administrators_stale_row_is_not_decided_for_somebody_else(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    admin = as_user("admin")
    row = single(dashboard(admin))
    body = {"targetOwnerId": sandbox.persona("agent").id, "comment": "x"}
    elsewhere(sandbox, f"{item_of(row)}/forward", "admin", body)
    response = press(admin, row, "Approve")
    assert response.status_code == 409
    name = sandbox.persona("agent").name
    assert f"in the queue of {name} now: nothing was sent" in status_of(response)
    assert writes(sandbox) == []
    assert last() == "changed"


def test_an_administrators_decision_is_a_read_and_a_write(
    as_user: AsUser, sandbox: Sandbox
) -> None:
    admin = as_user("admin")
    row = single(dashboard(admin))
    sandbox.calls.clear()
    assert press(admin, row, "Approve").status_code == 200
    assert [call.method for call in sandbox.api_calls] == ["GET", "POST"]


def asked_again(approver: Browser, answer: Tag) -> object:
    """What the page does by itself after some seconds."""
    standing = answer.select_one("[hx-get*='/standing/']")
    assert str(standing["hx-trigger"]).startswith("load delay:")
    address = f"{standing['hx-get']}&surface=list&open=34&completed=12"
    return approver.get(address, headers={"HX-Request": "true"})


def test_an_unknown_end_is_asked_for_again_and_told_when_it_is_known(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    first = parsed(press(approver, row, "Approve"))
    second = asked_again(approver, first)
    assert second.status_code == 504
    assert "asked=2" in str(parsed(second).select_one("[hx-get]")["hx-get"])
    elsewhere(sandbox, f"{item_of(row)}/approve/{line_of(row)}")
    third = asked_again(approver, parsed(second))
    assert third.status_code == 200
    assert "Approved. SailPoint said so only when asked again" in status_of(third)
    assert parsed(third).select_one(f"#{row['id']}") is not None
    assert last() == "verified"
    assert writes(sandbox) == []


def test_after_two_minutes_an_unknown_end_gives_the_buttons_back(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    first = parsed(press(approver, row, "Approve"))
    Attempt.objects.update(live_until=timezone.now() - timedelta(seconds=1))
    answer = parsed(asked_again(approver, first))
    assert "still waits" in words(answer.select_one("#status"))
    assert press(approver, answer.select_one(f"#{row['id']}"), "Approve").status_code == 200
    assert len(writes(sandbox)) == 2


def test_an_unknown_end_of_a_task_that_has_left_is_not_claimed(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    first = parsed(press(approver, row, "Approve"))
    body = {"targetOwnerId": sandbox.persona("agent").id, "comment": "x"}
    elsewhere(sandbox, f"{item_of(row)}/forward", "approver", body)
    answer = asked_again(approver, first)
    assert answer.status_code == 403
    assert "we cannot say whether it was you" in status_of(answer)


def test_an_item_that_was_added_during_the_call_for_all_is_told(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    dialog = parsed(press(approver, row, "Approve all"))
    listed = [str(field["value"]) for field in dialog.select("input[name=line]")]
    lines = [{"id": each, "state": "Approved"} for each in [*listed, "c" * 32]]
    answer = {"id": item_of(row), "state": "Finished", "approvalItems": lines}
    sandbox.fault("POST", "/bulk-approve/", body=json.dumps(answer))
    response = press(approver, dialog, "Approve all 2 items")
    assert response.status_code == 200
    assert "Approved. 1 item that was added meanwhile was decided with it." in status_of(response)
    assert Attempt.objects.get().opened()["unlisted"] == ["c" * 32]


@pytest.mark.parametrize("asked", ["999999999999", "-1", "²", "x", ""])
def test_how_often_was_asked_is_not_believed_beyond_reason(
    approver: Browser, sandbox: Sandbox, asked: str
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    standing = parsed(press(approver, row, "Approve")).select_one("[hx-get*='/standing/']")
    address = str(standing["hx-get"]).replace("asked=1", f"asked={asked}")
    again = parsed(approver.fragment(f"{address}&surface=list")).select_one("[hx-get]")
    assert again["hx-trigger"] == "load delay:4s"
