"""A list as a file: what all its pages show, in their order, and never half of it."""

import csv
import io
import tracemalloc
from itertools import groupby
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.db import connection
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from sandbox.entries import Entry
from sandbox.handle import Sandbox
from tests.conftest import Idle
from tests.web.conftest import REASON_GIVEN, AsUser, Browser, parsed, words
from workitems.models import Attempt
from workitems.view_models.rows import TaskRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]
BOM = b"\xef\xbb\xbf"
Line = dict[str, str]


def sent(browser: Browser, query: str = "", **headers: str) -> bytes:
    response = browser.get(f"/export.csv{query}", headers=headers)
    assert isinstance(response, StreamingHttpResponse)
    return b"".join(response)  # type: ignore[arg-type]


def exported(browser: Browser, query: str = "", **headers: str) -> list[Line]:
    text = sent(browser, query, **headers).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ids_on_pages(browser: Browser, query: str) -> list[str]:
    """Walks the pages by their links, as a person does."""
    found, address = [], f"/{query}"
    while True:
        page = parsed(browser.get(address))
        found += [str(row["id"]) for row in page.select("#tasks article.task[id]")]
        following = page.select_one("#tasks a[rel=next]")
        if following is None:
            return found
        address = str(following["href"])


def ids(lines: list[Line]) -> list[str]:
    """Each work item once, in the order of the lines, as pages name it."""
    named = dict.fromkeys(line["Work item"] for line in lines)
    return [TaskRow.dom_id_of(item_id) for item_id in named if item_id]


@pytest.fixture
def agent(as_user: AsUser, settings: LazySettings) -> Browser:
    settings.PAGE_SIZE = 25
    return as_user("agent")


@pytest.fixture
def heavy(as_user: AsUser, settings: LazySettings) -> Browser:
    settings.PAGE_SIZE = 250
    return as_user("heavy")


def put(sandbox: Sandbox, browser: Browser, key: str, **fields: Any) -> None:
    """A work item of theirs with these fields, before all others."""
    done = bool(fields.get("completed"))
    body = {"id": key, "ownerId": browser.persona_id, "type": "ManualAction", "state": "Pending"}
    body |= {"created": "2026-10-01T08:00:00Z", **fields}
    sandbox.world.put(Entry(key, body, browser.persona_id, done, 1e12 if done else 0.0))


def of(lines: list[Line], key: str) -> list[Line]:
    return [line for line in lines if line["Work item"] == key]


@pytest.mark.parametrize(
    "query",
    [
        "?find=1", "?sort=newest", "?sort=requester", "?source=VPN&sort=oldest",
        "?q=account&effect=remove", "?older=30&sort=source",
        "?tab=completed&q=mainframe&effect=create&effect=remove&sort=requester",
    ],
)  # fmt: skip
def test_the_file_has_what_the_pages_show_in_their_order(heavy: Browser, query: str) -> None:
    shown = ids_on_pages(heavy, query)
    assert len(shown) > 250
    assert ids(exported(heavy, query)) == shown


def test_in_a_file_what_is_alike_stands_together(heavy: Browser) -> None:
    lines = exported(heavy, "?group=source&sort=newest")
    assert sorted(ids(lines)) == sorted(ids_on_pages(heavy, "?find=1"))
    sources = [source for source, _group in groupby(line["Source"] for line in lines)]
    assert len(sources) == len(set(sources)) > 3


@pytest.mark.parametrize("persona", ["approver", "agent", "odd"])
@pytest.mark.parametrize("tab", ["pending", "completed"])
def test_every_list_has_a_file(as_user: AsUser, persona: str, tab: str) -> None:
    browser = as_user(persona)
    assert ids(exported(browser, f"?tab={tab}")) == ids_on_pages(browser, f"?tab={tab}") != []


def test_the_link_leads_to_the_file_of_what_is_shown(heavy: Browser) -> None:
    page = parsed(heavy.get("/?source=VPN&sort=newest"))
    (link,) = [one for one in page.select("#tasks a") if words(one).startswith("Export as CSV")]
    number = int(words(link).removeprefix("Export as CSV (").removesuffix(")").replace(",", ""))
    response = heavy.get(str(link["href"]))
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[call-overload]
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(ids(lines)) == number
    assert {line["Source"] for line in lines} == {"VPN"}


def test_lines_say_what_is_asked_and_how_it_ended(approver: Browser, sandbox: Sandbox) -> None:
    line = {"operation": "Remove", "account": "jsmith", "name": "group", "value": "VPN-Users"}
    put(sandbox, approver, "wi-x", requesterDisplayName="Ana Cruz", state="Finished",
        type="Approval", description="INC-7", completed="2026-10-30T23:30:00Z",
        approvalItems=[{**line, "id": "a", "application": "AD [source]", "state": "Rejected"}],
    )  # fmt: skip
    approver.cookies["zone"] = "Asia/Kolkata"
    (found,) = of(exported(approver, "?tab=completed"), "wi-x")
    assert found == {
        "What is asked": "Remove VPN-Users from jsmith on AD", "Type": "Approval",
        "State": "Rejected", "Requester": "Ana Cruz", "Account": "jsmith", "Operation": "Remove",
        "Attribute": "group", "Value": "VPN-Users", "Source": "AD",
        "Created": "2026-10-01T13:30:00+05:30", "Completed": "2026-10-31T05:00:00+05:30",
        "Time zone": "Asia/Kolkata", "Reason": "INC-7", "Flags": "", "Work item": "wi-x",
    }  # fmt: skip


