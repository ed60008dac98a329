"""Decisions that can be taken back: held, counted, undone, and sent once at the end."""

import time
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.jobs.models import Heartbeat
from taskmanager.signin import endings
from taskmanager.signin.signals import Ending
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import (
    by_hand,
    decide,
    have_sent,
    held_of,
    make_due,
    session_rows,
    undo,
    window_ends,
)
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, count, dashboard, several, single, writes
from tests.web.test_ledger import line_of, only_row, under_way
from tests.web.test_selection import FORMS, answers, opened
from tests.web.test_widget import HOST, frame
from workitems import deferred, recovery
from workitems.models import Attempt, PersonSettings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]


@pytest.mark.parametrize(("button", "said"), [("Approve", "Approved."), ("Reject", "Rejected.")])
def test_a_held_decision_is_no_call_and_counts_as_done(
    approver: Browser, sandbox: Sandbox, button: str, said: str
) -> None:
    page = dashboard(approver)
    row = single(page)
    answer = parsed(press(approver, row, button))
    assert writes(sandbox) == []
    (held,) = held_of(answer)
    assert said in words(held)
    assert words(row.select_one("h2")) in words(held)
    assert 5 < float(str(held["data-seconds"])) < 7
    assert count(answer, "open") == count(page, "open") - 1
    assert count(answer, "completed") == count(page, "completed") + 1
    assert words(answer.select_one("#status")).endswith("You can undo this for 6 seconds.")
    kept = only_row()
    assert (kept.status, kept.is_live, kept.sent_at) == ("scheduled", True, None)


def test_another_page_shows_the_same_and_stands_in_the_place_of_the_buttons(
    approver: Browser,
) -> None:
    row, answer = decide(approver)
    again = dashboard(approver)
    assert count(again, "open") == count(answer, "open")
    assert count(again, "completed") == count(answer, "completed")
    shown = again.select_one(f"#{row['id']}")
    assert "Approved." in words(shown.select_one(".task__buttons > .held"))
    pane = parsed(approver.fragment(str(row.select_one("h2 a")["href"])))
    assert "Approved." in words(pane.select_one("#panel-actions .held"))


