"""A session's access token, renewed by one caller at a time; a refresh is never repeated.

A provider that rotates refresh tokens ends the sign-in when an old one is used a second time.
"""

import logging
import time
from typing import Final

from taskmanager.signin import revocations
from taskmanager.signin.errors import ProviderUnavailable, RefreshRefused, SignInNeeded
from taskmanager.signin.providers.base import Provider
from taskmanager.signin.token_store import TokenStore
from taskmanager.signin.values import Tokens

RENEW_BEFORE: Final = 60  # seconds: longer than any call we make with the token
WAIT: Final = 10.0  # seconds that others wait for the one that renews
PAUSE: Final = 0.1  # seconds between two looks at the row

logger = logging.getLogger(__name__)


def access_token_for(store: TokenStore, provider: Provider) -> str:
    """The access token, renewed shortly before it expires.

    Raises SignInNeeded without one, ProviderUnavailable when it expired and the provider is down.
    """
    old = tokens = store.read()
    if old is not None and not old.lasts(RENEW_BEFORE):
        try:
            tokens = _renewed(store, provider, old)
        except ProviderUnavailable:
            if not old.lasts(0):
                raise
    if tokens is None:
        raise SignInNeeded
    return tokens.access_token


def renew_access_token(store: TokenStore, provider: Provider, *, refused: str) -> str | None:
    """Another token after ISC answered 401 to `refused`, or None. Raises ProviderUnavailable."""
    tokens = store.read()
    if tokens and tokens.access_token == refused:  # else another request has replaced it meanwhile
        tokens = _renewed(store, provider, tokens)
    return tokens.access_token if tokens else None


def _renewed(store: TokenStore, provider: Provider, old: Tokens) -> Tokens | None:
    """Tokens newer than `old`, of this request or of one that was faster; None without any."""
    if old.refresh_token is None:
        return old if old.lasts(0) else None
    provider.metadata()  # before the lease, which does not cover the time-outs of discovery
    give_up = time.monotonic() + WAIT
    while not store.take_lease():
        if time.monotonic() > give_up or store.is_backing_off():
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
        tokens = provider.refresh(old)
    except RefreshRefused as error:
        logger.info("refresh refused: %s", error)
        store.delete()
        return None
    except ProviderUnavailable as error:
        logger.warning("refresh failed: %s", error)
        store.back_off()
        raise
    if store.replace(tokens):
        return tokens
    # The session has ended meanwhile: nobody else knows of these.
    revocations.settle(revocations.keep([tokens]))
    return None
