"""How sessions end: first here, and only then at the provider.

Others are told, the refresh tokens are put into rows of revocations, and in the same transaction
the sessions' rows are deleted. From then on the cookies open nothing, whatever the provider does.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.jobs.registry import hourly
from taskmanager.signin import revocations
from taskmanager.signin.models import Session
from taskmanager.signin.request import PERSON
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.signals import Ending, session_ending
from taskmanager.signin.token_store import read_locked

BATCH: Final = 200  # rows in one query
PATIENCE: Final = 3.0  # seconds for all that listen, together


def end(
    rows: QuerySet[Session], reason: Ending, *, first: Callable[[], None] | None = None
) -> tuple[int, list[str]]:
    """End sessions here. Their number, and the keys for `revocations.settle`.

    `first` is done in the same transaction; if it raises, nothing has ended.
    """
    keys = list(rows.values_list("pk", flat=True))
    announce(keys, reason)
    kept: list[str] = []
    ended = 0
    with transaction.atomic():
        if first is not None:
            first()
        for batch in _batches(keys):
            kept += revocations.keep_of(read_locked(batch))
            by_model = Session.objects.filter(pk__in=batch).delete()[1]
            ended += by_model.get(Session._meta.label, 0)
    return ended, kept


def rows_of(sessions: Iterable[SessionBase]) -> QuerySet[Session]:
    """The rows of sessions that a request holds."""
    keys = [session.session_key for session in sessions if session.session_key]
    return Session.objects.filter(pk__in=[crypto.hash_session_key(key) for key in keys])


def people_of(rows: QuerySet[Session]) -> list[str]:
    """The identity ids in sessions that our keys open; without names."""
    found = rows.values_list("pk", "session_data").iterator(chunk_size=BATCH)
    opened = (crypto.unseal(sealed, row=row) for row, sealed in found)
    return sorted(
        {each[PERSON]["id"] for each in opened if isinstance(each, dict) and PERSON in each}
    )


def flush(session: SessionBase, reason: Ending) -> list[str]:
    """End a session whose request goes on with a new one. The keys for `revocations.settle`."""
    kept = end(rows_of([session]), reason)[1]
    session.flush()
    return kept


def announce(keys: Iterable[str], reason: Ending) -> None:
    """Tell whoever listens. Outside a transaction: one that fails must not end ours.

    What a receiver raises is caught and logged by Django: it keeps no session alive.
    """
    until = time.monotonic() + PATIENCE
    for key in keys:
        session_ending.send_robust(sender=None, row=key, reason=reason, until=until)


@hourly
def clear_expired() -> None:
    """Delete sessions that have run out. Their revocations are due, and wait for the next look:
    there may be many, and nobody who signs in meanwhile should wait for them.
    """
    over = Session.objects.filter(expire_date__lt=timezone.now(), tokens__isnull=False)
    end(over, Ending.EXPIRED)
    SessionStore.clear_expired()


def _batches(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
