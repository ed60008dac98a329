"""Access to the tokens of a test's session, by the product's own functions."""

from typing import TYPE_CHECKING

from taskmanager.signin import token_refresh
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import session_row
from taskmanager.signin.token_store import TokenStore, tokens_of

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from taskmanager.signin.values import Tokens

__all__ = ["access_token_for", "keep", "renew_access_token", "tokens_of"]


def keep(session: "SessionBase", tokens: "Tokens") -> None:
    TokenStore(session_row(session)).write(tokens)


def access_token_for(request: "HttpRequest") -> str:
    store = TokenStore(session_row(request.session))
    return token_refresh.access_token_for(store, configured_provider())


def renew_access_token(request: "HttpRequest", *, refused: str) -> str | None:
    store = TokenStore(session_row(request.session))
    return token_refresh.renew_access_token(store, configured_provider(), refused=refused)
