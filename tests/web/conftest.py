"""Django's test client, signed in to the dashboard, against the sandbox tenant."""

import time
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from sandbox.handle import Sandbox
from taskmanager.jobs.models import Heartbeat
from taskmanager.signin.request import keep_person
from taskmanager.signin.session_store import SIGNED_IN_AT
from taskmanager.signin.values import Person, Tokens
from tests.session_tokens import keep
from workitems.web.looks import REASON

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
REASON_GIVEN = "Ticket 4711: she is on leave"  # of an admin who looks at another queue
AsUser = Callable[[str], "Browser"]


class Browser(Client):
    """Django's test client, signed in as one persona."""

    persona_id: str

    def fragment(self, path: str, **headers: str) -> HttpResponse:
        """GET with htmx's headers."""
        return self.get(path, headers={**HTMX, **headers})

    def act(self, path: str, **data: object) -> HttpResponse:
        """POST with htmx's headers."""
        return self.post(path, data, headers=HTMX)


def parsed(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(tag: Tag | BeautifulSoup | None) -> str:
    """The visible text, with white space collapsed."""
    assert tag is not None
    return " ".join(tag.get_text().split())


@pytest.fixture
def as_user(db: None, sandbox: Sandbox) -> AsUser:
    """Makes a client with a persona's session, without the sign-in round trip."""
    cache.clear()

    def sign_in(key: str) -> Browser:
        persona = sandbox.persona(key)
        browser = Browser()
        session = browser.session
        is_admin = "ORG_ADMIN" in persona.authorities
        person = Person(persona.id, persona.name, persona.alias, is_admin, is_auditor=is_admin)
        keep_person(session, person)
        session[REASON] = REASON_GIVEN
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


@pytest.fixture
def worker(db: None) -> None:
    """A job worker lives, as far as a page can tell: decisions are held."""
    Heartbeat.objects.create(name="worker 1", beaten_at=time.time())
