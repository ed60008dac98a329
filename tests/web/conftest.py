"""Django's test client, signed in to the dashboard, against the sandbox tenant."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from sandbox.gate import Call
from sandbox.handle import Sandbox
from taskmanager.jobs.models import Heartbeat
from taskmanager.signin.request import keep_person
from taskmanager.signin.session_store import SIGNED_IN_AT
from taskmanager.signin.values import Person, Tokens
from tests.session_tokens import keep
from workitems.models import Attempt
from workitems.web.looks import REASON

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8000/"}
REASON_GIVEN = "Ticket 4711: she is on leave"  # of an admin who looks at another queue
AsUser = Callable[[str], "Browser"]
Put = Callable[..., Attempt]
SEALED: dict[str, Any] = {"actor": "Ines Weber", "owner": "Tom Roth", "note": ""}


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
    return BeautifulSoup(response.getvalue(), "html.parser")


def reads(sandbox: Sandbox) -> list[Call]:
    """All calls but those for the numbers: a search asks for them where nobody has lately."""
    return [call for call in sandbox.api_calls if not call.path.endswith("/summary")]


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


@pytest.fixture
def put() -> Put:
    """Makes a row of the ledger as if it had been written before."""

    def row(sealed: dict[str, Any] | None = None, **fields: Any) -> Attempt:
        now = timezone.now()
        usual: dict[str, Any] = {
            "key": "k", "item_id": "wi-1", "owner_id": "tom", "actor_id": "ines", "session": "s",
            "command": "complete", "surface": "page", "status": "succeeded", "asked_at": now,
            "closed_at": now, "is_live": False, "live_until": now,
        }  # fmt: skip
        made = Attempt(**{**usual, **fields})
        made.seal({**SEALED, **(sealed or {})})
        made.save(force_insert=True)
        return made

    return row


@pytest.fixture
def no_row_can_be_written() -> Iterator[None]:
    def refuse(**_: object) -> None:
        raise OperationalError("database or disk is full")

    pre_save.connect(refuse, sender=Attempt, weak=False)
    yield
    pre_save.disconnect(refuse, sender=Attempt)
