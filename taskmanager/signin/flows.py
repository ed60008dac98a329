"""Sign-ins under way: one record per `state`, in the session that started it, used once."""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

FLOWS = "flows"
LIFETIME = 600  # seconds
MOST = 10  # parallel tabs; the oldest goes first


@dataclass(frozen=True, slots=True)
class Flow:
    """What must come back unchanged. `next_url` is a path of ours with its query.

    `hand_off` names the frame that the result is for; empty for the browser's own session.
    """

    issuer: str
    nonce: str
    code_verifier: str
    next_url: str
    started_at: float
    hand_off: str = ""


def new_state() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def remember(session: "SessionBase", state: str, flow: Flow) -> None:
    """Keep a flow under its state."""
    flows = _fresh(session)
    while len(flows) >= MOST:
        del flows[min(flows, key=lambda key: float(flows[key]["started_at"]))]
    flows[state] = asdict(flow)
    session[FLOWS] = flows


def take(session: "SessionBase", state: str) -> Flow | None:
    """The flow of a state, once; None when it is unknown, used or too old."""
    flows = _fresh(session)
    record = flows.pop(state, None)
    if record is None:
        return None  # and nothing is written: strangers get no row in the database
    session[FLOWS] = flows
    return Flow(**record)


def others(session: "SessionBase") -> dict[str, dict[str, Any]]:
    """The flows that other tabs still have under way: they outlive a new session key."""
    return _fresh(session)


def _fresh(session: "SessionBase") -> dict[str, dict[str, Any]]:
    oldest = time.time() - LIFETIME
    flows: dict[str, dict[str, Any]] = session.get(FLOWS, {})
    return {state: flow for state, flow in flows.items() if flow["started_at"] > oldest}


def safe_next(value: str | None) -> str:
    """`value` as a path of ours with its query, or `/`. Never another host or sign-in."""
    if not value or not value.isprintable():
        return "/"
    if not url_has_allowed_host_and_scheme(value, allowed_hosts=None):
        return "/"
    parts = urlsplit(value)
    path = parts.path
    # `//host`, `/\host` and their encoded forms are hosts to somebody along the way.
    if not path.startswith("/") or path[1:4].lower().startswith(("/", "\\", "%2f", "%5c")):
        return "/"
    if path.startswith(("/signin/", "/signout/", "/signed-out/")):
        return "/"
    return f"{path}?{parts.query}" if parts.query else path
