"""The steps of a sign-in that the full page and the popup of a widget share."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.middleware.csrf import rotate_token
from django.urls import reverse

from taskmanager.signin import endings
from taskmanager.signin.auth_requests import AUTH_REQUESTS, AuthRequest
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.errors import ProviderUnavailable, SignInRefused
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest, keep_person, person_in, session_row
from taskmanager.signin.session_store import REFUSED_AT, SIGNED_IN_AT
from taskmanager.signin.signals import Ending
from taskmanager.signin.token_store import TokenStore
from taskmanager.signin.values import SignedIn
from taskmanager.signin.widget_sessions import BROWSER


def public_address(name: str) -> str:
    """One of our addresses as the provider knows it. Never built from the Host header."""
    return f"{settings.PUBLIC_URL}{reverse(name)}"


@contextmanager
def _refused_while_unavailable() -> Iterator[None]:
    try:
        yield
    except ProviderUnavailable as error:
        raise SignInRefused("unavailable", str(error)) from error


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


def begin_session(request: SignedInRequest, signed_in: SignedIn) -> None:
    """Begin the person's session under a new key (against session fixation)."""
    old = request.session
    # The full page goes on with the sign-ins of its other tabs and with its widgets.
    keep = (REFUSED_AT,) if request.has_own_session else (REFUSED_AT, AUTH_REQUESTS, BROWSER)
    kept: dict[str, Any] = {name: old[name] for name in keep if name in old}
    if person_in(old) is None:
        old.flush()
    else:
        endings.flush(old, Ending.REPLACED)
    request.session.clear_expired()
    rotate_token(request)
    keep_person(request.session, signed_in.person)
    request.session[SIGNED_IN_AT] = int(time.time())
    request.session[DEVICE] = device_of(
        request.headers.get("User-Agent", ""),
        host=request.POST.get("host_origin", ""),
        is_framed=request.has_own_session,
    )
    for part in ("issuer", "subject", "sid"):
        request.session[part] = getattr(signed_in, part)
    request.session.update(kept)
    request.session.save()
    TokenStore(session_row(request.session)).write(signed_in.tokens)
