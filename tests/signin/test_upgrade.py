"""After an upgrade, sessions and tokens of an older version still work (fixtures/README.md)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpRequest
from django.test import Client
from pytest_django import DjangoDbBlocker

from taskmanager.signin import widget_sessions
from taskmanager.signin.models import FramedSession, HandOff, Session, TokenSet
from taskmanager.signin.request import person_in, session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from taskmanager.signin.values import Person, Tokens
from tests.session_tokens import access_token_for
from tests.signin.conftest import Provider
from tests.signin.framing import HOST_PAGE

FIXTURES = Path(__file__).parent / "fixtures"
WIDGETS = ("widget-by-mark", "widget-by-sid")


class Installation:
    """An upgraded database: its browsers' cookies, and the sessions and tokens stored in it."""

    def __init__(self, name: str) -> None:
        self.dump = (FIXTURES / f"{name}.sql").read_text(encoding="utf-8")
        self.told: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
        self.person = Person(**self.told["person"])
        self.moment = datetime.fromisoformat(self.told["made_at"]) + timedelta(seconds=20)

    def session(self, name: str) -> SessionStore:
        return SessionStore(self.told["cookies"][name])

    def tokens(self, name: str) -> Tokens:
        return Tokens(**self.told["tokens"][name])

    def browser(self, name: str, *, cookie: str = "session") -> Client:
        client = Client(HTTP_HOST="localhost:8000")
        client.cookies[cookie] = self.told["cookies"][name]
        return client


@contextmanager
def database(path: Path) -> Iterator[None]:
    """Point Django's database connection at another SQLite file inside the `with` block."""
    before = connections["default"]
    connections["default"] = before.copy()
    connections["default"].settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def tables() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql <> '' ORDER BY name")
        return list(cursor.fetchall())


@pytest.fixture
def installation(
    openid: Provider, settings: LazySettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Installation]:
    """An installation of commit 658bed1, upgraded seconds after it was last used."""
    old = Installation("installation_658bed1")
    settings.SESSION_KEYS = old.told["session_keys"]
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(old.dump)
    with (
        time_machine.travel(old.moment, tick=True),
        django_db_blocker.unblock(),
        database(path),
    ):
        call_command("migrate", verbosity=0)
        yield old


def test_an_upgraded_database_is_built_like_a_new_one(
    installation: Installation, tmp_path: Path
) -> None:
    upgraded = tables()

    with database(tmp_path / "new.sqlite3"):
        call_command("migrate", verbosity=0)
        assert tables() == upgraded


def test_a_session_of_an_older_installation_is_still_signed_in(installation: Installation) -> None:
    assert person_in(installation.session("page")) == installation.person

    response = installation.browser("page").get("/sessions/")

    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    places = [place.text.strip() for place in page.select("main h2")]
    assert places == ["This browser", *[f"A widget in {HOST_PAGE}"] * 2]
    assert page.text.count("Firefox on Linux") == 3
    assert page.text.count("Signed in 15 Jan 2026, 12:00\xa0UTC") == 3


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_of_an_older_installation_is_still_signed_in(
    installation: Installation, name: str
) -> None:
    assert person_in(installation.session(name)) == installation.person


@pytest.mark.parametrize("name", ["page", *WIDGETS])
def test_the_tokens_of_an_older_installation_are_still_in_use(
    installation: Installation, openid: Provider, name: str
) -> None:
    session = installation.session(name)

    assert tokens_of(session) == installation.tokens(name)
    request = HttpRequest()
    request.session = session
    assert access_token_for(request) == installation.tokens(name).access_token
    assert openid.count("/openid/token") == 0


def test_a_sign_in_begun_before_an_upgrade_starts_over(
    installation: Installation, openid: Provider
) -> None:
    browser = installation.browser("under-way")

    back = browser.get("/signin/callback/", {"state": installation.told["state"], "code": "x"})

    assert back.headers["Location"].startswith(openid.url)


def test_a_result_laid_down_before_an_upgrade_reaches_its_frame(installation: Installation) -> None:
    frame = installation.browser("frame", cookie="__Host-widget")

    response = frame.post("/widget/signin/claim/")

    assert response.json()["state"] == "signed-in"
    session = SessionStore(frame.cookies["__Host-widget"].value)
    assert session.session_key != installation.told["cookies"]["frame"]
    assert person_in(session) == installation.person
    assert tokens_of(session) == installation.tokens("handed-over")
    told = ("https://provider.example", "subject-of-ines", "sid-of-page")
    assert (session["issuer"], session["subject"], session["sid"]) == told
    row = FramedSession.objects.get(session_id=session_row(session))
    assert row.started_by == installation.told["browser_mark"]
    assert HandOff.objects.count() == 0


def test_signing_out_after_an_upgrade_ends_the_widgets_from_before_it(
    installation: Installation, openid: Provider
) -> None:
    page = installation.session("page")
    assert widget_sessions.browser_mark(page) == installation.told["browser_mark"]

    response = installation.browser("page").post("/signout/")

    assert response.status_code == 302
    for name in ("page", *WIDGETS):
        assert person_in(installation.session(name)) is None
    assert TokenSet.objects.count() == 0
    assert FramedSession.objects.count() == 0
    assert openid.count("/openid/revoke") == 3
    left = {session_row(installation.session(name)) for name in ("under-way", "frame")}
    assert left <= set(Session.objects.values_list("pk", flat=True))
