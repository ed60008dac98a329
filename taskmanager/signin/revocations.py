"""Refresh tokens of sessions that have ended here, until the provider has heard of it.

The job worker revokes them; where none lives, the request that ended the session tries once. What
the provider does not answer to stays a row, and is tried again for a day.
"""

import logging
import secrets
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.jobs import engine, heartbeat
from taskmanager.jobs.registry import due_scan, hourly, job
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.models import Revocation
from taskmanager.signin.providers.base import Provider
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.values import Tokens

logger = logging.getLogger(__name__)

JOB: Final = "revoke"
# Longer than all time-outs of a revocation together: 13 s for it, twice 13 s for the metadata.
LEASE: Final = timedelta(seconds=60)
# After the first failure, the second ...; the last one for all that follow.
PAUSES: Final = tuple(timedelta(seconds=each) for each in (30, 120, 600, 3600, 14_400))
GIVEN_UP: Final = timedelta(days=1)
LATELY: Final = (1, 2)  # failures after which the last one is at most some minutes old
OTHERS: Final = 5  # of earlier sign-outs, which a request without a worker tries besides its own

_turn = threading.Lock()


def keep(refresh_tokens: Iterable[str | None]) -> list[str]:
    """Write down what is to be revoked, in the caller's transaction. The keys of the rows."""
    provider = configured_provider()
    if not provider.can_revoke:
        return []
    rows = [_row(provider, each) for each in refresh_tokens if each]
    Revocation.objects.bulk_create(rows, batch_size=100)
    return [row.pk for row in rows]


def keep_of(tokens: Iterable[Tokens | None]) -> list[str]:
    """The same for all that a provider gave."""
    return keep(each.refresh_token for each in tokens if each)


def _row(provider: Provider, refresh_token: str) -> Revocation:
    key = secrets.token_hex(16)
    content = {**_owner(provider), "refresh_token": refresh_token}
    return Revocation(key=key, sealed=crypto.seal(content, row=key))


def _owner(provider: Provider) -> dict[str, str]:
    """Whose token it is: after a change of the settings it must not reach another provider."""
    return {"issuer": provider.issuer, "client_id": provider.config.client_id}


def settle(keys: list[str]) -> bool:
    """Have these revoked: by the worker, else here, once. False when the provider is down."""
    try:
        if not heartbeat.is_worker_alive():
            return _attempt([*keys, *_due(OTHERS)])
        for key in keys:
            engine.wake(JOB, key)
        failing = Revocation.objects.filter(tries__in=LATELY, due_at__gt=timezone.now())
        return not failing.exists()
    except DatabaseError as error:  # the sessions have ended, and the rows are there
        logger.warning("revocations were put off: %s", type(error).__name__)
        return False


@job(JOB)
def revoke(_: str) -> None:
    """Revoke all that is due, until one fails.

    In one thread of a worker: a provider that hangs must not keep its other jobs waiting. What an
    alarm finds the turn taken for is found by the one who has it, or by the next scan.
    """
    if _turn.acquire(blocking=False):
        try:
            while (keys := _due()) and _attempt(keys):
                pass
        finally:
            _turn.release()


@due_scan
def look_for_due() -> None:
    """Find what no alarm rang for: one alarm does, because the job does all that is due."""
    for key in _due(1):
        engine.wake(JOB, key)


@hourly
def drop_old() -> None:
    """Give up what is older than a day: nobody had the occasion to try it."""
    old = Revocation.objects.filter(created_at__lt=timezone.now() - GIVEN_UP)
    if count := old.delete()[0]:
        logger.warning("refresh tokens were not revoked within a day: %s", count)


def _due(most: int = 200) -> list[str]:
    due = Revocation.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:most])


def _attempt(keys: list[str]) -> bool:
    """One try for each. False as soon as one fails: each more would wait for a time-out."""
    return all(_try(key) for key in dict.fromkeys(keys))


def _try(key: str) -> bool:
    """Whether that is done with: the token is revoked, or never will be. False to try again."""
    now = timezone.now()
    # For as long as the lease lasts the row is not due: nobody else can take it.
    claim = {"pk": key, "due_at": now + LEASE}
    if not Revocation.objects.filter(pk=key, due_at__lte=now).update(due_at=claim["due_at"]):
        return True  # somebody else has it, or has done it
    row = Revocation.objects.filter(**claim).first()
    if row is None:
        return True
    provider = configured_provider()
    if refresh_token := _opened(row, provider):
        try:
            provider.revoke(refresh_token)
        except ProviderUnavailable as error:
            logger.warning("the provider was not told of the end of a sign-in: %s", error)
            _postpone(row, claim)
            return False
    Revocation.objects.filter(**claim).delete()
    return True


def _opened(row: Revocation, provider: Provider) -> str | None:
    """The refresh token, if we can read it and it is this provider's."""
    content = crypto.unseal(row.sealed, row=row.pk)
    if not isinstance(content, dict):
        logger.warning("a refresh token was not revoked: no key opens it")
        return None
    if _owner(provider).items() <= content.items():
        return str(content["refresh_token"])
    logger.warning("a refresh token was not revoked: it is of another provider or client")
    return None


def _postpone(row: Revocation, claim: dict[str, Any]) -> None:
    """End the lease with a pause; or give up, when the pause would lead past a day."""
    mine = Revocation.objects.filter(**claim)
    due_at = timezone.now() + PAUSES[min(row.tries, len(PAUSES) - 1)]
    if due_at > row.created_at + GIVEN_UP:
        mine.delete()
        logger.warning("a refresh token was not revoked: given up after %s tries", row.tries + 1)
    elif mine.update(due_at=due_at, tries=row.tries + 1) and heartbeat.is_worker_alive():
        engine.wake(JOB, row.pk, due_at)
