"""The tokens of one session: encrypted, with a lease for the one request that renews them.

One conditional UPDATE takes the lease, so it holds between threads and between processes.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.signin.models import TokenSet
from taskmanager.signin.request import session_row
from taskmanager.signin.values import Tokens

# Longer than all time-outs of a refresh together: 13 s for the tokens, and twice 13 s for the
# signing keys, whose read may be repeated.
LEASE: Final = timedelta(seconds=45)
READ: Final = f"SELECT sealed FROM {TokenSet._meta.db_table} WHERE session_id = %s"  # noqa: S608 - our name
BACK_OFF: Final = timedelta(seconds=10)  # after a failure; else each request waits for a time-out


class TokenStore:
    """Where the tokens of a session are kept; `row` is the key of the session's row."""

    def __init__(self, row: str) -> None:
        self.row = row

    def read(self) -> Tokens | None:
        """The tokens, or None when there are none that we can decrypt."""
        with connection.cursor() as cursor:  # plain SQL: nearly each request asks
            cursor.execute(READ, [self.row])
            (sealed,) = cursor.fetchone() or (None,)
        return _opened(sealed, self.row) if sealed else None

    def write(self, tokens: Tokens) -> None:
        """Store the tokens of a session that has just been saved."""
        defaults = {"sealed": self._sealed(tokens)}
        TokenSet.objects.update_or_create(session_id=self.row, defaults=defaults)

    def replace(self, tokens: Tokens) -> bool:
        """Store renewed tokens and end the lease, in one UPDATE. False when the session is over."""
        sealed = self._sealed(tokens)
        return self._rows().update(sealed=sealed, leased_until=None, refresh_after=None) == 1

    def delete(self) -> None:
        self._rows().delete()

    def take_lease(self) -> bool:
        """Whether the caller may renew: nobody else does, and none has failed within BACK_OFF."""
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        due = Q(refresh_after=None) | Q(refresh_after__lt=now)
        return self._rows().filter(free, due).update(leased_until=now + LEASE) == 1

    def end_lease(self) -> None:
        self._rows().update(leased_until=None)

    def back_off(self) -> None:
        """End the lease after a failure, and let nobody try again for BACK_OFF."""
        self._rows().update(leased_until=None, refresh_after=timezone.now() + BACK_OFF)

    def is_backing_off(self) -> bool:
        return self._rows().filter(refresh_after__gte=timezone.now()).exists()

    def _rows(self) -> QuerySet[TokenSet]:
        return TokenSet.objects.filter(pk=self.row)

    def _sealed(self, tokens: Tokens) -> str:
        return crypto.seal(asdict(tokens), row=self.row)


def read_locked(rows: list[str]) -> list[Tokens | None]:
    """The tokens of several sessions, which no refresh can replace before the transaction ends."""
    found = TokenSet.objects.select_for_update().filter(pk__in=rows).order_by("pk")
    return [_opened(sealed, row) for row, sealed in found.values_list("pk", "sealed")]


def _opened(sealed: str, row: str) -> Tokens | None:
    content = crypto.unseal(sealed, row=row)
    return Tokens(**content) if isinstance(content, dict) else None


def tokens_of(session: SessionBase) -> Tokens | None:
    """All tokens of a session, or None where it was never saved or holds none."""
    return TokenStore(session_row(session)).read() if session.session_key else None
