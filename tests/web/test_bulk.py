"""Bulk runs: confirmed together, looked at before, sent once, and told by a receipt."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import LazySettings
from django.http import HttpResponse
from django.utils import timezone

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from taskmanager.jobs.models import Heartbeat
from taskmanager.signin import endings
from taskmanager.signin.signals import Ending
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import by_hand, held_of, make_due, session_rows, window_ends
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, count, dashboard, several, single, writes
from tests.web.test_ledger import item_of, line_of, under_way
from tests.web.test_outcomes import elsewhere
from workitems import bulk_sending, deferred, ledger_upkeep, recovery, runs
from workitems.models import Attempt, BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]


def approvals(page: BeautifulSoup) -> list[Tag]:
    """The rows that can be approved or rejected."""
    found = page.select("article[data-task]")
    return [row for row in found if row.select_one("button[formaction*='/approve']")]


def confirmation(browser: Browser, verb: str, rows: list[Tag]) -> BeautifulSoup:
    return parsed(browser.get(f"/bulk/{verb}/", {"item": [item_of(row) for row in rows]}))


def begin(browser: Browser, verb: str, rows: list[Tag], **typed: Any) -> BulkRun:
    """Confirm a run of these rows, with the flagged ones among them."""
    response = sent(browser, confirmation(browser, verb, rows), **typed)
    assert response.status_code == 302, words(parsed(response))
    return BulkRun.objects.get(pk=response["Location"].split("/")[2])


def sent(browser: Browser, page: BeautifulSoup, **typed: Any) -> HttpResponse:
    """Press the button of a confirmation, with all that is flagged ticked if nothing else is."""
    typed.setdefault("include", [str(box["value"]) for box in page.select("[name=include]")])
    label = words(page.select_one("[data-actions] button"))
    return press(browser, page.select_one("main"), label, htmx=False, **typed)


def carry_out(run: BulkRun) -> None:
    """What the worker does when the window is over."""
    for row in Attempt.objects.filter(run=run, status="scheduled"):
        make_due(row)
    if row := Attempt.objects.filter(run=run, status="scheduled").first():
        deferred.ring(str(row.pk))


def ends(run: BulkRun) -> dict[str, int]:
    return {status.value: number for status, number in runs.Progress.of(run).ends.items()}


def page_of(browser: Browser, run: BulkRun) -> BeautifulSoup:
    return parsed(browser.get(f"/runs/{run.pk}/"))


def lists_read(sandbox: Sandbox) -> int:
    return len([one for one in sandbox.api_calls if one.path.endswith("/v2024/work-items")])


def test_the_confirmation_names_everything_and_says_what_is_left_out(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    rows = approvals(page)[:3]
    sandbox.calls.clear()
    asked = confirmation(approver, "approve", [*rows, row_of(page, MANUAL)])
    assert words(asked.select_one("h1")) == "Approve 2 of 4 tasks"
    text = words(asked.select_one("main"))
    for row in rows:
        assert words(row.select_one("h2")) in text
    assert "1 task is left out" in text
    assert "It is not ended this way." in text
    assert lists_read(sandbox) == 1
    assert writes(sandbox) == []


def test_a_run_is_one_read_and_one_call_for_each_work_item(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    rows = [row for row in approvals(page) if row.select_one("details")]
    assert len(rows) >= 3
    run = begin(approver, "approve", rows)
    sandbox.calls.clear()
    carry_out(run)
    assert len(writes(sandbox)) == len(rows)
    assert lists_read(sandbox) == 1
    assert len(sandbox.api_calls) == len(rows) + 1
    assert ends(run) == {"succeeded": len(rows)}
    receipt = page_of(approver, run)
    assert f"{len(rows)} of {len(rows)} done." in words(receipt.select_one("main"))
    for row in rows:
        assert words(row.select_one("h2")) in words(receipt.select_one("#run"))


def test_until_then_nothing_is_sent_and_the_numbers_count_it_as_done(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    rows = approvals(page)[:3]
    run = begin(approver, "reject", rows)
    again = dashboard(approver)
    assert count(again, "open") == count(page, "open") - 3
    assert count(again, "completed") == count(page, "completed") + 3
    (held,) = held_of(again)
    assert "Reject 3 tasks" in words(held)
    shown = again.select_one(f"#{rows[0]['id']} .held")
    assert "Reject 3 tasks" in words(shown)
    undone = parsed(press(approver, held, "Undo"))
    assert held_of(undone) == []
    assert count(undone, "open") == count(page, "open")
    assert ends(run) == {"cancelled": 3}
    carry_out(run)
    assert writes(sandbox) == []


def test_the_same_confirmation_twice_is_one_run(approver: Browser) -> None:
    page = confirmation(approver, "approve", approvals(dashboard(approver))[:2])
    first, second = (sent(approver, page) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Attempt.objects.count() == 2


def test_a_run_that_was_cut_off_is_completed_by_the_same_press(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = confirmation(approver, "approve", approvals(dashboard(approver))[:3])
    first = sent(approver, page)
    run = BulkRun.objects.get()
    gone = Attempt.objects.filter(run=run)[1]
    gone.delete()
    Attempt.objects.update(due_at=None)
    BulkRun.objects.update(is_recorded=False, due_at=None)
    again = sent(approver, page)
    assert again["Location"] == first["Location"]
    assert Attempt.objects.filter(run=run).count() == 3
    run.refresh_from_db()
    assert run.due_at is not None
    carry_out(run)
    assert ends(run) == {"succeeded": 3}
    assert len(writes(sandbox)) == 3


def test_a_run_without_rows_is_no_news(approver: Browser) -> None:
    begin(approver, "approve", approvals(dashboard(approver))[:3])
    Attempt.objects.all().delete()
    page = dashboard(approver)
    assert held_of(page) == []
    assert page.select_one("#news > *") is None


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


def forward(browser: Browser, sandbox: Sandbox, rows: list[Tag]) -> BulkRun:
    target = sandbox.persona("agent")
    filled = {"target": target.id, "listed": target.id, "comment": "I am away", "q": ""}
    return begin(browser, "forward", rows, **filled)


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


@pytest.mark.usefixtures("read_lists")
def test_all_of_ones_own_tasks_are_handed_over_from_the_menu(
    approver: Browser,
) -> None:
    link = parsed(approver.get("/sessions/")).select_one("#person-menu a[href*='bulk/forward/']")
    assert words(link) == "Hand over all my tasks"
    listed = [words(row.h2) for row in dashboard(approver).select("article[data-task]")]
    page = parsed(approver.get(str(link["href"])))
    assert all(row in words(page) for row in listed)
    assert page.select_one("input[type=search][name=q]") is not None


def named_in(page: BeautifulSoup | Tag) -> list[list[object]]:
    """What a confirmation names, without the marks: each of those has the second it was made in."""
    items = json.loads(str(page.select_one("[name=items]")["value"]))
    return [[*one[:4], *one[5:]] for one in items]


@pytest.mark.parametrize(
    ("who", "told"),
    [("approver", "This is you"), ("inactive", "inactive and would never see it")],
)
def test_a_hand_over_to_somebody_who_cannot_take_it_is_refused_and_nothing_is_lost(
    approver: Browser, who: str, told: str
) -> None:
    page = confirmation(approver, "forward", approvals(dashboard(approver))[:2])
    inactive = next(one.id for one in people_by_id().values() if not one.is_active)
    target = inactive if who == "inactive" else approver.persona_id
    answer = sent(approver, page, target=target, comment="On leave until May", notify="on")
    again = parsed(answer)
    assert answer.status_code == 422
    assert told in words(again)
    assert words(again.select_one("textarea[name=comment]")) == "On leave until May"
    assert again.select_one("input[name=notify][checked]") is not None
    assert named_in(again) == named_in(page)
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("is_own", [True, False])
def test_a_hand_over_says_that_new_tasks_still_come(
    as_user: AsUser, sandbox: Sandbox, is_own: bool
) -> None:
    browser, owner = as_user("approver" if is_own else "admin"), sandbox.persona("approver")
    query = "" if is_own else f"?owner={owner.id}"
    rows = parsed(browser.get(f"/{query}")).select("article[data-task]")[:2]
    sent = {"item": [str(row.select_one("h2 a")["href"]).split("/")[2] for row in rows]}
    told = words(parsed(browser.post(f"/bulk/forward/{query}", sent)).select_one("main"))
    who = "you" if is_own else owner.name
    assert f"This hands over what is here now. New tasks will still come to {who}." in told
    assert "A lasting deputy is set in SailPoint." in told
    asked = words(parsed(browser.post(f"/bulk/complete/{query}", sent)).select_one("main"))
    assert "still come" not in asked


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


def test_a_receipt_that_was_read_is_no_news(approver: Browser) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    carry_out(run)
    news = dashboard(approver).select_one("#news")
    assert "2 of 2 done." in words(news)
    page_of(approver, run)
    assert "2 of 2 done." not in words(dashboard(approver).select_one("#news"))


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


def test_until_its_person_presses_send(approver: Browser, sandbox: Sandbox) -> None:
    by_hand(approver.persona_id)
    page = dashboard(approver)
    run = begin(approver, "approve", approvals(page)[:2])
    deferred.send_due()
    assert count(dashboard(approver), "open") == count(page, "open")
    shown = page_of(approver, run)
    assert "It waits here until you press Send." in words(shown.select_one("#run"))
    press(approver, shown.select_one("main"), "Send", htmx=False)
    carry_out(run)
    assert len(writes(sandbox)) == 2


def test_the_receipt_as_csv(approver: Browser) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    carry_out(run)
    approver.cookies["zone"] = "Pacific/Kiritimati"
    response = approver.get(f"/runs/{run.pk}/receipt.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["outcome"] for line in lines] == ["succeeded"] * 2
    assert all(line["task"] and line["sent"] and line["closed"] for line in lines)
    assert all(line["asked"].endswith("+14:00") for line in lines)
    assert {line["time_zone"] for line in lines} == {"Pacific/Kiritimati"}
    assert lines[0]["asked"][:10] in response["Content-Disposition"]


def test_only_its_person_and_auditors_read_a_run(
    approver: Browser, admin: Browser, as_user: AsUser
) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    stranger = as_user("agent")
    for part in ("", "receipt.csv"):
        assert stranger.get(f"/runs/{run.pk}/{part}").status_code == 404
        assert admin.get(f"/runs/{run.pk}/{part}").status_code == 200
    for act in ("undo", "stop", "send", "over", "retry", "dismiss"):
        assert stranger.post(f"/runs/{run.pk}/{act}/").status_code == 404
        assert admin.post(f"/runs/{run.pk}/{act}/").status_code == 404
    assert ends(run) == {"scheduled": 2}


def test_without_a_worker_nothing_is_begun(approver: Browser) -> None:
    page = confirmation(approver, "approve", approvals(dashboard(approver))[:2])
    Heartbeat.objects.all().delete()
    refused = sent(approver, page)
    assert refused.status_code == 400
    assert "Nothing was begun" in words(parsed(refused))
    assert not BulkRun.objects.exists()


BAD_ID = ["a\x00b", "", [], True, "", ""]


@pytest.mark.parametrize(
    "items", [json.dumps([BAD_ID]), "", "[]", "{}", "[1]", '[{"id": "x"}]', "[" * 5_000, "null"]
)
def test_a_form_that_is_none_of_ours_is_refused(approver: Browser, items: str) -> None:
    response = approver.post("/bulk/approve/", {"items": items, "confirmed": "1"})
    assert response.status_code == 400
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("path", ["/bulk/approve/", "/bulk/forward/"])
def test_nothing_selected_is_told(approver: Browser, path: str) -> None:
    response = approver.get(path)
    assert response.status_code == 400
    assert "Select at least one task" in words(parsed(response))


def test_what_cannot_be_done_with_many_is_no_page(approver: Browser) -> None:
    assert approver.get("/bulk/delete/?item=1").status_code == 404


def test_a_note_that_is_needed_is_asked_for_and_kept_with_each(
    approver: Browser, settings: LazySettings
) -> None:
    settings.NOTE_REQUIRED = frozenset({"reject"})
    rows = approvals(dashboard(approver))[:2]
    page = confirmation(approver, "reject", rows)
    refused = sent(approver, page)
    assert refused.status_code == 422
    again = parsed(refused)
    assert "Please say why" in words(again)
    sent(approver, again, note="A slip")
    assert {row.opened()["note"] for row in Attempt.objects.all()} == {"A slip"}


def test_all_of_one_task_ends_in_a_receipt_too(approver: Browser, sandbox: Sandbox) -> None:
    asked = parsed(press(approver, several(dashboard(approver)), "Approve all"))
    answer = parsed(press(approver, asked, "Approve all 2 items"))
    ended = parsed(window_ends(approver, answer))
    link = ended.select_one("#status a")
    assert words(link) == "Receipt"
    assert "1 of 1 done." in words(parsed(approver.get(str(link["href"]))).select_one("#run"))
    assert len(writes(sandbox)) == 1


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
