"""No way to stop holding a refresh token leaves it valid at the provider."""

import dataclasses
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from taskmanager.jobs import heartbeat
from taskmanager.signin import endings, revocations, token_refresh
from taskmanager.signin.errors import SignInNeeded
from taskmanager.signin.models import HandOff, Revocation, Session
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import TokenStore, tokens_of
from tests.session_tokens import keep
from tests.signin.conftest import Provider, Visitor
from tests.signin.framing import HOST_PAGE, Frame, Popup
from tests.signin.test_hostile_provider import forged

REVOKE = "/openid/revoke"
TOKEN = "/openid/token"


@pytest.fixture
def signed_in(openid: Provider, visitor: Visitor) -> Visitor:
    visitor.sign_in("approver")
    return visitor


@pytest.fixture
def popup(openid: Provider, settings: LazySettings, db: None) -> Iterator[Popup]:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    made = Popup()
    yield made
    made.elsewhere.close()


def refresh_token_of(visitor: Visitor) -> str:
    held = tokens_of(visitor.client.session)
    assert held is not None
    assert held.refresh_token is not None
    return held.refresh_token


def is_revoked(peer: Provider, token: str) -> bool:
    return peer.sandbox.tokens.redeem(token) is None


def given_tokens(peer: Provider) -> list[str]:
    """The refresh tokens that the provider gives from now on."""
    given: list[str] = []

    def note(token: dict[str, str]) -> None:
        given.append(token["refresh_token"])

    peer.tamper(TOKEN, note)
    return given


@pytest.mark.parametrize("persona", ["approver", "admin"])
def test_of_the_session_that_a_new_sign_in_replaces(
    openid: Provider, signed_in: Visitor, persona: str
) -> None:
    before = refresh_token_of(signed_in)

    signed_in.elsewhere.cookies.clear()
    signed_in.sign_in(persona)

    assert is_revoked(openid, before)
    assert not is_revoked(openid, refresh_token_of(signed_in))


def test_a_new_sign_in_does_not_wait_for_a_provider_that_a_worker_can_call(
    openid: Provider, signed_in: Visitor
) -> None:
    heartbeat.beat()

    signed_in.sign_in("approver")

    assert openid.count(REVOKE) == 0
    assert Revocation.objects.count() == 1


def test_what_could_not_be_revoked_at_a_new_sign_in_is_tried_again(
    openid: Provider, signed_in: Visitor
) -> None:
    openid.sandbox.fault("POST", REVOKE, status=503)

    signed_in.sign_in("approver")

    assert signed_in.client.session["person"]
    assert Revocation.objects.get().tries == 1


def test_of_a_widget_that_signs_in_anew(openid: Provider, popup: Popup) -> None:
    """As a second frame of the same page does, which was opened before the first signed in."""
    frame = Frame()
    frame.open()

    def sign_in() -> str:
        popup.finish(popup.bind(frame.begin()))
        assert frame.box is not None
        frame.box["data-token"] = frame.post("claim").json()["token"]
        held = tokens_of(SessionStore(frame.cookie))
        assert held is not None
        return held.refresh_token or ""

    before, now = sign_in(), sign_in()

    assert before != now
    assert is_revoked(openid, before)
    assert not is_revoked(openid, now)


@pytest.mark.parametrize("ended", ["in time", "dropped by clearsessions", "at the next sign-in"])
def test_of_sessions_that_ran_out(openid: Provider, signed_in: Visitor, ended: str) -> None:
    token = refresh_token_of(signed_in)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    if ended == "in time":
        endings.clear_expired()
        revocations.revoke("")
    elif ended == "dropped by clearsessions":
        call_command("clearsessions")
    else:
        Visitor().sign_in("admin")
        revocations.revoke("")

    assert is_revoked(openid, token)


def test_of_a_sign_in_that_we_refuse(openid: Provider, visitor: Visitor) -> None:
    openid.tamper(TOKEN, lambda token: forged(openid, token, nonce="another"))
    given: list[str] = []
    forge = openid.tampering.changes[TOKEN]

    def note(token: dict[str, str]) -> dict[str, str] | None:
        given.append(token["refresh_token"])
        return forge(token)

    openid.tamper(TOKEN, note)

    assert visitor.sign_in("approver").status_code >= 400

    assert len(given) == 1
    assert is_revoked(openid, given[0])


def test_of_a_sign_in_whose_keys_cannot_be_read(openid: Provider, visitor: Visitor) -> None:
    given = given_tokens(openid)
    openid.sandbox.fault("GET", "/openid/jwks", status=503, times=5)

    assert visitor.sign_in("approver").status_code >= 400

    assert is_revoked(openid, given[0])


@pytest.mark.parametrize("how", ["expired", "begun again", "cleared"])
def test_of_a_sign_in_that_no_frame_claims(openid: Provider, popup: Popup, how: str) -> None:
    frame = Frame()
    frame.open()
    given = given_tokens(openid)
    popup.finish(popup.bind(frame.begin()))
    if how == "begun again":
        frame.begin()
    else:
        HandOff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        other = Frame()
        other.open()
        if how == "expired":
            other.begin()
        else:
            call_command("clearsessions")
    revocations.revoke("")

    assert len(given) == 1
    assert is_revoked(openid, given[0])


def test_of_a_session_that_the_tenant_refuses(openid: Provider, signed_in: Visitor) -> None:
    given = [refresh_token_of(signed_in)]
    openid.tamper(TOKEN, lambda token: given.append(token["refresh_token"]))
    openid.sandbox.fault("GET", "/work-items", status=401, times=50)

    assert signed_in.client.get("/").status_code == 302

    assert len(given) == 2
    assert is_revoked(openid, given[-1])


def about_to_expire(visitor: Visitor) -> TokenStore:
    held = tokens_of(visitor.client.session)
    assert held is not None
    keep(visitor.client.session, dataclasses.replace(held, expires_at=time.time() + 10))
    return TokenStore(session_row(visitor.client.session))


def test_of_a_renewed_token_that_is_somebody_elses(openid: Provider, signed_in: Visitor) -> None:
    store, given = about_to_expire(signed_in), []

    def of_another(token: dict[str, str]) -> dict[str, str]:
        given.append(token["refresh_token"])
        return forged(openid, token, sub="somebody else")

    openid.tamper(TOKEN, of_another)
    with pytest.raises(SignInNeeded):
        token_refresh.access_token_for(store, configured_provider())

    assert is_revoked(openid, given[0])


def test_of_a_renewed_token_that_could_not_be_stored(
    openid: Provider, signed_in: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, given = about_to_expire(signed_in), given_tokens(openid)

    def full(*_: object) -> bool:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(TokenStore, "replace", full)
    old = store.read()
    assert old is not None
    token = token_refresh.access_token_for(store, configured_provider())

    assert token == old.access_token  # it lasts for a little while
    assert is_revoked(openid, given[0])


def test_a_rotated_token_outlives_keys_that_cannot_be_read(
    openid: Provider, signed_in: Visitor
) -> None:
    """The one before is used up: without the new one the sign-in would end."""
    store, given = about_to_expire(signed_in), given_tokens(openid)
    configured_provider()._verifier._keys._copy = None  # type: ignore[attr-defined]
    openid.sandbox.fault("GET", "/openid/jwks", status=503, times=2)

    token_refresh.access_token_for(store, configured_provider())

    held = store.read()
    assert held is not None
    assert held.refresh_token == given[0]
    assert Revocation.objects.count() == 0
