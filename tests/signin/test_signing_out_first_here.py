"""Sign-out takes the old cookie's power away before anybody waits for the provider."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from taskmanager.jobs import heartbeat
from taskmanager.jobs.registry import JOBS
from taskmanager.signin import revocations
from taskmanager.signin.models import Revocation, Session
from taskmanager.signin.providers import registry
from tests.signin.conftest import Provider, Visitor

REVOKE = "/openid/revoke"
HANGS = 2.0  # seconds


@pytest.mark.django_db(transaction=True)
def test_the_old_cookie_is_refused_while_the_provider_hangs(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    widget = visitor.another_session(is_widget=True)
    thief = Client(HTTP_HOST="localhost:8000")
    thief.cookies["session"] = visitor.session_key
    assert thief.get("/sessions/").status_code == 200
    openid.sandbox.fault("POST", REVOKE, latency=HANGS, times=2)

    def sign_out() -> None:
        visitor.post("/signout/")
        connection.close()

    leaving = threading.Thread(target=sign_out)
    leaving.start()
    until = time.monotonic() + 10
    while not openid.count(REVOKE) and time.monotonic() < until:
        time.sleep(0.01)
    answer = thief.get("/sessions/")
    is_under_way = leaving.is_alive()
    has_widget = Session.objects.filter(pk=widget).exists()
    leaving.join()

    assert is_under_way
    assert answer.status_code == 302
    assert not has_widget


def test_with_a_worker_nobody_waits_for_the_provider(openid: Provider, visitor: Visitor) -> None:
    heartbeat.beat()
    visitor.sign_in("approver")
    visitor.another_session(is_widget=True)
    openid.tampering.seen.clear()

    response = visitor.post("/signout/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{openid.url}/openid/end-session?")
    assert openid.tampering.seen == []
    assert Session.objects.exclude(subject_hash="").count() == 0
    assert Revocation.objects.count() == 2

    JOBS["revoke"]("an alarm")

    assert openid.count(REVOKE) == 2
    assert Revocation.objects.count() == 0


def test_without_a_worker_the_next_sign_out_revokes_what_failed_before(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    openid.sandbox.fault("POST", REVOKE, status=503)
    visitor.post("/signout/")
    assert Revocation.objects.get().tries == 1
    Revocation.objects.update(due_at=timezone.now())

    visitor.sign_in("approver")
    visitor.post("/signout/")

    assert openid.count(REVOKE) == 3
    assert Revocation.objects.count() == 0


def test_a_provider_that_a_worker_found_down_is_offered_as_a_link(
    openid: Provider, visitor: Visitor
) -> None:
    heartbeat.beat()
    visitor.sign_in("approver")
    later = timezone.now() + timedelta(seconds=20)
    Revocation.objects.create(key="of somebody", sealed="", tries=1, due_at=later)

    response = visitor.post("/signout/")

    assert response.status_code == 200
    assert "/openid/end-session" in response.content.decode()


def test_a_provider_whose_addresses_cannot_be_read_leads_nowhere(
    openid: Provider, visitor: Visitor
) -> None:
    heartbeat.beat()
    visitor.sign_in("approver")
    registry.provider_of.cache_clear()  # as after a restart
    openid.sandbox.fault("GET", "openid-configuration", status=500, times=2)

    response = visitor.post("/signout/")

    assert response.status_code == 200
    assert "You are signed out of My Tasks" in response.content.decode()
    assert "/openid/end-session" not in response.content.decode()
    assert Session.objects.exclude(subject_hash="").count() == 0


def test_a_session_ends_together_with_the_note_of_what_to_revoke_or_not_at_all(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise DatabaseError("the disk is full")

    visitor.sign_in("approver")
    monkeypatch.setattr(revocations, "keep", full)
    with pytest.raises(DatabaseError):
        visitor.post("/signout/")

    assert visitor.client.session["person"]
    assert Revocation.objects.count() == 0


def test_a_table_that_cannot_be_read_after_the_end_is_no_error_page(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: object) -> None:
        raise DatabaseError("locked")

    visitor.sign_in("approver")
    monkeypatch.setattr(revocations, "_attempt", locked)

    assert visitor.post("/signout/").status_code == 200
    assert Session.objects.exclude(subject_hash="").count() == 0
