"""How a sign-in gets from a popup to the frame that asked for it, and to no other.

The frame proves itself by a secret in its own session, the popup by a ticket that the frame gave
it, window to window. Asking alone ("is somebody signed in yet?") is never enough: an attacker
could ask, and send the popup's address to a victim. Where the two windows cannot speak, a code
that the person reads in one and types into the other takes the ticket's place.
"""

import logging
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, Q
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.core.crypto import digest
from taskmanager.signin.models import HandOff
from taskmanager.signin.values import Person, SignedIn, Tokens

logger = logging.getLogger(__name__)

SECRET: Final = "hand_off"  # noqa: S105 - where the session keeps it
LIFETIME: Final = timedelta(minutes=10)  # as long as a sign-in may take at the provider
TICKET: Final = timedelta(seconds=120)
RESULT: Final = timedelta(seconds=60)
CODE: Final = timedelta(seconds=120)
MOST_BEGUN: Final = 20  # within LIFETIME of each other
MOST_ASKED: Final = 200  # per beginning: three minutes at the pace of frame-signin.js, and more
MOST_TRIES: Final = 5
ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that looks like something else
CODE_LENGTH: Final = 8


class TooMany(Exception):
    """Asked or tried more often than a person would."""


class NoHandOff(Exception):
    """This session has none under way: never begun, expired, or claimed already."""


@dataclass(frozen=True, slots=True)
class HandoffResult:
    """A finished sign-in, and the hash of the browser session that it went through."""

    signed_in: SignedIn
    started_by: str


def key_of(session: SessionBase) -> str:
    """The key of the session's hand-off; a page may show it. Makes the secret if there is none."""
    if SECRET not in session:
        session[SECRET] = secrets.token_urlsafe(32)
    return digest(session[SECRET])


def _own(session: SessionBase) -> str:
    secret = session.get(SECRET)
    if not secret:
        raise NoHandOff
    return digest(secret)


def begin(session: SessionBase) -> str:
    """Start, or start again, and return the ticket for the popup. Raises TooMany."""
    now = timezone.now()
    HandOff.objects.filter(expires_at__lt=now).delete()
    key, ticket = key_of(session), secrets.token_urlsafe(32)
    fresh = {
        "ticket_hash": digest(ticket),
        "ticket_until": now + TICKET,
        "expires_at": now + LIFETIME,
        **_EMPTY,
        "asked": 0,
    }
    row, is_new = HandOff.objects.get_or_create(key=key, defaults={**fresh, "begun": 1})
    if not is_new and not HandOff.objects.filter(key=row.key, begun__lt=MOST_BEGUN).update(
        **fresh, begun=F("begun") + 1
    ):
        raise TooMany
    return ticket


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
    """Redeem the ticket for the sign-in of this state. The hand-off's key, or None."""
    mine = Q(ticket_hash=digest(ticket), ticket_until__gt=timezone.now())
    key = HandOff.objects.filter(mine).values_list("key", flat=True).first()
    # Whatever came by another way before is dropped: it was not this sign-in's.
    fresh = {**_EMPTY, "ticket_hash": "", "flow_hash": digest(state)}
    if key is None or not HandOff.objects.filter(mine, key=key).update(**fresh):
        logger.warning("hand-off: a ticket is unknown, used or too old")
        return None
    return key


def bind_by_code(key: str, state: str) -> bool:
    """Let the sign-in of this state end in a typed code, unless a ticket was redeemed for it."""
    free = Q(flow_hash="") | Q(is_by_code=True)
    bound = HandOff.objects.filter(free, key=key, expires_at__gt=timezone.now()).update(
        **{**_EMPTY, "flow_hash": digest(state), "is_by_code": True}
    )
    if not bound:
        logger.warning("hand-off: a code was asked for a frame that waits for none")
    return bool(bound)


def deliver(key: str, state: str, result: HandoffResult) -> str | None:
    """Lay the result down for the frame. The code to show, "" without one, None if not awaited."""
    waiting = HandOff.objects.filter(key=key, flow_hash=digest(state), sealed="", problem="")
    is_by_code = waiting.values_list("is_by_code", flat=True).first()
    if is_by_code is None:
        return None
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) if is_by_code else ""
    until = timezone.now() + (CODE if is_by_code else RESULT)
    # One write: a result without its code would be there for the asking.
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
    rows = HandOff.objects.filter(key=_own(session))
    return rows.values_list("problem", flat=True).first() or ""


def claim(session: SessionBase) -> HandoffResult | None:
    """The result for this session, once; None while there is none. Raises NoHandOff, TooMany."""
    key, now = _own(session), timezone.now()
    rows = HandOff.objects.filter(key=key, expires_at__gt=now)
    if not rows.filter(asked__lt=MOST_ASKED).update(asked=F("asked") + 1):
        if rows.exists():
            raise TooMany
        raise NoHandOff
    return _take(key, code_hashes=[""], until=now)


def claim_by_code(session: SessionBase, typed: str) -> HandoffResult | None:
    """The result for this session and the code; None when it is not that. Raises TooMany."""
    key, now = _own(session), timezone.now()
    rows = HandOff.objects.filter(key=key, result_until__gt=now).exclude(code_hash="")
    if not rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        if rows.update(sealed="", code_hash=""):
            logger.warning("hand-off: too many codes were tried")
            raise TooMany
        return None
    code = "".join(each for each in typed.upper() if each in ALPHABET)
    return _take(key, code_hashes=_code_hashes(key, code), until=now)


def _take(key: str, *, code_hashes: list[str], until: datetime) -> HandoffResult | None:
    """Whoever deletes the row has the result: two requests cannot both."""
    rows = HandOff.objects.filter(
        key=key, code_hash__in=code_hashes, result_until__gt=until
    ).exclude(sealed="")
    sealed = rows.values_list("sealed", flat=True).first()
    if sealed is None or not rows.filter(sealed=sealed).delete()[0]:
        return None
    content: Any = crypto.unseal(sealed, row=key)
    return _handoff_result(content) if content else None


def _handoff_result(content: dict[str, Any]) -> HandoffResult:
    signed_in = content["signed_in"]
    person, tokens = Person(**signed_in.pop("person")), Tokens(**signed_in.pop("tokens"))
    return HandoffResult(SignedIn(person=person, tokens=tokens, **signed_in), content["started_by"])


def _code_hashes(key: str, code: str) -> list[str]:
    """Keyed, since a code is short enough to be found by trying all."""
    return crypto.fingerprints("code", key, code)
