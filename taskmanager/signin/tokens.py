"""The tokens of a session: kept encrypted, renewed by one request at a time.

The lease is a column taken by one conditional UPDATE, so it holds between threads and
processes, on SQLite and on PostgreSQL. A provider that rotates refresh tokens takes a second
use of an old one for theft and ends the whole sign-in, hence the care.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from taskmanager.signin import vault
from taskmanager.signin.errors import ProviderUnavailable, RefreshRefused
from taskmanager.signin.models import TokenSet
from taskmanager.signin.person import SignInNeeded

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from taskmanager.signin.provider import Provider

RENEW_BEFORE = 60  # seconds: longer than any call we make with the token
# Longer than all time-outs of a refresh together: for the tokens, and for the keys that its
# id_token is checked with (13 s each, see provider.py).
LEASE = timedelta(seconds=30)
WAIT = 10.0  # seconds that others wait for the one that renews
PAUSE = 0.1
BACK_OFF = timedelta(seconds=10)  # after a failure; else every request would wait for a time-out

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave. `expires_at` in epoch seconds; None when it did not say."""

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None
    expires_at: float | None = None

    def lasts(self, seconds: float) -> bool:
        """True when the access token is good for so many seconds more."""
        return self.expires_at is None or self.expires_at - time.time() > seconds


def tokens_from(token: Mapping[str, Any], old: Tokens | None = None) -> Tokens:
    """Our record of a token response; what a refresh does not repeat stays as it was."""
    expires_in = token.get("expires_in")
    return Tokens(
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token") or (old.refresh_token if old else None),
        id_token=token.get("id_token") or (old.id_token if old else None),
        expires_at=time.time() + float(expires_in) if expires_in is not None else None,
    )


def access_token_for(request: "HttpRequest") -> str:
    """The session's access token, renewed shortly before it expires.

    Raises SignInNeeded when there is none or the provider refused to renew it, and
    ProviderUnavailable when it has expired while the provider is down.
    """
    row = _row(request.session)
    tokens = _read(row)
    if tokens is None:
        raise SignInNeeded
    if tokens.lasts(RENEW_BEFORE):
        return tokens.access_token
    try:
        return _renewed(row, tokens).access_token
    except ProviderUnavailable:
        if tokens.lasts(0):
            return tokens.access_token
        raise


def renew_access_token(request: "HttpRequest", *, refused: str) -> str | None:
    """Another token after upstream answered 401 to `refused`; None when there is none to be had.

    One refresh at most, and none when another request has replaced the token meanwhile.
    Raises ProviderUnavailable when the provider is down: that signs nobody out.
    """
    row = _row(request.session)
    tokens = _read(row)
    if tokens is None:
        return None
    if tokens.access_token != refused:
        return tokens.access_token
    try:
        return _renewed(row, tokens).access_token
    except SignInNeeded:
        return None


def keep(session: "SessionBase", tokens: Tokens) -> None:
    """Store the tokens of a session that has just been saved."""
    row = _row(session)
    sealed = vault.seal(asdict(tokens), row=row)
    TokenSet.objects.update_or_create(session_id=row, defaults={"sealed": sealed})


def tokens_of(session: "SessionBase") -> Tokens | None:
    """All tokens of a session, or None: for signing out."""
    return _read(_row(session)) if session.session_key else None


def held_by(row: str) -> Tokens | None:
    """All tokens of a session that is known by its row only."""
    return _read(row)


def _row(session: "SessionBase") -> str:
    if session.session_key is None:
        raise SignInNeeded
    return vault.row_key(session.session_key)


def _read(row: str) -> Tokens | None:
    sealed = TokenSet.objects.filter(pk=row).values_list("sealed", flat=True).first()
    content = vault.unseal(sealed, row=row) if sealed else None
    return Tokens(**content) if isinstance(content, dict) else None


def _renewed(row: str, old: Tokens) -> Tokens:
    """Tokens newer than `old`: fetched here, or by whoever held the lease while we waited."""
    if old.refresh_token is None:
        if old.lasts(0):
            return old
        raise SignInNeeded
    # Before the lease: it is not made for the time-outs of reading the provider's addresses.
    _provider().load_server_metadata()
    give_up = time.monotonic() + WAIT
    while not _take_lease(row):
        if time.monotonic() > give_up or _is_backing_off(row):
            raise ProviderUnavailable("no answer to a refresh")
        time.sleep(PAUSE)
        if (current := _read(row)) != old:
            return _or_sign_in(current)
    if (current := _read(row)) != old:  # replaced between our first look and the lease
        TokenSet.objects.filter(pk=row).update(leased_until=None)
        return _or_sign_in(current)
    return _refresh(row, old)


def _refresh(row: str, old: Tokens) -> Tokens:
    """One refresh, under the lease."""
    try:
        tokens = _provider().refresh(old)
    except RefreshRefused as error:
        logger.info("refresh refused: %s", error)
        TokenSet.objects.filter(pk=row).delete()
        raise SignInNeeded from error
    except ProviderUnavailable as error:
        logger.warning("refresh failed: %s", error)
        TokenSet.objects.filter(pk=row).update(
            leased_until=None, refresh_after=timezone.now() + BACK_OFF
        )
        raise
    TokenSet.objects.filter(pk=row).update(
        sealed=vault.seal(asdict(tokens), row=row), leased_until=None, refresh_after=None
    )
    return tokens


def _provider() -> "Provider":
    from taskmanager.signin.provider import configured_provider  # noqa: PLC0415 - it uses Tokens

    return configured_provider()


def _take_lease(row: str) -> bool:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = Q(refresh_after=None) | Q(refresh_after__lt=now)
    taken = TokenSet.objects.filter(free, due, pk=row).update(leased_until=now + LEASE)
    return taken == 1


def _is_backing_off(row: str) -> bool:
    return TokenSet.objects.filter(pk=row, refresh_after__gte=timezone.now()).exists()


def _or_sign_in(tokens: Tokens | None) -> Tokens:
    if tokens is None:
        raise SignInNeeded
    return tokens
