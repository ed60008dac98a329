"""The sign-in fixtures, and clients signed in over https: full page and frame."""

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
    """The OpenID profile with an https PUBLIC_URL and one origin that may frame us."""
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SESSION_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-session"
    return openid


def encrypted(client: Client) -> Client:
    """Add to the client's requests the headers of a proxy that terminates TLS."""
    client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    return client


@pytest.fixture
def tab(https: Provider, visitor: Visitor) -> Client:
    """A client signed in to the full page as the approver."""
    encrypted(visitor.client)
    assert visitor.sign_in("approver").status_code == 302
    return visitor.client


@pytest.fixture
def frame(tab: Client) -> Client:
    """A client signed in to the widget on another site, with only the frame's cookie."""
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
    """A client without any cookies."""
    return encrypted(Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000"))
