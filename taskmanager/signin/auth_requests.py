"""Sign-ins under way: one sealed cookie each, named after its state, used once.

Tabs that a browser restores at once cannot overwrite one another's, and nobody gets a row in the
database before a person comes back from the provider.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from taskmanager.core import crypto

LIFETIME: Final = 600  # seconds until the provider's answer comes too late
KEPT: Final = 3600  # seconds that a browser keeps the cookie: where to go on to outlives the rest
MOST: Final = 8  # parallel sign-ins of a browser; the oldest goes first, to keep requests short
LONGEST_NEXT: Final = 1000  # characters of an address to come back to
# How a state begins: where its cookie is gone, nothing else tells.
SECOND_TRY, IN_POPUP = "again.", "popup."


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """What the provider's answer is checked against, and where the sign-in leads."""

    issuer: str
    nonce: str
    code_verifier: str
    next_url: str  # a path of ours with its query
    started_at: float  # epoch seconds
    hand_off: str = ""  # the key of a frame's hand-off; empty for the browser's own session

    @property
    def is_late(self) -> bool:
        return self.started_at + LIFETIME < time.time()


def new_state(kind: str = "") -> str:
    """A value that nobody can guess. It says nothing about the page that the sign-in leads to."""
    return kind + secrets.token_urlsafe(32)


def remember(
    request: HttpRequest, response: HttpResponse, state: str, auth_request: AuthRequest
) -> None:
    """Put it into the browser with this response."""
    for name in sorted(_names(request), key=_begun)[: 1 - MOST]:
        _put(response, name, "", 0)
    if len(auth_request.next_url) > LONGEST_NEXT:
        auth_request = replace(auth_request, next_url="/")
    name = f"{_prefix()}{int(auth_request.started_at)}-{_mark(state)}"
    _put(response, name, crypto.seal(asdict(auth_request), row=state), KEPT)


def find(request: HttpRequest, state: str) -> AuthRequest | None:
    """The sign-in of this state; None where it is unknown, used or forgotten."""
    for name in _names(request, state):
        content = crypto.unseal(request.COOKIES[name], row=state)
        if isinstance(content, dict):
            return AuthRequest(**content)
    return None


def forget(request: HttpRequest, response: HttpResponse, state: str) -> None:
    """It is used."""
    for name in _names(request, state):
        _put(response, name, "", 0)


def _put(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    # Strict would lose it on the way back from the provider.
    how: dict[str, Any] = {"secure": secure, "httponly": True, "samesite": "Lax"}
    response.set_cookie(name, value, max_age=seconds, **how)


def _prefix() -> str:
    # `__Host-` ties the cookie to this very host: a neighbour's page cannot plant one of its own.
    return "__Host-signin-" if settings.SESSION_COOKIE_SECURE else "signin-"


def _mark(state: str) -> str:
    return crypto.digest(state)[:16]


def _begun(name: str) -> str:
    return name.removeprefix(_prefix())


def _names(request: HttpRequest, state: str = "") -> Iterator[str]:
    """The cookies of sign-ins under way; with a state, of that one."""
    end = f"-{_mark(state)}" if state else ""
    return (name for name in request.COOKIES if name.startswith(_prefix()) and name.endswith(end))
