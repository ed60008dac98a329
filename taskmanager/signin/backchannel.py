"""Back-channel logout: the provider tells us, server to server, that somebody has signed out.

OpenID Connect Back-Channel Logout 1.0. Whoever can reach this address can post to it, so nothing
but the provider's signature counts, and every doubt is the same 400 without a reason.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from taskmanager.core import crypto
from taskmanager.jobs.heartbeat import is_worker_alive
from taskmanager.signin import endings, revocations
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.models import Session, UsedLogoutToken
from taskmanager.signin.providers.jwt import LEEWAY
from taskmanager.signin.providers.openid import OpenIdConnect
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.sign_in_log import log_sign_in
from taskmanager.signin.signals import Ending

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# `logout+jwt` is what the specification recommends; older providers send the general name or
# none. Tokens of other purposes (at+jwt) are out; an id_token has no `events`.
TYPES = {"logout+jwt", "jwt", ""}
FRESH_SECONDS = 300  # how old a token may be, whatever it says about its own expiry


class NotALogout(Exception):
    """The token is no valid statement that somebody has signed out."""


UNAVAILABLE = (ProviderUnavailable, requests.RequestException)
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
REFUSED = (NotALogout, JoseError, *UNAVAILABLE, *MALFORMED)


@csrf_exempt  # the provider has no session with us: its signature is what we check
@login_not_required
@require_POST
def backchannel(request: HttpRequest) -> HttpResponse:
    """End the sessions that a logout token names. 200 also when there are none left."""
    provider = configured_provider()
    if not isinstance(provider, OpenIdConnect):
        raise Http404
    try:
        claims = _verified(provider, request.POST.get("logout_token", ""))
        ended, people = _end(claims)
    except REFUSED as error:
        why = {"reason": type(error).__name__, "detail": str(error)[:200]}
        log_sign_in("logout token refused", outcome="refused", **why)
        return JsonResponse({"error": "invalid_request"}, status=HTTPStatus.BAD_REQUEST)
    more = {"identities": " ".join(people), "sessions": str(ended)}
    log_sign_in("signed out by the provider", outcome="succeeded", **more)
    return HttpResponse()


def _verified(provider: OpenIdConnect, logout_token: str) -> Mapping[str, Any]:
    """The token's claims after all checks of the specification's section 2.6."""
    token = provider.decoded(logout_token)
    if str(token.header.get("typ", "")).lower() not in TYPES:
        raise NotALogout("a token of another type")
    claims = token.claims
    JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        iat={"essential": True},
        jti={"essential": True},
    ).validate(claims)
    if claims["iat"] < time.time() - FRESH_SECONDS - LEEWAY:
        raise NotALogout("too old")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise NotALogout("another event")
    if "nonce" in claims:
        raise NotALogout("with a nonce, like an id_token")
    names = [claims.get("sub", ""), claims.get("sid", "")]
    if not any(names) or not all(isinstance(name, str) for name in names):
        raise NotALogout("about nobody")
    return claims


def _end(claims: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Delete the sessions' rows, and use the token up: how many, and whose.

    Raises NotALogout on a repeat.
    """
    issuer, subject, sid = (claims.get(name, "") for name in ("iss", "sub", "sid"))
    of_person = Q(subject_hash__in=crypto.fingerprints("subject", issuer, subject))
    named = Q(sid_hash__in=crypto.fingerprints("sid", issuer, sid))
    if subject:
        # Without a sid all of the person's; with one also those whose sign-in told us none.
        named = named | of_person & Q(sid_hash="") if sid else of_person
    # Remembered for as long as it would be accepted.
    until = datetime.fromtimestamp(claims["iat"] + FRESH_SECONDS + 2 * LEEWAY, UTC)
    digest = crypto.digest(f"{issuer}\0{claims['jti']}")
    if UsedLogoutToken.objects.filter(digest=digest).exists():
        raise NotALogout("used before")  # before others are told of an end that does not come

    def use_up() -> None:
        UsedLogoutToken.objects.filter(until__lt=timezone.now()).delete()
        _, is_new = UsedLogoutToken.objects.get_or_create(digest=digest, defaults={"until": until})
        if not is_new:
            raise NotALogout("used before")

    rows = Session.objects.filter(named)
    people = endings.people_of(rows)
    ended, kept = endings.end(rows, Ending.BY_PROVIDER, first=use_up)
    if is_worker_alive():  # the provider waits for our answer: it is not called before that
        revocations.settle(kept)
    return ended, people