def test_each_of_several_things_is_a_line_with_its_own_state(
    approver: Browser, sandbox: Sandbox
) -> None:
    one = {"operation": "Add", "application": "AD", "name": "group"}
    rows = [("a", "Payroll", "Finished"), ("b", "Vault", "Rejected"), ("c", "Wiki", "Finished")]
    put(sandbox, approver, "wi-3", type="Approval", state="Finished", requesterDisplayName="Li",
        completed="2026-11-01T08:00:00Z", approvalItems=[
            {**one, "id": key, "account": f"u-{key}", "value": value, "state": state}
            for key, value, state in rows])  # fmt: skip
    lines = of(exported(approver, "?tab=completed"), "wi-3")
    assert [(line["Account"], line["Value"], line["State"]) for line in lines] == [
        ("u-a", "Payroll", "Approved"), ("u-b", "Vault", "Rejected"), ("u-c", "Wiki", "Approved"),
    ]  # fmt: skip
    assert {line["Requester"] for line in lines} == {"Li"}
    assert len({line["What is asked"] for line in lines}) == 1


def test_what_a_certification_asks_to_be_changed_is_a_line_each(
    approver: Browser, sandbox: Sandbox
) -> None:
    put(sandbox, approver, "wi-r", type="Remediation", remediationItems=[
        {"targetDisplayName": name, "applicationName": "SAP", "attributeName": "role",
         "attributeOperation": "Remove", "attributeValue": "Buyer"} for name in ("Ann", "Bob")],
    )  # fmt: skip
    lines = of(exported(approver), "wi-r")
    assert [(line["Account"], line["State"]) for line in lines] == [
        ("Ann", "Pending"), ("Bob", "Pending"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\uff1d1+1", "\uff20x", " =1", "\t=1"],
)
def test_no_cell_is_a_formula(approver: Browser, sandbox: Sandbox, text: str) -> None:
    put(sandbox, approver, "wi-f", description=text, requesterDisplayName=text,
        approvalItems=[{"id": "a", "operation": text, "account": text, "value": text, "name": text,
                        "application": text}])  # fmt: skip
    (line,) = of(exported(approver), "wi-f")
    for name in ("Requester", "Account", "Operation", "Attribute", "Value", "Source", "Reason"):
        assert line[name].startswith("'"), name


def test_a_text_of_several_lines_stays_one_cell(approver: Browser, sandbox: Sandbox) -> None:
    text = 'Needed, he said:\n"by Friday"\nThanks; Ana'
    item = {"id": "a", "operation": "Add", "account": "x", "value": "y"}
    put(sandbox, approver, "wi-n", description=text, approvalItems=[item])
    (line,) = of(exported(approver), "wi-n")
    assert line["Reason"] == text
    content = sent(approver)
    assert content.startswith(BOM)
    assert content.count(BOM) == 1
    assert content.endswith(b"\r\n")


def test_flags_are_in_words(approver: Browser, sandbox: Sandbox) -> None:
    item = {"id": "a", "operation": "Add", "account": "x", "value": "y", "application": "AD"}
    put(sandbox, approver, "wi-o", requesterId=approver.persona_id, approvalItems=[item],
        errors=["no"])  # fmt: skip
    (line,) = of(exported(approver), "wi-o")
    assert line["Flags"].startswith("You asked for this yourself; SailPoint reports errors; Waits")


def test_headings_and_words_are_in_the_persons_language(approver: Browser) -> None:
    german = {"Accept-Language": "de"}
    (line, *_rest) = exported(approver, **german)
    assert {"Worum es geht", "Typ", "Konto", "Erstellt"} < line.keys()
    assert len(line) == 15


def test_a_row_that_cannot_be_read_is_said_to_be_there(as_user: AsUser) -> None:
    odd = as_user("odd")
    lines = exported(odd)
    unreadable = [line for line in lines if "cannot be read" in line["What is asked"]]
    page = parsed(odd.get("/"))
    shown = [row for row in page.select("#tasks article") if "cannot be read" in words(row)]
    assert len(unreadable) == len(shown) > 0
    assert {line["Type"] for line in unreadable} == {"Unreadable"}
    assert all(line["Reason"].startswith("The element") for line in unreadable)


@pytest.mark.parametrize("tab", ["pending", "completed"])
def test_the_answer_is_a_stream_that_nobody_stores(approver: Browser, tab: str) -> None:
    response = approver.get(f"/export.csv?tab={tab}")
    assert isinstance(response, StreamingHttpResponse)
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    name = response["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')
    assert name.startswith(f"my-tasks-{tab}-20")
    assert name.isascii()
    assert name.endswith(".csv")


def test_only_a_few_rows_are_in_memory(heavy: Browser) -> None:
    heavy.get("/?sort=requester")
    response = heavy.get("/export.csv?sort=requester")
    tracemalloc.start()
    length = sum(map(len, response))  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 500_000
    assert peak < 6_000_000


def test_the_name_says_where_the_file_has_the_beginning_alone(
    heavy: Browser, sandbox: Sandbox
) -> None:
    sandbox.behaviour.largest_offset = 700
    response = heavy.get("/export.csv")
    rows = len(list(csv.reader(io.StringIO(b"".join(response).decode(), newline="")))) - 1  # type: ignore[call-overload]
    assert f"-of-the-first-{rows}-20" in response["Content-Disposition"]
    assert rows < 2_000
    said = words(parsed(heavy.get("/?find=1")).select_one("#index"))
    assert f"The first {rows:,} of 2,000" in said
    assert f"Export as CSV ({rows:,})" in words(parsed(heavy.get("/?find=1")).select_one("#tasks"))


def test_it_is_not_for_the_widget(approver: Browser, settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    headers = {"Sec-Fetch-Dest": "iframe"}
    assert approver.get("/widget/export.csv", headers=headers).status_code == 404
    approver.get("/")
    page = parsed(approver.get("/widget/?find=1", headers=headers))
    assert page.select("#tasks article")
    assert "Export" not in words(page)


def test_nobody_exports_the_queue_of_somebody_else(approver: Browser, sandbox: Sandbox) -> None:
    response = approver.get(f"/export.csv?owner={sandbox.persona('agent').id}")
    assert response.status_code == 403
    assert b"," not in response.content.split(b"<")[0]


def test_an_admin_does_and_each_time_is_a_row_of_the_ledger(
    admin: Browser, sandbox: Sandbox
) -> None:
    owner = sandbox.persona("approver")
    for _time in range(2):
        lines = exported(admin, f"?owner={owner.id}")
    assert ids(lines) == ids_on_pages(admin, f"?owner={owner.id}")
    exported(admin)  # their own
    rows = list(Attempt.objects.filter(command="export"))
    assert [(row.actor_id, row.owner_id, row.surface) for row in rows] == [
        (admin.persona_id, owner.id, "page")
    ] * 2
    assert rows[0].opened()["note"] == REASON_GIVEN
    audit = words(parsed(admin.get("/audit/?action=export")).select_one("main"))
    assert audit.count("Export the queue") >= 2
    assert owner.name in audit


class Halfway:
    """In the place of the threads that read lists: one that has come to the third page."""

    @staticmethod
    def submit(_run: object, _read: object, turn: Any) -> None:
        turn.progress(500, 2_000, None)


def test_half_a_list_is_no_file(heavy: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workitems.services.finder.WAIT", 0.1)
    monkeypatch.setattr("workitems.indexing.POOL", Halfway)
    response = heavy.get("/export.csv?sort=newest")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    said = words(parsed(response).select_one("main"))
    assert "The list is still being read: 500 of 2,000 so far. Try again in a moment." in said
    for address in ("/", "/?find=1"):
        assert "Export" not in words(parsed(heavy.get(address)).select_one("#tasks"))


def test_a_list_that_cannot_be_read_to_its_end_is_no_file(
    heavy: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workitems.indexing.POOL", Idle)
    response = heavy.get("/export.csv?tab=completed")
    assert response.status_code == 503
    assert "could not be read to its end" in words(parsed(response).select_one("main"))


def test_what_was_decided_since_is_left_out(approver: Browser, sandbox: Sandbox) -> None:
    put(sandbox, approver, "wi-d", description="Restart the server")
    assert of(exported(approver), "wi-d")
    approver.act(f"/work-items/{quote('wi-d')}/complete/", confirmed="1")
    assert not of(exported(approver), "wi-d")


def test_a_part_that_was_decided_since_says_so(approver: Browser, sandbox: Sandbox) -> None:
    one = {"operation": "Add", "application": "AD", "name": "group", "state": "Pending"}
    put(sandbox, approver, "wi-p", type="Approval", approvalItems=[
        {**one, "id": key, "account": key, "value": "Wiki"} for key in ("l1", "l2")])  # fmt: skip
    assert [line["State"] for line in of(exported(approver), "wi-p")] == ["Pending", "Pending"]
    approver.act("/work-items/wi-p/approve/l1/", confirmed="1")
    assert [line["State"] for line in of(exported(approver), "wi-p")] == ["Approved", "Pending"]


@pytest.mark.parametrize("query", ["?tab=other", "?since=x", "?since=2026-11-02&until=2026-11-01"])
def test_filters_that_make_no_sense_are_told(approver: Browser, query: str) -> None:
    response = approver.get(f"/export.csv{query}")
    assert response.status_code == 400
    assert "make no sense" in words(parsed(response))


def test_a_file_asks_once_what_was_decided_since_the_list_was_read(approver: Browser) -> None:
    sent(approver)
    with CaptureQueriesContext(connection) as queries:
        assert len(exported(approver)) > 20
    asked = [one["sql"] for one in queries if "closed_at" in one["sql"]]
    assert len(asked) == 1
