"""How a sign-in gets from a popup to the frame that asked for it, and to no other.

The frame proves itself by a secret in its own session, the popup by a ticket that the frame gave
it, window to window: otherwise an attacker could wait for the sign-in of a victim to whom they
sent the popup's address. Where the two windows cannot speak, a typed code replaces the ticket.
"""

import logging
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from pydantic import TypeAdapter

from taskmanager.core import crypto
from taskmanager.core.crypto import digest
from taskmanager.jobs.registry import hourly
from taskmanager.signin import revocations
from taskmanager.signin.models import HandOff
from taskmanager.signin.values import SignedIn

logger = logging.getLogger(__name__)

SECRET: Final = "hand_off"  # noqa: S105 - where the session keeps it
LIFETIME: Final = timedelta(minutes=10)  # as long as a sign-in may take at the provider
TICKET: Final = timedelta(seconds=120)
RESULT: Final = timedelta(seconds=60)
CODE: Final = timedelta(seconds=120)
MOST_BEGUN: Final = 20  # within LIFETIME of each other
MOST_ASKED: Final = 200  # per beginning: frame-signin.js asks less often within three minutes
MOST_TRIES: Final = 5
ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no two letters or digits look alike
CODE_LENGTH: Final = 8


class HandOffRefused(Exception):
    """What the frame's script is told, in JSON, and the reason for the log."""

    state: str
    status: HTTPStatus
    reason: str


class TooMany(HandOffRefused):
    """Asked or tried more often than a person would."""

    state, status = "too-many", HTTPStatus.TOO_MANY_REQUESTS
    reason = "too many requests of one session"


class NoHandOff(HandOffRefused):
    """This session has none under way: never begun, expired, or claimed already."""

    state, status = "gone", HTTPStatus.NOT_FOUND
    reason = "asked for by a session that has none under way"


@dataclass(frozen=True, slots=True)
class HandoffResult:
    """A finished sign-in, and the hash of the browser session that it went through."""

    signed_in: SignedIn
    started_by: str


def key_of(session: SessionBase) -> str:
    """The key of the session's hand-off; a page may show it. Makes the secret if there is none."""
    return digest(session.setdefault(SECRET, secrets.token_urlsafe(32)))


def _own(session: SessionBase) -> str:
    if secret := session.get(SECRET):
        return digest(secret)
    raise NoHandOff


def begin(session: SessionBase) -> str:
    """Start, or start again, and return the ticket for the popup. Raises TooMany."""
    now = timezone.now()
    drop_expired()
    key, ticket = key_of(session), secrets.token_urlsafe(32)
    fresh = _EMPTY | {"ticket_hash": digest(ticket), "ticket_until": now + TICKET}
    fresh |= {"expires_at": now + LIFETIME, "asked": 0}
    _, is_new = HandOff.objects.get_or_create(key=key, defaults={**fresh, "begun": 1})
    again = HandOff.objects.filter(key=key, begun__lt=MOST_BEGUN)
    _abandon(again)
    if not is_new and not again.update(**fresh, begun=F("begun") + 1):
        raise TooMany
    return ticket


@hourly
def drop_expired() -> None:
    """Delete what was begun and not claimed in time."""
    expired = HandOff.objects.filter(expires_at__lt=timezone.now())
    _abandon(expired)
    expired.delete()


def _abandon(rows: QuerySet[HandOff]) -> None:
    """Have sign-ins revoked that no frame will claim: the one who empties the row does so."""
    for key, sealed in rows.exclude(sealed="").values_list("key", "sealed"):
        with transaction.atomic():
            if HandOff.objects.filter(key=key, sealed=sealed).update(sealed=""):
                result = _opened(sealed, key)
                revocations.keep_of([result.signed_in.tokens] if result else [])


_EMPTY: Final[dict[str, Any]] = {
    "flow_hash": "",
    "is_by_code": False,
    "sealed": "",
    "code_hash": "",
    "problem": "",
    "result_until": None,
    "tries": 0,
}


