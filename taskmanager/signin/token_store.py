"""The tokens of one session: encrypted, with a lease for the one request that renews them.

One conditional UPDATE takes the lease, so it holds between threads and between processes.
"""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Final, Self

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.core.storage import best_effort, first_row
from taskmanager.signin.models import TokenSet
from taskmanager.signin.request import SignedInRequest, session_row
from taskmanager.signin.values import Levels, Tokens

# Longer than all time-outs of a refresh together: 13 s for the tokens, and twice 13 s each for the
# signing keys and userinfo, whose reads may be repeated.
LEASE: Final = timedelta(seconds=75)
READ: Final = f"SELECT sealed FROM {TokenSet._meta.db_table} WHERE session_id = %s"  # noqa: S608 - our name
BACK_OFF: Final = timedelta(seconds=10)  # after a failure; else each request waits for a time-out


class TokenStore:
    """Where the tokens of a session are kept; `row` is the key of the session's row.

    `came`: the sealed tokens as they came with the session, for the first look alone. Who renews
    them looks again under the lease.
    """

    def __init__(self, row: str, came: str | None = None) -> None:
        self.row = row
        self._came = came

    @classmethod
    def of(cls, session: SessionBase) -> Self:
        """For a request that has just loaded its session: what came with it is used once."""
        row = session_row(session)
        key, came = getattr(session, "sealed_tokens", ("", None))
        session.sealed_tokens = ("", None)  # type: ignore[attr-defined]  # our engine's own
        return cls(row, came if key == row else None)

    def read(self) -> Tokens | None:
        """The tokens, or None when there are none that we can decrypt."""
        sealed, self._came = self._came, None
        if sealed is None:
            (sealed,) = first_row(READ, self.row) or (None,)
        return _opened(sealed, self.row) if sealed else None

    def write(self, tokens: Tokens) -> None:
        """Store the tokens of a session that has just been saved."""
        defaults = {"sealed": self._sealed(tokens), "levels": ""}
        TokenSet.objects.update_or_create(session_id=self.row, defaults=defaults)

    def replace(self, tokens: Tokens, levels: Levels | None = None) -> bool:
        """Store renewed tokens and end the lease, in one UPDATE. False when the session is over.

        The levels stand beside the tokens, not in the session's payload, which a request that
        began before would write back. None leaves them as they were.
        """
        new: dict[str, Any] = {"sealed": self._sealed(tokens)}
        if levels is not None:
            new["levels"] = self._sealed(levels)
        return self._rows().update(**new, leased_until=None, refresh_after=None) == 1

    def levels(self) -> Levels | None:
        """Those that a refresh has named, or ISC's refusal; None for those of the sign-in."""
        sealed = self._rows().values_list("levels", flat=True).first()
        content = crypto.unseal(sealed, row=self.row) if sealed else None
        return Levels(**content) if isinstance(content, dict) else None

    def keep_levels(self, levels: Levels) -> None:
        """Until the next refresh says something else."""
        self._rows().update(levels=self._sealed(levels))

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

    def _sealed(self, content: Tokens | Levels) -> str:
        return crypto.seal(asdict(content), row=self.row)


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


def end_admin(request: SignedInRequest) -> bool:
    """ISC has refused what administrators may read: whether the person counted as one until now."""
    person = request.person
    if person is None or not person.is_admin:
        return False
    request.person = replace(person, is_admin=False)
    levels = Levels(is_admin=False, is_auditor=person.is_auditor)
    with best_effort("the end of an administrator's rights"):
        TokenStore(session_row(request.session)).keep_levels(levels)
    return True
