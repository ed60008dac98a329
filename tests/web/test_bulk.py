"""Bulk runs: confirmed together, looked at before, sent once, and told by a receipt."""

import csv
import io
import json

import pytest
from django.conf import LazySettings

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from taskmanager.jobs.models import Heartbeat
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.holding import by_hand, held_of, window_ends
from tests.web.many import (
    approvals,
    begin,
    carry_out,
    confirmation,
    ends,
    lists_read,
    named_in,
    page_of,
    sent,
)
from tests.web.pressing import press, row_of
from tests.web.test_decide import MANUAL, count, dashboard, several, writes
from workitems import deferred
from workitems.models import Attempt, BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]
BAD_ID = ["a\x00b", "", [], True, "", ""]


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


@pytest.mark.usefixtures("read_lists")
def test_all_of_ones_own_tasks_are_handed_over_from_the_menu(
    approver: Browser,
) -> None:
    link = parsed(approver.get("/sessions/")).select_one("#person-menu a[href*='bulk/forward/']")
    assert words(link) == "Hand over all my tasks"
    listed = [words(row.h2) for row in dashboard(approver).select("article[data-task]")]
    page = parsed(approver.get(str(link["href"])))
    assert listed
    assert all(row in words(page) for row in listed)
    assert page.select_one("input[type=search][name=q]") is not None


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


def test_a_receipt_that_was_read_is_no_news(approver: Browser) -> None:
    run = begin(approver, "approve", approvals(dashboard(approver))[:2])
    carry_out(run)
    news = dashboard(approver).select_one("#news")
    assert "2 of 2 done." in words(news)
    page_of(approver, run)
    assert "2 of 2 done." not in words(dashboard(approver).select_one("#news"))


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
    assert refused.status_code == 503
    assert "Nothing was begun Nothing was sent: what sends many decisions" in words(parsed(refused))
    assert not BulkRun.objects.exists()


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


def test_who_presses_without_a_tick_reads_of_no_address(approver: Browser) -> None:
    response = approver.post("/bulk/approve/")
    assert response.status_code == 400
    assert parsed(response).h1.text == "Nothing was done"
    assert "Select at least one task" in words(parsed(response))
    assert "address" not in words(parsed(response).main)
    assert "Try again" not in words(parsed(response).main)  # with what? It would be the same


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
