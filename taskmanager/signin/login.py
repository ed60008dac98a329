"""The steps of a sign-in that the full page and the popup of a widget share."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import Error
from django.middleware.csrf import rotate_token
from django.urls import reverse

from taskmanager.core.storage import is_outage
from taskmanager.signin import endings, revocations
from taskmanager.signin.auth_requests import AuthRequest
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.errors import ProviderUnavailable, SignInFailed, SignInRefused
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest, keep_person, person_in, session_row
from taskmanager.signin.session_store import REFUSED_AT, SIGNED_IN_AT
from taskmanager.signin.signals import Ending
from taskmanager.signin.token_store import TokenStore, tokens_of
from taskmanager.signin.values import SignedIn, Tokens
from taskmanager.signin.widget_sessions import BROWSER

ACCOUNT: Final = ("issuer", "subject")  # whose sign-in at the provider a session is


def public_address(name: str) -> str:
    """One of our addresses as the provider knows it. Never built from the Host header."""
    return f"{settings.PUBLIC_URL}{reverse(name)}"


@contextmanager
def _refused_while_unavailable() -> Iterator[None]:
    try:
        yield
    except ProviderUnavailable as error:
        raise SignInRefused("unavailable", str(error)) from error


@contextmanager
def _revoked_when_refused() -> Iterator[None]:
    """What the provider gave for a sign-in that we refuse would stay valid there."""
    try:
        yield
    except SignInFailed as error:
        revocations.settle(revocations.keep([error.unused]))
        raise


@_refused_while_unavailable()
def start(state: str, next_url: str) -> tuple[str, AuthRequest]:
    """The provider's address for this state, and what to remember. Raises SignInRefused."""
    provider = configured_provider()
    nonce = secrets.token_urlsafe(20) if "openid" in provider.config.scopes else ""
    verifier = secrets.token_urlsafe(36)  # 48 characters; RFC 7636 wants at least 43
    redirect_uri = public_address("signin:callback")
    parameters = {"state": state, "code_verifier": verifier, "nonce": nonce or None}
    url = provider.start(redirect_uri=redirect_uri, **parameters)
    return url, AuthRequest(provider.issuer, nonce, verifier, next_url, started_at=time.time())


@_refused_while_unavailable()
@_revoked_when_refused()
def finish(request: SignedInRequest, auth_request: AuthRequest) -> SignedIn:
    """Take the provider's answer. Raises SignInRefused."""
    provider = configured_provider()
    sender = request.GET.get("iss")
    # RFC 9207: an answer from another provider than the one we asked is an attack.
    announced = provider.metadata().get("authorization_response_iss_parameter_supported") is True
    if auth_request.issuer != provider.issuer or (
        settings.OIDC_ISSUER and (sender or announced) and sender != auth_request.issuer
    ):
        raise SignInRefused("not_verified", "the answer names another issuer")
    if error := request.GET.get("error"):
        raise SignInRefused(error, request.GET.get("error_description", ""))
    if not (code := request.GET.get("code")):
        raise SignInRefused("no_code")
    redirect_uri = public_address("signin:callback")
    nonce, verifier = auth_request.nonce, auth_request.code_verifier
    return provider.finish(code, redirect_uri=redirect_uri, code_verifier=verifier, nonce=nonce)


@contextmanager
def _refused_where_not_stored(tokens: Tokens) -> Iterator[None]:
    """Nobody would hold the refresh token, and its revocation cannot be kept: one try, here."""
    try:
        yield
    except Error as error:
        if not is_outage(error):
            raise
        if tokens.refresh_token:
            with suppress(ProviderUnavailable):
                configured_provider().revoke(tokens.refresh_token)
        raise SignInRefused("not_stored", str(error)) from error


def begin_session(request: SignedInRequest, signed_in: SignedIn) -> None:
    """Begin the person's session. Raises SignInRefused where it cannot be stored."""
    with _refused_where_not_stored(signed_in.tokens):
        _begin_session(request, signed_in)


def _begin_session(request: SignedInRequest, signed_in: SignedIn) -> None:
    """Under a new key (against session fixation).

    A browser that has signed in the same person already goes on with that session: its other tabs
    are in it.
    """
    old = request.session
    if not request.embedded and _is_of(old, signed_in):
        _go_on(old, signed_in)
        return
    # The full page goes on with its widgets.
    keep = (REFUSED_AT,) if request.has_own_session else (REFUSED_AT, BROWSER)
    kept: dict[str, Any] = {name: old[name] for name in keep if name in old}
    replaced: list[str] = []
    if person_in(old) is None:
        old.flush()
    else:
        replaced = endings.flush(old, Ending.REPLACED)
    endings.clear_expired()
    rotate_token(request)
    keep_person(request.session, signed_in.person)
    request.session[SIGNED_IN_AT] = int(time.time())
    request.session[DEVICE] = device_of(
        request.headers.get("User-Agent", ""),
        host=request.POST.get("host_origin", ""),
        is_framed=request.has_own_session,
    )
    for part in (*ACCOUNT, "sid"):
        request.session[part] = getattr(signed_in, part)
    request.session.update(kept)
    request.session.save()
    TokenStore(session_row(request.session)).write(signed_in.tokens)
    revocations.settle(replaced)


def _is_of(session: SessionBase, signed_in: SignedIn) -> bool:
    person = person_in(session)
    is_same_account = all(session.get(part) == getattr(signed_in, part) for part in ACCOUNT)
    return person is not None and person.id == signed_in.person.id and is_same_account


def _go_on(session: SessionBase, signed_in: SignedIn) -> None:
    replaced = tokens_of(session)
    keep_person(session, signed_in.person)
    session[SIGNED_IN_AT] = int(time.time())
    session["sid"] = signed_in.sid
    session.save()
    TokenStore(session_row(session)).write(signed_in.tokens)
    revocations.settle(revocations.keep_of([replaced]))
