"""Who may see what is kept of a list, how long it is kept, and who reads it."""

import time
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection

from sandbox.handle import Sandbox
from taskmanager.signin.models import Session
from taskmanager.signin.request import keep_person, person_in
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.test_readings import leave, line, publish, rows, turn_of
from workitems.domain.queue_query import Tab
from workitems.domain.snapshots import COLUMNS
from workitems.models import QueueSnapshot
from workitems.snapshot_store import OPEN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_lists")]
LIST = "/v2024/work-items"


def calls(sandbox: Sandbox, browser: Browser, address: str) -> int:
    """How many it takes to show this page, which has to have rows."""
    sandbox.calls.clear()
    response = browser.get(address)
    assert response.status_code == 200
    assert rows(parsed(response))
    return len([call for call in sandbox.api_calls if call.path == LIST])


def close_all() -> None:
    """As in another process, which has none of them open."""
    for mark in QueueSnapshot.objects.values_list("mark", flat=True):
        OPEN.drop(mark)


def test_two_people_never_share_what_they_have_read(
    approver: Browser, admin: Browser, sandbox: Sandbox
) -> None:
    assert calls(sandbox, approver, "/?find=1") > 0
    assert calls(sandbox, admin, f"/?find=1&owner={approver.persona_id}") > 0
    assert QueueSnapshot.objects.count() == 2
    close_all()
    assert calls(sandbox, approver, "/?find=1") == 0


def test_a_sealed_list_opens_in_no_other_row(
    approver: Browser, admin: Browser, sandbox: Sandbox
) -> None:
    """The page reads its own list anew."""
    approver.get("/?find=1")
    other = QueueSnapshot.objects.get()
    admin.get("/?find=1")
    own = QueueSnapshot.objects.exclude(pk=other.pk)
    mine = rows(parsed(admin.get("/?find=1")))
    own.update(sealed=other.sealed, version=other.version + 1)
    close_all()
    assert calls(sandbox, admin, "/?find=1") > 0
    assert rows(parsed(admin.get("/?find=1"))) == mine


def test_a_row_that_has_gone_and_come_back_is_not_the_one_that_is_open_here(
    approver: Browser, sandbox: Sandbox
) -> None:
    """As after a sign-out in another process, and a new sign-in: it counts from one again."""
    before = rows(parsed(approver.get("/?find=1")))
    QueueSnapshot.objects.all().delete()
    leave(sandbox, before[0])
    assert rows(parsed(approver.get("/?find=1"))) == before[1:]


@pytest.mark.parametrize("sealed", [b"", b"x" * 100])
def test_what_cannot_be_opened_is_read_anew(
    approver: Browser, sandbox: Sandbox, sealed: bytes
) -> None:
    approver.get("/?find=1")
    QueueSnapshot.objects.update(sealed=sealed)
    close_all()
    assert calls(sandbox, approver, "/?find=1") > 0
    assert calls(sandbox, approver, "/?find=1") == 0


def test_what_another_version_has_written_is_read_anew(
    approver: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr("workitems.domain.snapshots.COLUMNS", {**COLUMNS, "another": "B"})
        approver.get("/?find=1")
    close_all()
    assert calls(sandbox, approver, "/?find=1") > 0


def test_who_is_no_admin_any_more_sees_nothing_of_what_was_read_before(
    approver: Browser, admin: Browser, sandbox: Sandbox
) -> None:
    address = f"/?find=1&owner={approver.persona_id}"
    admin.get(address)
    assert calls(sandbox, admin, "/?find=1") > 0
    session, person = admin.session, person_in(admin.session)
    assert person is not None
    keep_person(session, replace(person, is_admin=False, is_auditor=False))
    session.save()
    sandbox.calls.clear()
    assert admin.get(address).status_code == 403
    assert sandbox.api_calls == []
    assert calls(sandbox, admin, "/?find=1") > 0  # with other rights, one's own is another too


def sign_out(browser: Browser) -> None:
    browser.post("/signout/")


def end_all(_browser: Browser) -> None:
    Session.objects.update(subject_hash="somebody")
    call_command("endsessions", "--all")


def expire(_browser: Browser) -> None:
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    call_command("clearsessions")


@pytest.mark.parametrize("ends", [sign_out, end_all, expire])
def test_it_goes_with_the_session_that_has_read_it(
    as_user: AsUser, sandbox: Sandbox, ends: Any
) -> None:
    """An open copy in the memory of a process serves nobody either."""
    browser = as_user("approver")
    browser.get("/?find=1")
    assert QueueSnapshot.objects.count() == 1
    ends(browser)
    assert QueueSnapshot.objects.count() == 0
    assert calls(sandbox, as_user("approver"), "/?find=1") > 0


def test_the_table_names_nobody_and_nothing(approver: Browser, sandbox: Sandbox) -> None:
    approver.get("/?q=mailbox")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM workitems_queuesnapshot")
        (row,) = cursor.fetchall()
    written = b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    assert len(written) > 1000
    person = sandbox.persona("approver")
    key = sandbox.world.queue(person.id, done=False)[0]
    for secret in (person.id, person.name, person.alias, key, "mailbox", "requesterDisplayName"):
        assert secret.lower().encode() not in written.lower()


def test_its_numbers_are_read_without_passing_over_the_list(db: None) -> None:
    """SQLite reads through a long value to reach the columns behind it; each page asks for them."""
    with connection.cursor() as cursor:
        table = QueueSnapshot._meta.db_table
        columns = connection.introspection.get_table_description(cursor, table)
    assert columns[-1].name == "sealed"


def test_who_reads_a_list_is_alone_with_it(as_user: AsUser, sandbox: Sandbox) -> None:
    """Two requests at once read it once."""
    heavy = as_user("heavy")
    turn = turn_of(heavy)
    publish(turn, 250)
    assert turn.store.claim(Tab.PENDING) is None
    assert calls(sandbox, heavy, "/?q=vpn") == 0
    heavy.post("/index/")
    assert calls(sandbox, heavy, "/") == 1
    assert line(heavy).startswith("Reading 250 of 2,000")


def test_the_turn_of_a_killed_reader_ends(as_user: AsUser, sandbox: Sandbox) -> None:
    heavy = as_user("heavy")
    turn = turn_of(heavy)
    publish(turn, 250)
    with time_machine.travel(time.time() + 29):
        assert calls(sandbox, heavy, "/") == 1
    with time_machine.travel(time.time() + 31):
        assert calls(sandbox, heavy, "/") == 1 + 8
    assert not turn.progress(500, 2000, None)  # it was not killed, only late
    assert line(heavy).startswith("All 2,000 tasks")


def test_a_reader_stops_whose_session_has_ended(as_user: AsUser) -> None:
    heavy = as_user("heavy")
    turn = turn_of(heavy)
    assert turn.progress(250, 2000, None)
    heavy.post("/signout/")
    assert not turn.progress(500, 2000, None)
    assert QueueSnapshot.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_list_that_cannot_be_kept_is_told_and_its_beginning_shown(
    as_user: AsUser,
) -> None:
    """The database refuses the table's rows, as while it is locked."""
    heavy = as_user("heavy")

    def refuse(execute: Any, sql: str, *more: Any) -> Any:
        if "queuesnapshot" in sql and not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return execute(sql, *more)

    with connection.execute_wrapper(refuse):
        page = heavy.get("/")
        searched = heavy.get("/?q=vpn")
    assert len(rows(parsed(page))) == 50
    assert searched.status_code in {200, 503}
    assert "could not be read" in words(parsed(searched)) or searched.status_code == 503
