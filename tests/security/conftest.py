"""The fixtures of the sign-in tests, and somebody signed in, in a tab or in a frame, over https."""

import pytest
from django.conf import LazySettings
from django.test import Client

from taskmanager.embed.cookies import FRAME_COOKIE
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from tests.session_tokens import keep
from tests.signin.conftest import (
    Provider,
    Visitor,
    any_profile,
    confidential,
    isc,
    openid,
    public,
    visitor,
)

__all__ = ["any_profile", "confidential", "isc", "openid", "public", "visitor"]
HOST_PAGE = "https://intranet.example"


@pytest.fixture
def https(settings: LazySettings, openid: Provider) -> Provider:
    """The OpenID profile as an https PUBLIC_URL configures it, with one page that may frame us."""
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SESSION_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-session"
    return openid


def encrypted(client: Client) -> Client:
    """What a proxy that ends TLS makes of this client's requests."""
    client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    return client


@pytest.fixture
def tab(https: Provider, visitor: Visitor) -> Client:
    """A browser in which the approver has signed in to the full page."""
    encrypted(visitor.client)
    assert visitor.sign_in("approver").status_code == 302
    return visitor.client


@pytest.fixture
def frame(tab: Client) -> Client:
    """A widget on another site: the frame's cookie and no other."""
    session = SessionStore()
    session.update(dict(tab.session.items()))
    session.save()
    held = tokens_of(tab.session)
    assert held is not None
    keep(session, held)
    client = encrypted(Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000"))
    client.cookies[FRAME_COOKIE] = session.session_key or ""
    return client


@pytest.fixture
def stranger(https: Provider, db: None) -> Client:
    """A browser that has never been here."""
    return encrypted(Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000"))
