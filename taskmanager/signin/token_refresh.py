"""A session's access token, renewed by one caller at a time, and never repeated on failure.

A provider that rotates refresh tokens ends the sign-in when an old one is used a second time.
"""

import logging
import time
from typing import Final

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

    Raises SignInNeeded when there is none to be had, ProviderUnavailable when it has expired.
    """
    tokens = store.read()
    if tokens is None:
        raise SignInNeeded
    if tokens.lasts(RENEW_BEFORE):
        return tokens.access_token
    try:
        return _renewed(store, provider, tokens).access_token
    except ProviderUnavailable:
        if tokens.lasts(0):
            return tokens.access_token
        raise


def renew_access_token(store: TokenStore, provider: Provider, *, refused: str) -> str | None:
    """Another token after ISC answered 401 to `refused`, or None. Raises ProviderUnavailable."""
    tokens = store.read()
    if tokens is None:
        return None
    if tokens.access_token != refused:  # another request has replaced it meanwhile
        return tokens.access_token
    try:
        return _renewed(store, provider, tokens).access_token
    except SignInNeeded:
        return None


def _renewed(store: TokenStore, provider: Provider, old: Tokens) -> Tokens:
    """Tokens newer than `old`: fetched here, or by another request while we waited for it."""
    if old.refresh_token is None:
        if old.lasts(0):
            return old
        raise SignInNeeded
    provider.metadata()  # before the lease, which does not cover the time-outs of discovery
    give_up = time.monotonic() + WAIT
    while not store.take_lease():
        if time.monotonic() > give_up or store.is_backing_off():
            raise ProviderUnavailable("no answer to a refresh")
        time.sleep(PAUSE)
        if (current := store.read()) != old:
            return _or_sign_in(current)
    if (current := store.read()) != old:  # replaced between our first look and the lease
        store.end_lease()
        return _or_sign_in(current)
    return _refresh(store, provider, old)


def _refresh(store: TokenStore, provider: Provider, old: Tokens) -> Tokens:
    """One refresh, under the lease."""
    try:
        tokens = provider.refresh(old)
    except RefreshRefused as error:
        logger.info("refresh refused: %s", error)
        store.delete()
        raise SignInNeeded from error
    except ProviderUnavailable as error:
        logger.warning("refresh failed: %s", error)
        store.back_off()
        raise
    store.replace(tokens)
    return tokens


def _or_sign_in(tokens: Tokens | None) -> Tokens:
    if tokens is None:
        raise SignInNeeded
    return tokens
