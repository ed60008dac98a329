"""The steps of a sign-in that the full page and the popup of a widget share."""

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.csrf import rotate_token
from django.urls import reverse

from taskmanager.signin import flows, tokens
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.person import keep_person
from taskmanager.signin.provider import SignedIn, configured_provider
from taskmanager.signin.sessions import REFUSED_AT, SIGNED_IN_AT

if TYPE_CHECKING:
    from django.http import HttpRequest


def address(name: str) -> str:
    """One of our addresses as the provider knows it. Never built from the Host header."""
    return f"{settings.PUBLIC_URL}{reverse(name)}"


def prepare(state: str, next_url: str) -> tuple[str, flows.Flow]:
    """The provider's address for this state, and the flow to remember under it.

    Raises ProviderUnavailable.
    """
    provider = configured_provider()
    begun = provider.begin(redirect_uri=address("signin:callback"), state=state)
    flow = flows.Flow(
        issuer=provider.issuer,
        nonce=begun.get("nonce", ""),
        code_verifier=begun["code_verifier"],
        next_url=next_url,
        started_at=time.time(),
    )
    return begun["url"], flow


def finish(request: "HttpRequest", flow: flows.Flow) -> SignedIn:
    """Take the provider's answer. Raises SignInRefused or ProviderUnavailable."""
    provider = configured_provider()
    metadata = provider.load_server_metadata()
    sender = request.GET.get("iss")
    # RFC 9207: an answer from another provider than the one we asked is an attack.
    announced = metadata.get("authorization_response_iss_parameter_supported") is True
    if flow.issuer != provider.issuer or (
        settings.OIDC_ISSUER and (sender or announced) and sender != flow.issuer
    ):
        raise SignInRefused("not_verified", "the answer names another issuer")
    if error := request.GET.get("error"):
        raise SignInRefused(error, request.GET.get("error_description", ""))
    if not (code := request.GET.get("code")):
        raise SignInRefused("no_code")
    return provider.finish(
        code,
        redirect_uri=address("signin:callback"),
        code_verifier=flow.code_verifier,
        nonce=flow.nonce,
    )


def begin_session(request: "HttpRequest", signed_in: SignedIn, *keep: str) -> None:
    """A new key for a new level of trust: a key planted before sign-in is worth nothing.

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
            DEVICE: device_of(request),
            **kept,
        }
    )
    request.session.save()
    tokens.keep(request.session, signed_in.tokens)
