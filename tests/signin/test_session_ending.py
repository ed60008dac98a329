"""Whoever listens hears of each session that ends, with the reason, before it is gone."""

import dataclasses
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from taskmanager.core.crypto import hash_session_key
from taskmanager.logging import JsonFormatter
from taskmanager.signin.models import Revocation, Session, TokenSet
from taskmanager.signin.signals import Ending, session_ending
from taskmanager.signin.token_store import tokens_of
from tests.security.logout_tokens import logout_token
from tests.session_tokens import keep
from tests.signin.conftest import Provider, Visitor
from tests.signin.framing import FRAMED, HOST_PAGE, Frame, Popup

REVOKE = "/openid/revoke"


@pytest.fixture
def heard() -> Iterator[list[tuple[str, Ending]]]:
    """What the signal said, of rows that still had their tokens."""
    said: list[tuple[str, Ending]] = []

    def listen(row: str, reason: Ending, **_: Any) -> None:
        assert TokenSet.objects.filter(pk=row, session__pk=row).exists()
        said.append((row, reason))

    session_ending.connect(listen)
    yield said
    session_ending.disconnect(listen)


@pytest.fixture
def signed_in(openid: Provider, visitor: Visitor) -> Visitor:
    visitor.sign_in("approver")
    return visitor


def row_of(visitor: Visitor) -> str:
    return hash_session_key(visitor.session_key)


def test_signing_out_is_told_for_the_page_and_for_its_widgets(
    signed_in: Visitor, heard: list[tuple[str, Ending]]
) -> None:
    rows = {row_of(signed_in), signed_in.another_session(is_widget=True)}

    signed_in.post("/signout/")

    assert set(heard) == {(row, Ending.SIGNED_OUT) for row in rows}
    assert len(heard) == 2


def test_signing_out_in_a_widget_is_told_for_its_own_session_only(
    signed_in: Visitor, heard: list[tuple[str, Ending]], settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    frame, popup = Frame(), Popup()
    frame.open()
    popup.finish(popup.bind(frame.begin()))
    token = frame.post("claim").json()["token"]
    row = hash_session_key(frame.cookie)

    frame.client.post("/widget/signout/", {"csrfmiddlewaretoken": token}, headers=FRAMED)
    popup.elsewhere.close()

    assert heard == [(row, Ending.SIGNED_OUT)]
    assert signed_in.client.session["person"]


def test_a_session_ended_on_the_page_of_sessions_is_told(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    row = signed_in.another_session(is_widget=False)

    signed_in.post("/sessions/end-others/")

    assert heard == [(row, Ending.ENDED_ELSEWHERE)]
    assert Session.objects.filter(pk=row_of(signed_in)).exists()


def test_sessions_that_an_administrator_ends_are_told_and_their_tokens_revoked(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    row = row_of(signed_in)

    call_command("endsessions", "--all", stdout=io.StringIO())

    assert heard == [(row, Ending.ENDED_ELSEWHERE)]
    assert openid.count(REVOKE) == 1
    assert Revocation.objects.count() == 0


def test_a_logout_at_the_provider_is_told_and_revoked_after_the_answer(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    row, sid = row_of(signed_in), signed_in.client.session["sid"]
    subject = openid.sandbox.persona("approver").subject
    token = {"logout_token": logout_token(openid, sub=subject, sid=sid)}

    assert Visitor().client.post("/signin/backchannel/", token).status_code == 200

    assert heard == [(row, Ending.BY_PROVIDER)]
    assert openid.count(REVOKE) == 0  # the provider waits for our answer
    assert Revocation.objects.count() == 1


def test_a_logout_token_that_was_used_before_is_told_to_nobody(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    subject = openid.sandbox.persona("approver").subject
    token = {"logout_token": logout_token(openid, sub=subject)}
    Visitor().client.post("/signin/backchannel/", token)
    signed_in.sign_in("approver")
    heard.clear()

    assert Visitor().client.post("/signin/backchannel/", token).status_code == 400

    assert heard == []
    assert signed_in.client.session["person"]


def test_a_refused_token_is_told_and_the_provider_is_left_alone(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    """The person signs in again at once: a revocation might end that new sign-in."""
    row, held = row_of(signed_in), tokens_of(signed_in.client.session)
    assert held is not None
    past = time.time() - 1
    keep(signed_in.client.session, dataclasses.replace(held, refresh_token=None, expires_at=past))

    assert signed_in.client.get("/").status_code == 302

    assert heard == [(row, Ending.REFUSED)]
    assert not Session.objects.filter(pk=row).exists()
    assert Revocation.objects.count() == 0


def test_a_session_that_a_new_sign_in_replaces_is_told(
    signed_in: Visitor, heard: list[tuple[str, Ending]], openid: Provider
) -> None:
    row = row_of(signed_in)

    signed_in.sign_in("admin")

    assert heard == [(row, Ending.REPLACED)]
    assert openid.count(REVOKE) == 1
    assert Revocation.objects.count() == 0


def test_a_first_sign_in_ends_nothing(
    openid: Provider, visitor: Visitor, heard: list[tuple[str, Ending]]
) -> None:
    visitor.sign_in("approver")
    assert heard == []


def test_a_listener_that_fails_keeps_nobody_signed_in(
    signed_in: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the listener failed")

    session_ending.connect(fail)
    try:
        assert signed_in.post("/signout/").status_code == 302
    finally:
        session_ending.disconnect(fail)

    assert Session.objects.exclude(subject_hash="").count() == 0
    assert "the listener failed" in caplog.text


@pytest.mark.parametrize("everybody", [True, False])
def test_what_an_administrator_has_ended_stands_in_the_log(
    signed_in: Visitor, openid: Provider, caplog: pytest.LogCaptureFixture, everybody: bool
) -> None:
    caplog.set_level("INFO")
    signed_in.another_session(is_widget=True)
    other = Visitor()
    other.sign_in("admin")
    approver, admin = (openid.sandbox.persona(key) for key in ("approver", "admin"))

    call_command("endsessions", "--all" if everybody else approver.subject, stdout=io.StringIO())
    other.elsewhere.close()

    (record,) = [each for each in caplog.records if each.name.endswith("endsessions")]
    line = json.loads(JsonFormatter().format(record))
    assert line["sessions"] == ("3" if everybody else "2")
    assert set(line["identities"].split()) == {approver.id} | ({admin.id} if everybody else set())
    assert line["everybody"] == str(everybody).lower()
    assert approver.name not in json.dumps(line)
