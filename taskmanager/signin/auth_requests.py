"""Sign-ins under way: one record per `state`, in the session that started it, used once."""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

AUTH_REQUESTS = "flows"  # where the session keeps them; the name is older than this module's
LIFETIME = 600  # seconds
MOST = 10  # parallel tabs; the oldest goes first


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """What the provider's answer is checked against, and where the sign-in leads."""

    issuer: str
    nonce: str
    code_verifier: str
    next_url: str  # a path of ours with its query
    started_at: float  # epoch seconds
    hand_off: str = ""  # the key of a frame's hand-off; empty for the browser's own session


def new_state() -> str:
    return secrets.token_urlsafe(32)


def remember(session: SessionBase, state: str, auth_request: AuthRequest) -> None:
    kept = _pending(session)
    while len(kept) >= MOST:
        del kept[min(kept, key=lambda key: float(kept[key]["started_at"]))]
    kept[state] = asdict(auth_request)
    session[AUTH_REQUESTS] = kept


def take(session: SessionBase, state: str) -> AuthRequest | None:
    """The request of a state, once; None when it is unknown, used or too old."""
    kept = _pending(session)
    record = kept.pop(state, None)
    if record is None:
        return None  # and nothing is written: strangers get no row in the database
    session[AUTH_REQUESTS] = kept
    return AuthRequest(**record)


def _pending(session: SessionBase) -> dict[str, dict[str, Any]]:
    """The records that are still good; those of other tabs outlive a new session key."""
    oldest = time.time() - LIFETIME
    kept: dict[str, dict[str, Any]] = session.get(AUTH_REQUESTS, {})
    return {state: record for state, record in kept.items() if record["started_at"] > oldest}