def test_undo_takes_it_back_without_any_call(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    row = single(page)
    answer = parsed(press(approver, row, "Approve"))
    sandbox.calls.clear()
    undone = undo(approver, answer)
    assert sandbox.api_calls == []
    assert held_of(parsed(undone)) == []
    assert count(parsed(undone), "open") == count(page, "open")
    assert count(parsed(undone), "completed") == count(page, "completed")
    assert only_row().status == "cancelled"
    assert "page:key" in undone["HX-Trigger"]


def test_what_was_taken_back_is_not_sent_by_the_same_press(
    approver: Browser, sandbox: Sandbox
) -> None:
    row, answer = decide(approver)
    undo(approver, answer)
    again = press(approver, row, "Approve")
    assert "Taken back" in words(parsed(again).select_one("#status"))
    assert writes(sandbox) == []
    fresh = single(dashboard(approver))
    assert len(held_of(parsed(press(approver, fresh, "Approve")))) == 1


def test_at_the_end_the_page_has_it_sent_and_shows_how_it_ended(
    approver: Browser, sandbox: Sandbox
) -> None:
    row, answer = decide(approver)
    ended = parsed(window_ends(approver, answer))
    assert len(writes(sandbox)) == 1
    assert "Approved." in words(ended.select_one(f"#{row['id']}"))
    assert held_of(ended) == []
    assert count(ended, "open") == count(answer, "open")
    assert only_row().status == "succeeded"


def test_page_worker_and_look_together_send_it_once(approver: Browser, sandbox: Sandbox) -> None:
    _row, answer = decide(approver)
    kept = only_row()
    make_due(kept)
    deferred.ring(str(kept.pk))
    deferred.send_due()
    deferred.ring(str(kept.pk))
    told = parsed(window_ends(approver, answer))
    window_ends(approver, answer)
    assert len(writes(sandbox)) == 1
    assert words(told.select_one("#status")).endswith(": Approved.")


def test_the_worker_waits_for_the_moment(approver: Browser, sandbox: Sandbox) -> None:
    decide(approver)
    kept = only_row()
    moment = timezone.now() + timedelta(seconds=0.7)
    Attempt.objects.filter(pk=kept.pk).update(due_at=moment)
    deferred.ring(str(kept.pk))
    sent_at = only_row().sent_at
    assert sent_at is not None
    assert moment <= sent_at < moment + timedelta(seconds=0.5)


def test_an_alarm_that_rings_far_too_early_sends_nothing(
    approver: Browser, sandbox: Sandbox
) -> None:
    decide(approver)
    deferred.ring(str(only_row().pk))
    assert writes(sandbox) == []


def test_undo_that_comes_too_late_tells_how_it_ended(approver: Browser, sandbox: Sandbox) -> None:
    row, answer = decide(approver)
    window_ends(approver, answer)
    late = parsed(undo(approver, answer))
    assert "Approved." in words(late.select_one(f"#{row['id']}"))
    assert len(writes(sandbox)) == 1


def test_a_held_decision_keeps_others_from_the_item(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    press(approver, single(page), "Approve")
    other = press(approver, single(page), "Reject")
    assert other.status_code == 409
    assert "You have decided on this at" in words(parsed(other).select_one("#status"))
    assert writes(sandbox) == []


def test_the_same_press_twice_is_held_once(approver: Browser) -> None:
    row, _answer = decide(approver)
    again = parsed(press(approver, row, "Approve"))
    assert len(held_of(again)) == 1
    only_row()


def test_without_a_worker_it_is_sent_at_once(approver: Browser, sandbox: Sandbox) -> None:
    Heartbeat.objects.update(beaten_at=time.time() - 60)
    _row, answer = decide(approver)
    assert len(writes(sandbox)) == 1
    assert held_of(answer) == []


def test_no_undo_where_the_installation_wants_none(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.UNDO_SECONDS = 0
    decide(approver)
    assert len(writes(sandbox)) == 1


def test_all_kinds_of_decisions_are_held(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    asked = parsed(press(approver, several(page), "Approve all"))
    answer = parsed(press(approver, asked, "Approve all 2 items"))
    assert "Approved." in words(held_of(answer)[0])
    answer = parsed(press(approver, row_of(page, MANUAL), "Mark complete"))
    assert "Completed." in words(held_of(answer)[0])
    form = parsed(press(approver, single(page), "Forward"))
    target = sandbox.persona("agent")
    filled = {"target": target.id, "listed": target.id, "comment": "Yours"}
    answer = parsed(press(approver, form, "Forward", **filled))
    assert f"Forwarded to {target.name}." in words(held_of(answer)[0])
    assert len(held_of(answer)) == 3
    assert writes(sandbox) == []
    for _ in range(3):
        window_ends(approver, dashboard(approver))
    assert sorted(Attempt.objects.values_list("status", flat=True)) == ["succeeded"] * 3
    assert len(writes(sandbox)) == 3


def answer_form(browser: Browser) -> tuple[BeautifulSoup, dict[str, str], BeautifulSoup]:
    """Answer the first form: its panel, what was answered, and the answer to that."""
    panel = opened(browser, FORMS[0])
    given = answers(panel)
    return panel, given, parsed(press(browser, panel, "Send", **given, surface="page"))


def test_an_answered_form_is_held_too(approver: Browser, sandbox: Sandbox) -> None:
    _panel, _given, answer = answer_form(approver)
    assert "Sent." in words(held_of(answer)[0])
    assert writes(sandbox) == []
    window_ends(approver, answer)
    assert only_row().status == "succeeded"
    assert len(writes(sandbox)) == 1


def test_answers_that_are_refused_later_are_still_there(
    approver: Browser, sandbox: Sandbox
) -> None:
    _panel, given, answer = answer_form(approver)
    sandbox.fault("POST", "/submit-account-selection", status=400)
    form = held_of(answer)[0].select_one("form[data-over]")
    again = parsed(approver.act(str(form["action"]), surface="page"))
    assert "SailPoint refused this" in words(again.select_one("#status"))
    assert answers(again.select_one("#panel")) == given


def test_the_comment_of_a_forward_that_is_refused_later_is_still_there(
    approver: Browser, sandbox: Sandbox
) -> None:
    form = parsed(press(approver, single(dashboard(approver)), "Forward"))
    target = sandbox.persona("agent")
    filled = {"target": target.id, "listed": target.id, "comment": "You know this team"}
    answer = parsed(press(approver, form, "Forward", **filled))
    sandbox.fault("POST", "/forward", status=400)
    told = parsed(window_ends(approver, answer))
    assert "SailPoint refused this" in words(told.select_one("#news"))
    assert "You know this team" in words(dashboard(approver).select_one("#news q"))


def test_the_small_badge_counts_it_as_done(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = (HOST,)
    page, _ = dashboard(approver), decide(approver)
    pill = parsed(frame(approver, "/widget/badge/"))
    assert f"{count(page, 'open') - 1} open tasks" in words(pill.select_one(".pill"))


def test_an_item_leaves_with_the_last_of_its_parts(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    lines = several(page).select("details li:has(form)")
    first = parsed(press(approver, lines[0], "Approve"))
    assert count(first, "open") == count(page, "open")
    second = parsed(press(approver, lines[1], "Approve"))
    assert count(second, "open") == count(page, "open") - 1
    older = held_of(second)[1]
    sent = parsed(have_sent(approver, second, older))
    assert count(sent, "open") == count(page, "open") - 1
    assert len(held_of(sent)) == 1
    row = sent.select_one(f"#{several(page)['id']}")
    assert "Approved." in words(row.select_one("details li .held"))
    assert len(writes(sandbox)) == 1


def test_undo_works_without_javascript(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    press(approver, row, "Approve", htmx=False)
    page = dashboard(approver)
    assert "You can undo this for 6 seconds." in words(page.select_one("#notices"))
    assert undo(approver, page, htmx=False).status_code == 302
    page = dashboard(approver)
    assert "Taken back. Nothing was sent." in words(page.select_one("#notices"))
    assert held_of(page) == []
    assert writes(sandbox) == []


def test_nobody_else_can_take_it_back_or_send_it(approver: Browser, as_user: AsUser) -> None:
    _row, answer = decide(approver)
    stranger = as_user("agent")
    for form in held_of(answer)[0].select("form"):
        assert stranger.act(str(form["action"])).status_code == 404
    assert only_row().status == "scheduled"


def test_an_administrators_decision_is_told_in_the_owners_page(
    approver: Browser, admin: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(admin, f"/?owner={approver.persona_id}")
    asked = parsed(press(admin, row_of(page, "Treasury to ximena"), "Approve"))
    press(admin, asked, "Approve 1 item")
    theirs = dashboard(approver)
    assert held_of(theirs) == []
    told = words(row_of(theirs, "has decided on this").select_one(".held"))
    assert sandbox.persona("admin").name in told
    assert "Undo" not in told


def test_what_waits_for_the_person_is_sent_by_nothing_else(
    approver: Browser, sandbox: Sandbox, as_user: AsUser
) -> None:
    by_hand(approver.persona_id)
    page = dashboard(approver)
    row = single(page)
    answer = parsed(press(approver, row, "Approve"))
    assert "Approve: not sent yet." in words(held_of(answer)[0])
    assert count(answer, "open") == count(page, "open")
    deferred.ring(str(only_row().pk))
    deferred.send_due()
    endings.end(session_rows(approver), Ending.SIGNED_OUT)
    recovery.recover()
    assert only_row().status == "scheduled"
    assert writes(sandbox) == []
    again = as_user("approver")
    sent = parsed(press(again, held_of(dashboard(again))[0], "Send"))
    assert "Approved." in words(sent.select_one(f"#{row['id']}"))
    assert len(writes(sandbox)) == 1


def test_what_waits_for_the_person_does_not_block_the_item_and_is_looked_at_before(
    approver: Browser, sandbox: Sandbox
) -> None:
    by_hand(approver.persona_id)
    page = dashboard(approver)
    answer = parsed(press(approver, single(page), "Approve"))
    PersonSettings.objects.update(undo_seconds=0)
    assert press(approver, single(page), "Reject").status_code == 200
    told = press(approver, held_of(answer)[0], "Send")
    assert told.status_code == 409
    assert "Already rejected by you" in words(parsed(told).select_one("#status"))
    assert len(writes(sandbox)) == 1


def test_what_waits_for_the_person_cannot_be_sent_while_another_is_under_way(
    approver: Browser, sandbox: Sandbox
) -> None:
    by_hand(approver.persona_id)
    page = dashboard(approver)
    answer = parsed(press(approver, single(page), "Approve"))
    PersonSettings.objects.update(undo_seconds=20)
    press(approver, single(page), "Reject")
    told = press(approver, held_of(answer)[0], "Send")
    assert told.status_code == 409
    assert writes(sandbox) == []


def test_an_end_that_has_been_unknown_for_long_makes_room(
    approver: Browser, sandbox: Sandbox
) -> None:
    by_hand(approver.persona_id)
    row = single(dashboard(approver))
    answer = parsed(press(approver, row, "Approve"))
    old = under_way(row, line_of(row))
    long_ago = timezone.now() - timedelta(minutes=5)
    Attempt.objects.filter(pk=old.pk).update(status="unconfirmed", live_until=long_ago)
    sent = parsed(press(approver, held_of(answer)[0], "Send"))
    assert words(sent.select_one("#status")).endswith(": Approved.")


def test_each_person_chooses_how_long(approver: Browser, sandbox: Sandbox) -> None:
    page = parsed(approver.get("/settings/"))
    labels = [words(one) for one in page.select("main label.choice")]
    assert labels[0] == "As usual here: 6 seconds"
    assert "until I press Send" in labels
    assert approver.post("/settings/", {"undo": "60", "keys": "on"}).status_code == 302
    _row, answer = decide(approver)
    assert 59 < float(str(held_of(answer)[0]["data-seconds"])) < 61
    assert dashboard(approver).select_one("html[data-keys]") is not None
    chosen = parsed(approver.get("/settings/")).select_one("[name=undo][checked]")
    assert chosen["value"] == "60"
    approver.post("/settings/", {"undo": ""})
    assert dashboard(approver).select_one("html[data-keys]") is None


def test_a_choice_that_is_none_is_refused(approver: Browser) -> None:
    refused = approver.post("/settings/", {"undo": "7000"})
    assert refused.status_code == 422
    assert parsed(refused).select_one(".errorlist") is not None
    assert not PersonSettings.objects.exists()


def test_a_widget_holds_and_undoes_as_the_page_does(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = (HOST,)
    page = parsed(frame(approver))
    answer = parsed(press(approver, single(page), "Approve"))
    form = held_of(answer)[0].select_one("[data-undo]")
    assert str(form["action"]).startswith("/widget/decisions/")
    undo(approver, answer)
    assert writes(sandbox) == []