def bind(ticket: str, state: str) -> str | None:
    """Use up the ticket for the sign-in of this state. The hand-off's key, or None."""
    mine = Q(ticket_hash=digest(ticket), ticket_until__gt=timezone.now())
    key = HandOff.objects.filter(mine).values_list("key", flat=True).first()
    # The result of an earlier sign-in is dropped: it was not this one's.
    fresh = {**_EMPTY, "ticket_hash": "", "flow_hash": digest(state)}
    _abandon(HandOff.objects.filter(mine))
    if key is None or not HandOff.objects.filter(mine, key=key).update(**fresh):
        logger.warning("hand-off: a ticket is unknown, used or too old")
        return None
    return key


def bind_by_code(key: str, state: str) -> str | None:
    """Let this state's sign-in end in a typed code, unless a ticket was used. The key, or None."""
    free = Q(flow_hash="") | Q(is_by_code=True)
    rows = HandOff.objects.filter(free, key=key, expires_at__gt=timezone.now())
    _abandon(rows)
    if not rows.update(**_EMPTY | {"flow_hash": digest(state), "is_by_code": True}):
        logger.warning("hand-off: a code was asked for a frame that waits for none")
        return None
    return key


def deliver(key: str, state: str, result: HandoffResult) -> str | None:
    """Store the result for the frame. The code to show, "" without one, None if not awaited."""
    waiting = HandOff.objects.filter(key=key, flow_hash=digest(state), sealed="", problem="")
    is_by_code = waiting.values_list("is_by_code", flat=True).first()
    if is_by_code is None:
        return None
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) if is_by_code else ""
    until = timezone.now() + (CODE if is_by_code else RESULT)
    # One write: a result stored before its code could be claimed without one.
    delivered = waiting.filter(is_by_code=is_by_code).update(
        sealed=crypto.seal(asdict(result), row=key),
        code_hash=_code_hashes(key, code)[0] if code else "",
        result_until=until,
        expires_at=until,
        tries=0,
    )
    return code if delivered else None


def fail(key: str, state: str, problem: str) -> None:
    """Let the frame know why nothing will come."""
    HandOff.objects.filter(key=key, flow_hash=digest(state)).update(problem=problem[:60])


def problem_of(session: SessionBase) -> str:
    """The provider's error code of the session's sign-in, or an empty string."""
    rows = HandOff.objects.filter(key=_own(session)).values_list("problem", flat=True)
    return rows.first() or ""


def claim(session: SessionBase) -> HandoffResult | None:
    """The result for this session, once; None while there is none. Raises NoHandOff, TooMany."""
    key, now = _own(session), timezone.now()
    rows = HandOff.objects.filter(key=key, expires_at__gt=now)
    if not rows.filter(asked__lt=MOST_ASKED).update(asked=F("asked") + 1):
        raise TooMany if rows.exists() else NoHandOff
    return _take(key, code_hashes=[""], until=now)


def claim_by_code(session: SessionBase, typed: str) -> HandoffResult | None:
    """The result for this session and the code; None when it is not that. Raises TooMany."""
    key, now = _own(session), timezone.now()
    rows = HandOff.objects.filter(key=key, result_until__gt=now).exclude(code_hash="")
    if not rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        _abandon(rows)
        if rows.update(code_hash=""):
            logger.warning("hand-off: too many codes were tried")
            raise TooMany
        return None
    code = "".join(each for each in typed.upper() if each in ALPHABET)
    return _take(key, code_hashes=_code_hashes(key, code), until=now)


def _take(key: str, *, code_hashes: list[str], until: datetime) -> HandoffResult | None:
    """The request that deletes the row has the result: two requests cannot both."""
    rows = HandOff.objects.filter(key=key, code_hash__in=code_hashes, result_until__gt=until)
    sealed = rows.exclude(sealed="").values_list("sealed", flat=True).first()
    if sealed is None or not rows.filter(sealed=sealed).delete()[0]:
        return None
    return _opened(sealed, key)


def _opened(sealed: str, key: str) -> HandoffResult | None:
    content = crypto.unseal(sealed, row=key)
    return TypeAdapter(HandoffResult).validate_python(content) if content else None


def _code_hashes(key: str, code: str) -> list[str]:
    """Keyed hashes, since a code is short enough to be found by trying all."""
    return crypto.fingerprints("code", key, code)
