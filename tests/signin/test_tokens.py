"""Token refresh: shortly before expiry, once only, and without signing people out needlessly."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from taskmanager.signin import token_refresh
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import person_of
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import TokenStore
from taskmanager.signin.values import Tokens
from tests.session_tokens import access_token_for, keep, renew_access_token, tokens_of
from tests.signin.conftest import JWT, Provider, Visitor
from tests.signin.test_hostile_provider import forged


@pytest.fixture
def request_of(rf: RequestFactory, visitor: Visitor) -> HttpRequest:
    """A request with the session of a person who has just signed in."""
    visitor.sign_in("approver")
    request = rf.get("/")
    request.session = visitor.client.session
    return request


def held(request: HttpRequest) -> Tokens:
    found = tokens_of(request.session)
    assert found is not None
    return found


def make_it_last(request: HttpRequest, seconds: float) -> Tokens:
    """Make the access token expire in this many seconds."""
    changed = replace(held(request), expires_at=time.time() + seconds)
    keep(request.session, changed)
    return changed


@pytest.fixture
def anyone(any_profile: Provider, request_of: HttpRequest) -> tuple[Provider, HttpRequest]:
    return any_profile, request_of


@pytest.fixture
def someone(openid: Provider, request_of: HttpRequest) -> tuple[Provider, HttpRequest]:
    return openid, request_of


Signed = tuple[Provider, HttpRequest]


def test_a_token_that_lasts_is_used_as_it_is(someone: Signed) -> None:
    provider, request = someone
    old = make_it_last(request, 61)

    assert access_token_for(request) == old.access_token
    assert provider.count("/openid/token") == 1  # the code


def test_a_token_about_to_expire_is_renewed_and_the_refresh_token_rotates(anyone: Signed) -> None:
    provider, request = anyone
    old = make_it_last(request, 59)

    renewed = access_token_for(request)

    assert renewed != old.access_token
    assert held(request).access_token == renewed
    assert held(request).refresh_token != old.refresh_token
    assert held(request).lasts(600)
    assert provider.sandbox.tokens.read(renewed)
    make_it_last(request, 0)
    assert access_token_for(request) != renewed  # the rotated refresh token works


def test_a_refresh_token_that_is_not_repeated_is_kept(someone: Signed) -> None:
    provider, request = someone
    old = make_it_last(request, 10)
    provider.tamper("/openid/token", lambda t: {k: v for k, v in t.items() if k != "refresh_token"})

    access_token_for(request)

    assert held(request).refresh_token == old.refresh_token


def test_a_refused_refresh_asks_to_sign_in_again(anyone: Signed) -> None:
    provider, request = anyone
    old = make_it_last(request, 10)
    provider.sandbox.revoke(old.refresh_token or "")

    with pytest.raises(SignInNeeded):
        access_token_for(request)
    assert TokenSet.objects.count() == 0


def test_a_provider_that_is_down_signs_nobody_out(someone: Signed) -> None:
    provider, request = someone
    old = make_it_last(request, 10)
    provider.sandbox.fault("POST", "/openid/token", status=503, times=9)

    assert access_token_for(request) == old.access_token
    assert access_token_for(request) == old.access_token
    assert provider.count("/openid/token") == 2  # the code and one refresh; no further attempts


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 429}, {"html": True}, {"truncate": True}, {"drop": True}]
)
def test_an_expired_token_and_a_provider_in_trouble_is_not_a_sign_out(
    someone: Signed, fault: dict[str, object]
) -> None:
    provider, request = someone
    make_it_last(request, -1)
    provider.sandbox.fault("POST", "/openid/token", times=9, **fault)

    with pytest.raises(ProviderUnavailable):
        access_token_for(request)
    assert TokenSet.objects.count() == 1


def test_a_wrong_client_secret_signs_nobody_out(
    someone: Signed, settings: pytest.FixtureRequest
) -> None:
    _, request = someone
    old = make_it_last(request, 10)
    settings.OIDC_CLIENT_SECRET = "rotated-by-an-admin"  # type: ignore[attr-defined]

    assert access_token_for(request) == old.access_token


def test_without_a_refresh_token_the_access_token_is_used_to_its_end(someone: Signed) -> None:
    _, request = someone
    keep(request.session, Tokens("opaque", expires_at=time.time() + 10))
    assert access_token_for(request) == "opaque"

    keep(request.session, Tokens("opaque", expires_at=time.time() - 1))
    with pytest.raises(SignInNeeded):
        access_token_for(request)


def test_a_refused_token_is_renewed_once(someone: Signed) -> None:
    provider, request = someone
    old = held(request)

    renewed = renew_access_token(request, refused=old.access_token)

    assert renewed == held(request).access_token != old.access_token
    assert renew_access_token(request, refused=old.access_token) == renewed
    assert provider.count("/openid/token") == 2  # the code and one refresh


def test_a_refused_token_that_cannot_be_renewed_is_none(someone: Signed) -> None:
    provider, request = someone
    old = held(request)
    provider.sandbox.revoke(old.refresh_token or "")

    assert renew_access_token(request, refused=old.access_token) is None


@pytest.mark.parametrize("change", [{"sub": "somebody-else"}, {"iss": "https://evil.example"}])
def test_a_renewed_id_token_must_stay_the_same_persons(
    someone: Signed, change: dict[str, str]
) -> None:
    provider, request = someone
    make_it_last(request, 10)
    provider.tamper("/openid/token", lambda token: forged(provider, token, **change))

    with pytest.raises(SignInNeeded):
        access_token_for(request)


def test_a_renewed_isc_token_must_stay_the_same_persons(
    isc: Provider, request_of: HttpRequest
) -> None:
    make_it_last(request_of, 10)
    other = isc.sandbox.persona("admin").id
    isc.tamper("/oauth/token", lambda token: {**token, "identity_id": other})

    with pytest.raises(SignInNeeded):
        access_token_for(request_of)


def _somebody_refreshes(seconds: float) -> None:
    TokenSet.objects.update(leased_until=timezone.now() + timedelta(seconds=seconds))


def test_waiting_for_another_refresh_ends(someone: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    provider, request = someone
    monkeypatch.setattr(token_refresh, "WAIT", 0.2)
    old = make_it_last(request, 10)
    _somebody_refreshes(15)
    assert access_token_for(request) == old.access_token

    make_it_last(request, -1)
    with pytest.raises(ProviderUnavailable):
        access_token_for(request)
    assert provider.count("/openid/token") == 1  # the code


@pytest.mark.parametrize("seconds", [1.5, 30, 59])
def test_nobody_waits_while_the_token_is_good(someone: Signed, seconds: float) -> None:
    """The one who took the lease may have been killed, and its lease lasts for long."""
    provider, request = someone
    old = make_it_last(request, seconds)
    _somebody_refreshes(45)

    began = time.monotonic()
    assert access_token_for(request) == old.access_token

    assert time.monotonic() - began < 0.5
    assert provider.count("/openid/token") == 1  # the code


def test_who_was_refused_with_a_good_token_waits_for_the_other(
    someone: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, request = someone
    old = make_it_last(request, 30)
    _somebody_refreshes(15)
    new = Tokens("fresh", "rotated", None, time.time() + 600)
    monkeypatch.setattr(token_refresh.time, "sleep", lambda _: keep(request.session, new))

    assert renew_access_token(request, refused=old.access_token) == "fresh"


def test_who_waits_takes_what_the_other_one_got(
    someone: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, request = someone
    make_it_last(request, -1)
    _somebody_refreshes(15)
    new = Tokens("fresh", "rotated", None, time.time() + 600)
    monkeypatch.setattr(token_refresh.time, "sleep", lambda _: keep(request.session, new))

    assert access_token_for(request) == "fresh"


def test_who_waits_learns_of_a_refusal(someone: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = someone
    make_it_last(request, -1)
    _somebody_refreshes(15)
    monkeypatch.setattr(token_refresh.time, "sleep", lambda _: TokenSet.objects.all().delete())

    with pytest.raises(SignInNeeded):
        access_token_for(request)


def test_a_refresh_whose_process_died_is_taken_over(someone: Signed) -> None:
    _, request = someone
    old = make_it_last(request, 10)
    _somebody_refreshes(-1)

    assert access_token_for(request) != old.access_token


def test_without_tokens_somebody_has_to_sign_in(someone: Signed, rf: RequestFactory) -> None:
    _, request = someone
    TokenSet.objects.all().delete()
    with pytest.raises(SignInNeeded):
        access_token_for(request)
    assert renew_access_token(request, refused="x") is None

    nobody = rf.get("/")
    nobody.session = type(request.session)()
    with pytest.raises(SignInNeeded):
        access_token_for(nobody)
    with pytest.raises(SignInNeeded):
        person_of(nobody)


def loaded(request: HttpRequest) -> SessionStore:
    """The session as another request of the same browser gets it."""
    session = SessionStore(request.session.session_key)
    assert session.is_signed_in
    return session


def test_the_tokens_that_came_with_a_session_are_used_once(
    someone: Signed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _provider, request = someone
    old, session = held(request), loaded(request)
    with django_assert_num_queries(0):
        assert TokenStore.of(session).read() == old
    new = make_it_last(request, 500)
    assert TokenStore.of(session).read() == new


def test_a_store_of_a_session_sees_what_changes_after_its_first_look(someone: Signed) -> None:
    _provider, request = someone
    store = TokenStore.of(loaded(request))
    store.read()
    new = make_it_last(request, 500)
    assert store.read() == new


def test_tokens_that_another_request_has_renewed_meanwhile_are_not_renewed_again(
    someone: Signed,
) -> None:
    provider, request = someone
    make_it_last(request, 10)
    session = loaded(request)
    renewed = access_token_for(request)
    asked = provider.count("/openid/token")
    found = token_refresh.access_token_for(TokenStore.of(session), configured_provider())
    assert found == renewed
    assert provider.count("/openid/token") == asked


def test_tokens_that_came_under_another_key_are_not_used(someone: Signed) -> None:
    _provider, request = someone
    session = loaded(request)
    session.cycle_key()
    assert TokenStore.of(session).read() is None


def test_saving_the_session_does_not_put_an_old_refresh_token_back(someone: Signed) -> None:
    _, request = someone
    # The session of another request, loaded before the refresh.
    slow = type(request.session)(request.session.session_key)
    slow["seen"] = "something"
    make_it_last(request, 10)
    renewed = access_token_for(request)

    slow.save()

    assert held(request).access_token == renewed


def test_no_token_can_be_read_in_the_database(someone: Signed) -> None:
    _, request = someone
    everything = " ".join(
        str(value)
        for model in (Session, TokenSet)
        for row in model.objects.values()
        for value in row.values()
    )
    found = held(request)

    for secret in (found.access_token, found.refresh_token, found.id_token):
        assert secret not in everything
    assert not JWT.search(everything)
    assert request.session.session_key not in everything
    assert "approver" not in everything
    assert request.session["person"]["id"] not in everything


def test_tokens_copied_to_another_session_do_not_open(someone: Signed) -> None:
    _, request = someone
    victim = TokenSet.objects.get()
    thief = type(request.session)()
    thief.create()
    keep(thief, Tokens("worthless"))
    TokenSet.objects.exclude(pk=victim.pk).update(sealed=victim.sealed)

    assert tokens_of(thief) is None


def test_tokens_end_with_their_session(someone: Signed) -> None:
    _, request = someone
    request.session.flush()

    assert TokenSet.objects.count() == 0
