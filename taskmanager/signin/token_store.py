"""The tokens of one session's row: encrypted, with the lease of whoever renews them.

The lease is a column taken by one conditional UPDATE, so it holds between threads and processes,
on SQLite and on PostgreSQL.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.signin.models import TokenSet
from taskmanager.signin.request import session_row
from taskmanager.signin.values import Tokens

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

# Longer than all time-outs of a refresh together: for the tokens, and for the keys that its
# id_token is checked with (13 s each, see providers/base.py).
LEASE: Final = timedelta(seconds=30)
BACK_OFF: Final = timedelta(seconds=10)  # after a failure; else each request would wait for one


class TokenStore:
    """Where the tokens of a session are kept; `row` is the key of the session's row."""

    def __init__(self, row: str) -> None:
        self.row = row

    def read(self) -> Tokens | None:
        """The tokens, or None when there are none that a key of ours opens."""
        sealed = self._rows().values_list("sealed", flat=True).first()
        content = crypto.unseal(sealed, row=self.row) if sealed else None
        return Tokens(**content) if isinstance(content, dict) else None

    def write(self, tokens: Tokens) -> None:
        """Store the tokens of a session that has just been saved."""
        TokenSet.objects.update_or_create(
            session_id=self.row, defaults={"sealed": self._sealed(tokens)}
        )

    def replace(self, tokens: Tokens) -> None:
        """Store renewed tokens and end the lease, in one UPDATE."""
        self._rows().update(sealed=self._sealed(tokens), leased_until=None, refresh_after=None)

    def delete(self) -> None:
        """Forget tokens that are good for nothing."""
        self._rows().delete()

    def take_lease(self) -> bool:
        """Whether the caller may renew now: nobody else does, and no failure was a moment ago."""
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        due = Q(refresh_after=None) | Q(refresh_after__lt=now)
        return self._rows().filter(free, due).update(leased_until=now + LEASE) == 1

    def end_lease(self) -> None:
        """Let others renew."""
        self._rows().update(leased_until=None)

    def back_off(self) -> None:
        """End the lease after a failure, and let nobody try again for BACK_OFF."""
        self._rows().update(leased_until=None, refresh_after=timezone.now() + BACK_OFF)

    def is_backing_off(self) -> bool:
        """Whether a renewal has failed a moment ago."""
        return self._rows().filter(refresh_after__gte=timezone.now()).exists()

    def _rows(self) -> QuerySet[TokenSet]:
        return TokenSet.objects.filter(pk=self.row)

    def _sealed(self, tokens: Tokens) -> str:
        return crypto.seal(asdict(tokens), row=self.row)


def tokens_of(session: "SessionBase") -> Tokens | None:
    """All tokens of a session, or None where it was never saved or holds none."""
    return TokenStore(session_row(session)).read() if session.session_key else None
