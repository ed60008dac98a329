"""The dashboard through Django's test client, signed in, against the pretend tenant."""

import time
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from sandbox.handle import Sandbox
from taskmanager.signin.request import keep_person
from taskmanager.signin.session_store import SIGNED_IN_AT
from taskmanager.signin.values import Person, Tokens
from tests.session_tokens import keep

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
AsUser = Callable[[str], "Browser"]


class Browser(Client):
    """Django's test client as one signed-in persona, with a parser for what comes back."""

    persona_id: str

    def fragment(self, path: str, **headers: str) -> HttpResponse:
        """GET as htmx does."""
        return self.get(path, headers={**HTMX, **headers})

    def act(self, path: str, **data: object) -> HttpResponse:
        """POST as htmx does."""
        return self.post(path, data, headers=HTMX)


def parsed(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(tag: Tag | BeautifulSoup | None) -> str:
    """The text as a person reads it, white space folded."""
    assert tag is not None
    return " ".join(tag.get_text().split())


@pytest.fixture
def as_user(db: None, sandbox: Sandbox) -> AsUser:
    """Make a browser with a session of the persona, without walking through the sign-in."""
    cache.clear()

    def sign_in(key: str) -> Browser:
        persona = sandbox.persona(key)
        browser = Browser()
        session = browser.session
        is_admin = "ORG_ADMIN" in persona.authorities
        keep_person(session, Person(persona.id, persona.name, persona.alias, is_admin))
        session[SIGNED_IN_AT] = time.time() - 600
        session.save()
        keep(session, Tokens(sandbox.access_token_for(key), expires_at=time.time() + 600))
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        browser.persona_id = persona.id
        return browser

    return sign_in


@pytest.fixture
def approver(as_user: AsUser) -> Browser:
    return as_user("approver")


@pytest.fixture
def admin(as_user: AsUser) -> Browser:
    return as_user("admin")
