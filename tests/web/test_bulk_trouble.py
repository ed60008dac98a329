"""Bulk runs: what has changed, what fails, what is cut off, each told by the receipt."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.signin import endings
from taskmanager.signin.signals import Ending
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import by_hand, make_due, session_rows, window_ends
from tests.web.many import approvals, begin, carry_out, ends, forward, page_of
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, dashboard, several, single, writes
from tests.web.test_ledger import item_of, line_of, under_way
from tests.web.test_outcomes import elsewhere
from workitems import bulk_sending, deferred, ledger_upkeep, recovery, runs
from workitems.models import Attempt, BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]


def test_what_has_changed_is_left_alone(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    changed, other = several(page), single(page)
    run = begin(approver, "approve", [changed, other])
    line = changed.select_one("details li:has(form)")
    elsewhere(sandbox, f"{item_of(changed)}/reject/{line_of(line)}")
    carry_out(run)
    assert len(writes(sandbox)) == 1
    assert ends(run) == {"changed": 1, "succeeded": 1}
    text = words(page_of(approver, run).select_one("#run"))
    assert "Changed since you looked 1" in text
    assert "nothing was sent. Look at it again." in text


def test_what_was_decided_meanwhile_is_told_as_that(approver: Browser, sandbox: Sandbox) -> None:
    rows = approvals(dashboard(approver))
    rows = [row for row in rows if not row.select_one("details")][:2]
    run = begin(approver, "approve", rows)
    elsewhere(sandbox, f"{item_of(rows[0])}/approve/{line_of(rows[0])}")
    elsewhere(sandbox, f"{item_of(rows[1])}/reject/{line_of(rows[1])}")
    carry_out(run)
    assert writes(sandbox) == []
    assert ends(run) == {"already-done": 1, "superseded": 1}


def test_a_rate_limit_in_the_middle_is_waited_for_and_nothing_is_counted_twice(
    approver: Browser, sandbox: Sandbox
) -> None:
    rows = dashboard(approver).select("article[data-task]")
    rows = [row for row in rows if row.select_one("button[formaction$='forward/']")][:23]
    run = forward(approver, sandbox, rows)
    sandbox.fault("POST", f"{item_of(rows[4])}/forward", status=429, retry_after=7)
    carry_out(run)
    assert ends(run) == {"succeeded": 22, "scheduled": 1}
    waiting = Attempt.objects.get(run=run, status="scheduled")
    wait = (waiting.due_at - timezone.now()).total_seconds()
    assert 5 < wait <= 7
    carry_out(run)
    assert ends(run) == {"succeeded": 23}
    assert len(writes(sandbox)) == 24  # one of them refused
    receipt = page_of(approver, run)
    assert "23 of 23 done." in words(receipt.select_one("#run"))
    assert len(receipt.select("#run li")) == 23


def test_a_hand_over_of_many_with_all_kinds_of_trouble_tells_of_each(
    approver: Browser, sandbox: Sandbox
) -> None:
    rows = dashboard(approver).select("article[data-task]")
    rows = [row for row in rows if row.select_one("button[formaction$='forward/']")][:23]
    run = forward(approver, sandbox, rows)
    waits, lost, done = (item_of(rows[at]) for at in (3, 9, 15))
    sandbox.fault("POST", f"{waits}/forward", status=429, retry_after=9)
    sandbox.fault("POST", f"{lost}/forward", status=500)
    sandbox.fault("POST", f"{done}/forward", status=500, after=True)
    sandbox.calls.clear()
    carry_out(run)
    waiting = Attempt.objects.get(run=run, status="scheduled")
    assert waiting.item_id == waits
    assert 7 < (waiting.due_at - timezone.now()).total_seconds() <= 9
    assert len(writes(sandbox)) == 23
    carry_out(run)
    sent = [path.split("/")[-2] for path in writes(sandbox)]
    assert {one: sent.count(one) for one in sent} == {item_of(row): 1 for row in rows} | {waits: 2}
    reads = [call.path for call in sandbox.api_calls if call.method == "GET"]
    assert len(reads) == 5, reads  # the list, the two without an answer, what waited, what is open
    assert ends(run) == {"succeeded": 21, "gone": 1, "unconfirmed": 1}
    receipt = page_of(approver, run).select_one("#run")
    assert "21 of 23 done." in words(receipt)
    for row in rows:
        assert words(row.select_one("h2")) in words(receipt)


def test_trouble_in_the_middle_stops_nothing_else_and_what_failed_is_tried_again(
    approver: Browser, sandbox: Sandbox
) -> None:
    rows = approvals(dashboard(approver))[:5]
    run = begin(approver, "approve", rows)
    sandbox.fault("POST", item_of(rows[1]), status=400)
    sandbox.fault("POST", item_of(rows[3]), status=501)
    carry_out(run)
    assert ends(run) == {"succeeded": 3, "refused": 1, "not-sent": 1}
    receipt = page_of(approver, run)
    text = words(receipt.select_one("#run"))
    assert "SailPoint refused this" in text
    assert "SailPoint request" in text
    assert "SailPoint cannot be reached" in text
    sandbox.calls.clear()
    response = press(approver, receipt.select_one("main"), "Retry the 2 that failed", htmx=False)
    again = BulkRun.objects.get(pk=response["Location"].split("/")[2])
    assert again.pk != run.pk
    carry_out(again)
    assert ends(again) == {"succeeded": 2}
    assert len(writes(sandbox)) == 2
    same = press(approver, receipt.select_one("main"), "Retry the 2 that failed", htmx=False)
    assert same["Location"] == response["Location"]


def test_a_gateway_error_after_the_execution_is_read_and_told_as_done(
    approver: Browser, sandbox: Sandbox
) -> None:
    rows = [row for row in approvals(dashboard(approver)) if not row.select_one("details")][:2]
    run = begin(approver, "approve", rows)
    sandbox.fault("POST", f"{item_of(rows[0])}/approve", status=502, after=True)
    carry_out(run)
    assert ends(run) == {"verified": 1, "succeeded": 1}
    assert len(writes(sandbox)) == 2


def test_stopping_leaves_the_rest_unsent(approver: Browser, sandbox: Sandbox) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:3])
    first = Attempt.objects.filter(run=run).first()
    assert first is not None
    make_due(first)
    Attempt.objects.filter(run=run).exclude(pk=first.pk).update(
        due_at=timezone.now() + timedelta(hours=1)
    )
    deferred.ring(str(first.pk))
    BulkRun.objects.filter(pk=run.pk).update(due_at=timezone.now())
    page = page_of(approver, run)
    assert "1 of 3 so far." in words(page.select_one("#run"))
    press(approver, page.select_one("main"), "Stop", htmx=False)
    assert ends(run) == {"succeeded": 1, "not-sent": 2}
    carry_out(run)
    assert len(writes(sandbox)) == 1
    assert "The run was stopped before its turn" in words(page_of(approver, run).select_one("#run"))


def test_what_was_put_off_while_a_run_was_stopped_is_not_sent(
    approver: Browser, sandbox: Sandbox
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    runs.stop(run)
    late = Attempt.objects.filter(run=run)[0]  # as a sender records it that has not seen the stop
    Attempt.objects.filter(pk=late.pk).update(status="scheduled", is_live=True)
    make_due(late)
    deferred.ring(str(late.pk))
    assert ends(run) == {"not-sent": 2}
    assert writes(sandbox) == []


def test_what_lies_in_another_queue_by_then_is_told_as_that(
    admin: Browser, sandbox: Sandbox
) -> None:
    rows = approvals(dashboard(admin))[:1]
    run = begin(admin, "approve", rows)
    target = sandbox.persona("agent")
    body = {"targetOwnerId": target.id, "comment": "x"}
    elsewhere(sandbox, f"{item_of(rows[0])}/forward", "admin", body)
    carry_out(run)
    assert ends(run) == {"changed": 1}
    told = words(page_of(admin, run).select_one("#run"))
    assert f"This task is in the queue of {target.name} now: nothing was sent." in told


def test_somebody_elses_attempt_keeps_one_item_out(approver: Browser, sandbox: Sandbox) -> None:
    rows = [row for row in approvals(dashboard(approver)) if not row.select_one("details")][:2]
    under_way(rows[0], line_of(rows[0]), actor="noor")
    run = begin(approver, "approve", rows)
    carry_out(run)
    assert ends(run) == {"not-sent": 1, "succeeded": 1}
    assert "Somebody was at it already" in words(page_of(approver, run).select_one("#run"))


def test_a_single_decision_does_not_wait_for_a_run(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    run = begin(approver, "reject", approvals(page)[:3])
    press(approver, row_of(page, MANUAL), "Mark complete")
    for row in Attempt.objects.all():
        make_due(row)
    deferred.ring(str(Attempt.objects.filter(run=run)[0].pk))
    order = [path.rpartition("work-items/")[2] for path in writes(sandbox)]
    assert order[0] == item_of(row_of(page, MANUAL))
    assert len(order) == 4


def test_runs_leave_threads_for_what_somebody_waits_for(
    approver: Browser, sandbox: Sandbox
) -> None:
    run = begin(approver, "reject", approvals(dashboard(approver))[:2])
    seats = [bulk_sending.SEATS.acquire(blocking=False) for _ in range(bulk_sending.AT_ONCE)]
    assert all(seats)
    try:
        carry_out(run)
        assert writes(sandbox) == []
    finally:
        for _ in seats:
            bulk_sending.SEATS.release()
    carry_out(run)
    assert len(writes(sandbox)) == 2


def test_a_list_that_cannot_be_read_does_not_stop_a_run(
    approver: Browser, sandbox: Sandbox
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    sandbox.fault("GET", "/work-items$", status=503, times=2)
    carry_out(run)
    assert ends(run) == {"succeeded": 2}


def test_a_session_that_ends_leaves_the_rest_unsent(
    approver: Browser, sandbox: Sandbox, as_user: AsUser
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    endings.end(session_rows(approver), Ending.BY_PROVIDER)
    assert ends(run) == {"not-sent": 2}
    again = as_user("approver")
    news = dashboard(again).select_one("#news")
    assert "Approve 2 tasks: 0 of 2 done." in words(news)
    receipt = page_of(again, run)
    retried = press(again, receipt.select_one("main"), "Retry the 2 that failed", htmx=False)
    carry_out(BulkRun.objects.get(pk=retried["Location"].split("/")[2]))
    assert len(writes(sandbox)) == 2


def test_after_a_crash_a_run_goes_on_and_counts_each_once(
    approver: Browser, sandbox: Sandbox
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:3])
    killed = Attempt.objects.filter(run=run)[0]
    long_ago = timezone.now() - timedelta(seconds=300)
    changed = {"status": "sending", "sent_at": long_ago, "live_until": long_ago}
    Attempt.objects.filter(pk=killed.pk).update(**changed, due_at=long_ago)
    carry_out(run)
    assert ends(run) == {"sending": 1, "succeeded": 2}
    recovery.recover()
    carry_out(run)
    assert ends(run) == {"succeeded": 3}
    assert len(writes(sandbox)) == 3
    assert Attempt.objects.filter(run=run).count() == 4
    run.refresh_from_db()
    assert run.ended_at is not None


def test_all_of_one_task_that_has_changed_is_left_alone(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = several(dashboard(approver))
    asked = parsed(press(approver, row, "Approve all"))
    answer = parsed(press(approver, asked, "Approve all 2 items"))
    line = row.select_one("details li:has(form)")
    elsewhere(sandbox, f"{item_of(row)}/reject/{line_of(line)}")
    ended = parsed(window_ends(approver, answer))
    assert "It has changed since you looked" in words(ended.select_one("#status"))
    assert "2 of 3 decided" in words(ended.select_one(f"#{row['id']}"))
    assert writes(sandbox) == []


def test_what_waits_longer_than_the_ledger_is_kept_is_told_before_it_is_deleted(
    approver: Browser, settings: LazySettings
) -> None:
    by_hand(approver.persona_id)
    press(approver, single(dashboard(approver)), "Approve")
    old = timezone.now() - timedelta(days=settings.LEDGER_DAYS + 1)
    Attempt.objects.update(asked_at=old)
    assert ledger_upkeep.delete_old() == 0
    assert "It has waited for too long" in words(dashboard(approver).select_one("#news"))
    Attempt.objects.update(closed_at=timezone.now() - timedelta(days=31))
    assert ledger_upkeep.delete_old() == 1


def test_the_held_decisions_of_an_erased_person_are_not_sent(
    approver: Browser, sandbox: Sandbox
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    ledger_upkeep.forget(approver.persona_id)
    carry_out(run)
    assert ends(run) == {"not-sent": 2}
    assert writes(sandbox) == []
    run.refresh_from_db()
    assert run.actor_id == "erased"
