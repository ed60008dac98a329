"""A session's access token, renewed by one caller at a time; a refresh is never repeated.

A provider that rotates refresh tokens ends the sign-in when an old one is used a second time.
"""

import logging
import time
from contextlib import suppress
from dataclasses import replace
from typing import Final

from django.db import DatabaseError

from taskmanager.core.places import may_wait
from taskmanager.signin import revocations
from taskmanager.signin.errors import Crowded, ProviderUnavailable, RefreshRefused, SignInNeeded
from taskmanager.signin.providers.base import Provider
from taskmanager.signin.token_store import TokenStore
from taskmanager.signin.values import Tokens

RENEW_BEFORE: Final = 60  # seconds: longer than any call we make with the token
# Seconds that others wait for the one that renews, which may have died: with a token that is good
# still nobody waits.
WAIT: Final = 10.0
PAUSE: Final = 0.1  # seconds between two looks at the row

logger = logging.getLogger(__name__)


def access_token_for(store: TokenStore, provider: Provider) -> str:
    """The access token, renewed shortly before it expires.

    Raises SignInNeeded without one, ProviderUnavailable when it expired and the provider is down.
    """
    old = tokens = store.read()
    if old is not None and not old.lasts(RENEW_BEFORE):
        try:
            tokens = _renewed(store, provider, old, wait=0 if old.lasts(0) else WAIT)
        except (ProviderUnavailable, DatabaseError):
            if not old.lasts(0):
                raise
    if tokens is None:
        raise SignInNeeded
    return tokens.access_token


def renew_access_token(store: TokenStore, provider: Provider, *, refused: str) -> str | None:
    """Another token after ISC answered 401 to `refused`, or None. Raises ProviderUnavailable."""
    tokens = store.read()
    if tokens and tokens.access_token == refused:  # else another request has replaced it meanwhile
        tokens = _renewed(store, provider, tokens, wait=WAIT)
    return tokens.access_token if tokens else None


def _renewed(store: TokenStore, provider: Provider, old: Tokens, *, wait: float) -> Tokens | None:
    """Tokens newer than `old`, of this request or of one that was faster; None without any.

    Raises ProviderUnavailable where another request renews them for longer than `wait`.
    """
    if old.refresh_token is None:
        return old if old.lasts(0) else None
    if not may_wait():  # asked here: a refusal under the lease would make the others back off
        raise Crowded
    provider.metadata()  # before the lease, which does not cover the time-outs of discovery
    give_up = time.monotonic() + wait
    while not store.take_lease():
        if time.monotonic() >= give_up or store.is_backing_off():
            raise ProviderUnavailable("no answer to a refresh")
        time.sleep(PAUSE)
        if (current := store.read()) != old:
            return current
    if (current := store.read()) != old:  # replaced between our first look and the lease
        store.end_lease()
        return current
    return _refresh(store, provider, old)


def _refresh(store: TokenStore, provider: Provider, old: Tokens) -> Tokens | None:
    """One refresh, under the lease."""
    try:
        renewed = provider.refresh(old)
    except RefreshRefused as error:
        logger.info("refresh refused: %s", error)
        store.delete()
        if error.unused:  # refused by us: what the provider gave is good
            revocations.settle(revocations.keep([old.refresh_token, error.unused]))
        return None
    except ProviderUnavailable as error:
        logger.warning("refresh failed: %s", error)
        if error.unused and not store.replace(replace(old, refresh_token=error.unused)):
            revocations.settle(revocations.keep([error.unused]))
        store.back_off()
        raise
    tokens = renewed.tokens
    try:
        is_stored = store.replace(tokens, renewed.levels)
    except DatabaseError:
        # A row of revocations could not be stored either: the one try is made here.
        if tokens.refresh_token and tokens.refresh_token != old.refresh_token:
            with suppress(ProviderUnavailable):
                provider.revoke(tokens.refresh_token)
        raise
    if is_stored:
        return tokens
    revocations.settle(revocations.keep_of([tokens]))  # the session has ended meanwhile
    return None
