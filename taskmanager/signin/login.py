"""The steps of a sign-in that the full page and the popup of a widget share."""

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.csrf import rotate_token
from django.urls import reverse

from taskmanager.signin.auth_requests import AuthRequest
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import keep_person, session_row
from taskmanager.signin.session_store import REFUSED_AT, SIGNED_IN_AT
from taskmanager.signin.token_store import TokenStore

if TYPE_CHECKING:
    from taskmanager.signin.request import SignedInRequest
    from taskmanager.signin.values import SignedIn


def public_address(name: str) -> str:
    """One of our addresses as the provider knows it. Never built from the Host header."""
    return f"{settings.PUBLIC_URL}{reverse(name)}"


def start(state: str, next_url: str) -> tuple[str, AuthRequest]:
    """The provider's address for this state, and what to remember under it.

    Raises ProviderUnavailable.
    """
    provider = configured_provider()
    started = provider.start(redirect_uri=public_address("signin:callback"), state=state)
    auth_request = AuthRequest(
        issuer=provider.issuer,
        nonce=started.nonce,
        code_verifier=started.code_verifier,
        next_url=next_url,
        started_at=time.time(),
    )
    return started.url, auth_request


def finish(request: "SignedInRequest", auth_request: AuthRequest) -> "SignedIn":
    """Take the provider's answer. Raises SignInRefused or ProviderUnavailable."""
    provider = configured_provider()
    metadata = provider.metadata()
    sender = request.GET.get("iss")
    # RFC 9207: an answer from another provider than the one we asked is an attack.
    announced = metadata.get("authorization_response_iss_parameter_supported") is True
    if auth_request.issuer != provider.issuer or (
        settings.OIDC_ISSUER and (sender or announced) and sender != auth_request.issuer
    ):
        raise SignInRefused("not_verified", "the answer names another issuer")
    if error := request.GET.get("error"):
        raise SignInRefused(error, request.GET.get("error_description", ""))
    if not (code := request.GET.get("code")):
        raise SignInRefused("no_code")
    return provider.finish(
        code,
        redirect_uri=public_address("signin:callback"),
        code_verifier=auth_request.code_verifier,
        nonce=auth_request.nonce,
    )


def begin_session(request: "SignedInRequest", signed_in: "SignedIn", *keep: str) -> None:
    """Begin the person's session under a new key: session fixation.

    `keep` names what of the old session goes along.
    """
    names = (REFUSED_AT, *keep)
    kept: dict[str, Any] = {
        name: request.session[name] for name in names if name in request.session
    }
    request.session.flush()
    request.session.clear_expired()
    rotate_token(request)
    keep_person(request.session, signed_in.person)
    request.session.update(
        {
            SIGNED_IN_AT: int(time.time()),
            "issuer": signed_in.issuer,
            "subject": signed_in.subject,
            "sid": signed_in.sid,
            DEVICE: device_of(
                request.headers.get("User-Agent", ""),
                host=request.POST.get("host_origin", ""),
                is_framed=request.has_own_session,
            ),
            **kept,
        }
    )
    request.session.save()
    TokenStore(session_row(request.session)).write(signed_in.tokens)
