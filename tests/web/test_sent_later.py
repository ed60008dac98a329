"""Held decisions when their page is gone: trouble, the end of a session, crashes, new keys."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.jobs.engine import engine
from taskmanager.signin import endings
from taskmanager.signin.signals import Ending
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import (
    decide,
    make_due,
    session_rows,
    undo,
    window_ends,
)
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, count, dashboard, single, writes
from tests.web.test_ledger import item_of, line_of, only_row
from tests.web.test_outcomes import elsewhere
from workitems import deferred, ledger_upkeep, recovery, schedule
from workitems.domain.results import LedgerUnreadable
from workitems.models import Attempt, EndingSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]
DECIDING = ".task__buttons form[method=post]"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 501}, "SailPoint cannot be reached"),
        ({"status": 429, "retry_after": 7}, "SailPoint is busy"),
    ],
)
def test_what_could_not_be_sent_is_told_wherever_the_person_is_and_can_be_sent_after_all(
    approver: Browser, sandbox: Sandbox, fault: dict[str, Any], why: str
) -> None:
    page = dashboard(approver)
    row = single(page)
    press(approver, row, "Approve")
    sandbox.fault("POST", "/approve/", **fault)
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    assert only_row().status == "not-sent"
    again = dashboard(approver, "/?tab=completed")
    news = again.select_one("#news")
    assert why in words(news)
    assert words(row.select_one("h2")) in words(news)
    assert count(again, "open") == count(page, "open")
    sent = parsed(press(approver, news, "Send it now"))
    assert words(sent.select_one("#status")).endswith(": Approved.")
    assert sent.select_one("#news").select("li") == []
    statuses = Attempt.objects.order_by("sent_at").values_list("status", flat=True)
    assert list(statuses) == ["not-sent", "succeeded"]


def test_a_refusal_is_told_with_its_reason_and_can_be_dismissed(
    approver: Browser, sandbox: Sandbox
) -> None:
    decide(approver)
    sandbox.fault("POST", "/approve/", status=400)
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    news = dashboard(approver).select_one("#news")
    assert "SailPoint refused this" in words(news)
    assert [words(one) for one in news.select("button")] == ["Dismiss"]
    press(approver, news, "Dismiss")
    assert dashboard(approver).select_one("#news").select("li") == []


def test_an_end_that_nobody_knew_is_looked_up_by_the_worker(
    approver: Browser, sandbox: Sandbox
) -> None:
    row, _answer = decide(approver)
    sandbox.fault("POST", "/approve/", drop=True, after=True)
    sandbox.fault("GET", item_of(row), status=503, times=2)
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    assert only_row().status == "unconfirmed"
    assert "We don't know yet" in words(dashboard(approver).select_one("#news"))
    recovery.look_again()
    assert only_row().status == "verified"
    assert dashboard(approver).select_one("#news li") is None
    assert len(writes(sandbox)) == 1


def test_a_poll_brings_the_news(approver: Browser, sandbox: Sandbox) -> None:
    _row, answer = decide(approver)
    sandbox.fault("POST", "/approve/", status=501)
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    fields = {str(one["name"]): str(one["value"]) for one in answer.select("#badge input")}
    etag = str(answer.select_one("#badge [data-etag]")["data-etag"])
    polled = approver.get("/counts/", fields, headers={"HX-Request": "true", "If-None-Match": etag})
    assert polled.status_code == 200
    assert "Not sent" in words(parsed(polled).select_one("#news"))


def test_a_session_past_its_limit_sends_nothing(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    decide(approver)
    settings.SESSION_ABSOLUTE_SECONDS = 300  # it began ten minutes ago
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    assert only_row().status == "not-sent"
    assert writes(sandbox) == []


@pytest.mark.django_db(transaction=True)
def test_signing_out_sends_what_is_held(approver: Browser, sandbox: Sandbox) -> None:
    decide(approver)
    endings.end(session_rows(approver), Ending.SIGNED_OUT)
    assert len(writes(sandbox)) == 1
    assert only_row().status == "succeeded"


@pytest.mark.parametrize("reason", [one for one in Ending if one is not Ending.SIGNED_OUT])
def test_a_session_that_ends_otherwise_sends_nothing_and_the_next_sign_in_lists_it(
    approver: Browser, sandbox: Sandbox, as_user: AsUser, reason: Ending
) -> None:
    row, _answer = decide(approver)
    endings.end(session_rows(approver), reason)
    assert only_row().status == "not-sent"
    assert writes(sandbox) == []
    again = as_user("approver")
    news = dashboard(again).select_one("#news")
    assert "Not sent: Your session had ended before" in words(news)
    sent = parsed(press(again, news, "Send it now"))
    assert "Approved." in words(sent.select_one(f"#{row['id']}"))
    assert len(writes(sandbox)) == 1


@pytest.mark.django_db(transaction=True)
def test_signing_out_waits_three_seconds_for_a_slow_tenant_and_no_longer(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    rows = [
        row
        for row in page.select("article[data-task]")
        if row.select_one(".task__buttons form[method=post]")
    ]
    for row in rows[:3]:
        press(approver, row, words(row.select("form[method=post] button")[-1]).split(":")[0])
    sandbox.fault("POST", "/work-items/", latency=2.0, times=9)
    began = time.monotonic()
    endings.announce(list(session_rows(approver).values_list("pk", flat=True)), Ending.SIGNED_OUT)
    assert time.monotonic() - began < 4
    statuses = sorted(Attempt.objects.values_list("status", flat=True))
    assert statuses[0] == "not-sent"
    assert "succeeded" in statuses or "sending" in statuses


def test_a_session_that_is_being_ended_takes_nothing_new(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    key = session_rows(approver).get().pk
    EndingSession.objects.create(session=key, at=timezone.now())
    answer = press(approver, row, "Approve")
    assert answer.status_code == 409
    assert "You are being signed out" in words(parsed(answer))
    assert not Attempt.objects.exists()
    assert writes(sandbox) == []


def first_of_two(approver: Browser) -> schedule.Later:
    """Of two decisions of one owner that are due: the one that has its turn, claimed."""
    page = dashboard(approver)
    press(approver, single(page), "Approve")
    press(approver, row_of(page, MANUAL), "Mark complete")
    for row in Attempt.objects.all():
        make_due(row)
    first = schedule.claim(approver.persona_id)
    assert first is not None
    return first


def test_one_owners_decisions_are_sent_one_after_another(approver: Browser) -> None:
    first = first_of_two(approver)
    assert first.row.command == "approve"
    assert schedule.claim(approver.persona_id) is None
    Attempt.objects.filter(pk=first.id).update(sent_at=timezone.now() - schedule.TURN)
    second = schedule.claim(approver.persona_id)
    assert second is not None
    assert second.row.command == "complete"


def kill_while_sending(row: Attempt) -> None:
    long_ago = timezone.now() - timedelta(seconds=300)
    changed = {"status": "sending", "sent_at": long_ago, "live_until": long_ago}
    Attempt.objects.filter(pk=row.pk).update(**changed, due_at=long_ago)


def test_after_a_crash_what_was_not_done_is_sent_again(approver: Browser, sandbox: Sandbox) -> None:
    decide(approver)
    first = only_row()
    kill_while_sending(first)
    recovery.recover()
    second = Attempt.objects.exclude(pk=first.pk).get()
    assert (second.status, second.key) == ("scheduled", first.key)
    deferred.ring(str(second.pk))
    statuses = dict(Attempt.objects.values_list("pk", "status"))
    assert statuses == {first.pk: "not-done", second.pk: "succeeded"}
    assert len(writes(sandbox)) == 1


def test_a_page_that_asks_after_a_crash_is_told_how_the_second_attempt_ended(
    approver: Browser, sandbox: Sandbox
) -> None:
    row, answer = decide(approver)
    kill_while_sending(only_row())
    recovery.recover()
    told = parsed(window_ends(approver, answer))
    assert words(told.select_one("#status")).endswith(": Approved.")
    assert "Approved." in words(told.select_one(f"#{row['id']}"))
    assert len(writes(sandbox)) == 1


def test_after_a_crash_what_was_done_is_not_sent_again(approver: Browser, sandbox: Sandbox) -> None:
    row, _answer = decide(approver)
    item, line = item_of(row), line_of(row)
    elsewhere(sandbox, f"{item}/approve/{line}")
    kill_while_sending(only_row())
    recovery.recover()
    assert only_row().status == "verified"
    assert writes(sandbox) == []


def test_what_is_taken_back_at_the_last_moment_cannot_be_taken_for_sending(
    approver: Browser,
) -> None:
    """On PostgreSQL a sender may have read the row just before."""
    decide(approver)
    stale = only_row()
    assert schedule.take_back(stale)
    assert not schedule.take(stale)
    assert only_row().status == "cancelled"


@contextmanager
def failing(words: str) -> Iterator[None]:
    """The database fails on statements that have these words."""

    def fail(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if words in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_before_the_call_has_it_held_again(
    approver: Browser, sandbox: Sandbox
) -> None:
    _row, answer = decide(approver)
    make_due(only_row())
    with failing("FROM signin_tokenset"), pytest.raises(LedgerUnreadable):
        deferred.ring(str(only_row().pk))
    assert only_row().status == "scheduled"
    assert writes(sandbox) == []
    assert window_ends(approver, answer).status_code == 200
    assert len(writes(sandbox)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_undo_that_cannot_be_written_does_not_say_that_nothing_was_sent(
    approver: Browser, sandbox: Sandbox
) -> None:
    _row, answer = decide(approver)
    with failing('UPDATE "workitems_attempt"'):
        refused = undo(approver, answer)
    assert refused.status_code == 503
    told = words(parsed(refused))
    assert "This could not be looked up" in told
    assert "what is held is sent at its time" in told
    assert undo(approver, answer).status_code == 200
    assert writes(sandbox) == []


def test_an_alarm_that_finds_another_sending_rings_again(approver: Browser) -> None:
    first = first_of_two(approver)
    second = Attempt.objects.exclude(pk=first.id).get()
    before = len(engine()._huey.pending())
    deferred.ring(str(second.pk))
    assert len(engine()._huey.pending()) == before + 1


def test_what_is_held_survives_a_change_of_keys(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    old, new = "an old key of the ledger", "a new key of the ledger"
    settings.LEDGER_KEYS = [old]
    _row, answer = decide(approver)
    settings.LEDGER_KEYS = [new, old]
    assert ledger_upkeep.reseal() == 1
    settings.LEDGER_KEYS = [new]
    window_ends(approver, answer)
    assert only_row().status == "succeeded"
    assert len(writes(sandbox)) == 1


def test_what_no_key_opens_is_not_sent_and_told(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.LEDGER_KEYS = ["an old key of the ledger"]
    decide(approver)
    settings.LEDGER_KEYS = ["a new key of the ledger"]
    make_due(only_row())
    deferred.ring(str(only_row().pk))
    assert (only_row().status, only_row().has_news) == ("not-sent", True)
    assert dashboard(approver).select_one("#news li") is not None
    assert writes(sandbox) == []
