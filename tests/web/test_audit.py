"""The audit page and its export: who may read it, what it finds, and what it never lets out."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.http import StreamingHttpResponse
from django.test import override_settings
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager.signin.request import keep_person, person_in
from tests.web.conftest import REASON_GIVEN, AsUser, Browser, Put, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single
from workitems import audit
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
AFTER = {"id": "wi-1", "description": "Order a laptop", "state": "Finished", "owner_id": "tom"}


@pytest.fixture
def auditor(admin: Browser) -> Browser:
    return admin


def cards(browser: Browser, query: str = "") -> list[str]:
    response = browser.get(f"/audit/{query}")
    assert response.status_code == 200
    return [words(card) for card in parsed(response).select(".audit__row")]


def exported(browser: Browser, query: str = "") -> list[dict[str, str]]:
    response = browser.get(f"/audit/export.csv{query}")
    assert isinstance(response, StreamingHttpResponse)
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("path", ["/audit/", "/audit/export.csv"])
def test_nobody_but_auditors_reads_it(approver: Browser, path: str) -> None:
    response = approver.get(path)
    assert response.status_code == 403
    assert "Only an auditor" in words(parsed(response))
    assert "Try again" not in words(parsed(response))
    assert parsed(approver.get("/")).select_one("a[href='/audit/']") is None


def test_an_administrator_is_not_by_that_an_auditor(admin: Browser) -> None:
    session = admin.session
    person = person_in(session)
    assert person is not None
    assert parsed(admin.get("/")).select_one(".menu a[href='/audit/']") is not None
    keep_person(session, replace(person, is_auditor=False))
    session.save()
    assert admin.get("/audit/").status_code == 403
    keep_person(session, replace(person, is_admin=False))
    session.save()
    assert admin.get("/audit/").status_code == 200


def test_the_widget_has_no_audit_page(auditor: Browser) -> None:
    with override_settings(FRAME_ANCESTORS=("https://intranet.example.com",)):
        assert auditor.get("/widget/audit/").status_code == 404


def test_a_decision_stands_there_in_words(
    as_user: AsUser, auditor: Browser, sandbox: Sandbox
) -> None:
    approver = as_user("approver")
    row = single(dashboard(approver))
    task = words(row.select_one("h2 a"))
    press(approver, row, "Approve")
    (card,) = cards(auditor)
    name = sandbox.persona("approver").name
    for said in (f"Approve: {task}", f"Who {name} {approver.persona_id}", "Done", "Where Page"):
        assert said in card
    assert "For whom For themselves" in card
    assert str(Attempt.objects.get().request_id or "Where") in card


def test_a_look_of_an_admin_stands_there_with_its_reason(
    auditor: Browser, sandbox: Sandbox
) -> None:
    owner = sandbox.persona("approver")
    auditor.get(f"/?owner={owner.id}")
    (card,) = cards(auditor, "?action=view")
    assert f"For whom {owner.name} {owner.id}" in card
    assert f"Private note {REASON_GIVEN}" in card


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b", "c", "d"}),
        ("?person=ines", {"a", "b"}),
        ("?person=weber", {"a", "b"}),
        ("?person=OLGA", {"c"}),
        ("?person=nobody", set()),
        ("?queue=tom", {"a", "c"}),
        ("?action=reject", {"b"}),
        ("?outcome=done", {"a", "d"}),
        ("?outcome=not-done", {"b"}),
        ("?outcome=unknown", {"c"}),
        ("?item=wi-c", {"c"}),
        ("?since=2026-03-02", {"c", "d"}),
        ("?until=2026-03-02", {"a", "b", "c"}),
        ("?since=2026-03-02&until=2026-03-02", {"c"}),
        ("?person=weber&outcome=not-done&action=reject", {"b"}),
        ("?person=%20ines%20", {"a", "b"}),
    ],
)
def test_each_filter_finds_its_rows_and_the_export_the_same(
    auditor: Browser, put: Put, query: str, found: set[str]
) -> None:
    def at(day: int) -> datetime:
        return timezone.make_aware(datetime(2026, 3, day, 23, 30))  # noqa: DTZ001 - made aware

    put(item_id="wi-a", asked_at=at(1))
    put(item_id="wi-b", asked_at=at(1), owner_id="eve", command="reject", status="refused")
    put({"actor": "Olga"}, item_id="wi-c", asked_at=at(2), actor_id="olga", status="unconfirmed")
    put({"actor": "Uwe"}, item_id="wi-d", asked_at=at(3), actor_id="uwe", owner_id="eve")
    shown = "".join(cards(auditor, query))
    assert {name for name in "abcd" if f"wi-{name}" in shown} == found
    assert {row["work_item"].removeprefix("wi-") for row in exported(auditor, query)} == found


def test_a_search_by_name_says_where_it_ended(
    auditor: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "NAMES_OPENED", 2)
    now = timezone.now()
    put({"actor": "Olga"}, actor_id="olga", asked_at=now - timedelta(days=2))
    for _ in range(2):
        put(asked_at=now)
    page = words(parsed(auditor.get("/audit/?person=olg")))
    assert "Nothing was recorded" in page
    assert "rows were searched" in page
    until = timezone.localdate() - timedelta(days=2)
    assert "rows were searched" not in words(parsed(auditor.get(f"/audit/?person=o&until={until}")))
    assert "rows were searched" not in words(parsed(auditor.get("/audit/?person=olga")))


def test_fifty_a_page_and_the_links_keep_the_filters(auditor: Browser, put: Put) -> None:
    now = timezone.now()
    for number in range(51):
        put(item_id=f"wi-{number:02}", asked_at=now - timedelta(minutes=number))
    put(item_id="other", command="forward")
    page = parsed(auditor.get("/audit/?action=complete"))
    assert "1 to 50 of 51, newest first" in words(page)
    rows = page.select(".audit__row")
    assert len(rows) == 50
    assert "wi-00" in words(rows[0])
    following = str(page.select_one("a[rel=next]")["href"])  # type: ignore[index]
    assert following == "/audit/?action=complete&page=2"
    (last,) = cards(auditor, following.removeprefix("/audit/"))
    assert "wi-50" in last
    assert cards(auditor, "?action=complete&page=99") == [last]
    for nonsense in ("0", "-1", "x", "9" * 30):
        assert len(cards(auditor, f"?page={nonsense}")) == 50
    export = page.select_one("a[download]")
    assert export["href"] == "/audit/export.csv?action=complete"  # type: ignore[index]
    assert len(exported(auditor, "?action=complete")) == 51


def test_filters_that_make_no_sense_are_told(auditor: Browser, put: Put) -> None:
    put()
    response = auditor.get("/audit/?since=soon&action=dance")
    assert response.status_code == 422
    assert len(parsed(response).select(".errorlist")) == 2
    assert parsed(response).select(".audit__row") == []
    assert auditor.get("/audit/export.csv?since=soon").status_code == 400


def test_a_row_that_no_key_opens_says_so(auditor: Browser, put: Put) -> None:
    with override_settings(LEDGER_KEYS=["a key that was lost, of 32 characters"]):
        put()
    (card,) = cards(auditor)
    assert "Sealed with a key that is not here" in card
    assert "Mark complete: (not known)" in card
    assert "Who (not known) ines" in card
    (row,) = exported(auditor)
    assert (row["actor"], row["actor_id"], row["note"]) == ("", "ines", "")
    assert "Sealed" in row["unreadable"]


def test_an_erased_row_says_so(auditor: Browser, put: Put) -> None:
    row = put()
    row.seal({"erased": True})
    row.save()
    assert "were erased at somebody's request" in cards(auditor)[0]


def test_the_item_is_told_from_what_was_kept_of_it(auditor: Browser, put: Put) -> None:
    lines = [
        {"id": part, "operation": "Add", "value": access, "account": "tom", "application": "AD"}
        for part, access in (("p1", "Domain Admins"), ("p2", "VPN"))
    ]
    put({"after": {**AFTER, "approval_items": lines}}, command="approve", approval_item_id="p2")
    put({"after": AFTER})
    put({"after": "nonsense"}, status="forwarded-by-a-later-version")
    shown = cards(auditor, "?item=wi-1&action=approve")
    assert "Approve: Give VPN to tom on AD" in shown[0]
    later, own, _ = cards(auditor)
    assert "forwarded-by-a-later-version Mark complete: (not known)" in later
    assert "Mark complete: Order a laptop" in own


def test_the_states_before_and_after_are_told_as_far_as_they_were_read(
    auditor: Browser, put: Put
) -> None:
    line = {"id": "p1", "operation": "Add", "value": "VPN", "account": "tom", "application": "AD"}
    ends = {
        when: {**AFTER, "state": whole, "approval_items": [{**line, "state": part}]}
        for when, whole, part in (("before", "Pending", ""), ("after", "Finished", "Rejected"))
    }
    put(ends, command="reject", approval_item_id="p1")
    put(ends, command="complete")
    put({"after": AFTER | {"state": "Finished"}}, command="complete")
    unread, whole, part = exported(auditor)
    assert (unread["state_before"], unread["state_after"]) == ("", "Finished")
    assert (whole["state_before"], whole["state_after"]) == ("Pending", "Finished")
    assert (part["state_before"], part["state_after"]) == ("", "Rejected")
    assert "State before Pending State after Finished" in cards(auditor)[1]
    assert "State before" not in cards(auditor)[0]


def test_a_state_that_was_shown_and_not_read_says_when(auditor: Browser, put: Put) -> None:
    shown = {"state": "Pending", "at": "2026-03-04T09:30:00+00:00"}
    put({"after": AFTER | {"state": "Finished"}, "shown": shown}, command="complete")
    (row,) = exported(auditor)
    assert (row["state_before"], row["shown_at"]) == ("Pending", "2026-03-04T09:30:00+00:00")
    (card,) = cards(auditor)
    assert "State before Pending (as the page showed it 4 Mar 2026, 09:30 UTC)" in card


def test_where_a_forward_went_is_told(auditor: Browser, put: Put) -> None:
    command = {"name": "forward", "target_id": "lu", "item_id": "wi-1", "comment": "away"}
    put({"command": command, "target": "Lu Chen"}, command="forward")
    assert "Forwarded to Lu Chen lu" in cards(auditor)[0]
    put({"command": command}, command="forward")
    assert "Forwarded to lu" in cards(auditor)[0]


@pytest.mark.parametrize(
    "typed",
    [
        "=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1",
        "\u00a0=1", "\uff1d1",
    ],
)  # fmt: skip
def test_no_cell_of_the_export_is_a_formula(auditor: Browser, put: Put, typed: str) -> None:
    put({"note": typed, "after": {**AFTER, "description": typed}, "actor": typed}, request_id=typed)
    (row,) = exported(auditor)
    assert row["note"] == row["actor"] == row["sailpoint_request"] == f"'{typed}"
    assert row["task"].startswith("'")


def test_harmless_cells_stay_as_they_are(auditor: Browser, put: Put) -> None:
    note = 'She said "now", and\nwent; a-b=c'
    put({"note": note, "actor": "Zoë 李"})
    (row,) = exported(auditor)
    assert (row["note"], row["actor"]) == (note, "Zoë 李")


def test_the_export_is_streamed_and_kept_nowhere(
    auditor: Browser, put: Put, caplog: pytest.LogCaptureFixture
) -> None:
    moment = timezone.make_aware(datetime(2026, 3, 1, 12, 0, 5))  # noqa: DTZ001 - made aware
    put(asked_at=moment)
    with caplog.at_level("INFO", "workitems.audit"):
        response = auditor.get("/audit/export.csv")
    (record,) = [each for each in caplog.records if each.name == "workitems.audit"]
    assert record.message == "audit exported"
    assert record.fields == {"actor": auditor.persona_id}  # type: ignore[attr-defined]
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert "attachment" in response["Content-Disposition"]
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbftime,actor_id,actor,")
    assert content.count(b"\r\n") == 2
    assert b"\r\n2026-03-01T12:00:05+00:00,ines,Ines Weber,tom,Tom Roth,complete,wi-1" in content


def test_markup_that_was_typed_stays_text(auditor: Browser, put: Put) -> None:
    put({"note": "<img src=x>", "actor": "<b>Ines</b>"})
    page = parsed(auditor.get("/audit/?person=%22%3E%3Cimg+src%3Dx%3E"))
    assert page.select("img[src=x]") == []
    assert "<img src=x>" in cards(auditor)[0]
