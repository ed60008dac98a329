"""A database that fails: what goes on, what is said, and what is never claimed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils import timezone

from sandbox.handle import Sandbox
from taskmanager import health
from taskmanager.embed.cookies import FRAME_COOKIE
from taskmanager.signin.models import Session
from tests.security.routes import ADDRESSES
from tests.web.conftest import HTMX, AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes

pytestmark = pytest.mark.django_db
HOST_PAGE = "http://intranet.localhost:9000"
WORDS = "cannot read or write its own records"


@contextmanager
def read_only() -> Iterator[None]:
    """SQLite itself refuses to write, as for a file of somebody else's."""
    connection.connection.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        connection.connection.execute("PRAGMA query_only = OFF")


@contextmanager
def down() -> Iterator[None]:
    """Nothing answers at the database's address."""

    def refuse(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def as_old(as_user: AsUser, settings: LazySettings) -> Callable[[str], Browser]:
    """Somebody whose session was last used minutes ago, and whose pages are answered for."""
    settings.FRAME_ANCESTORS = (HOST_PAGE,)

    def sign_in(key: str) -> Browser:
        browser = as_user(key)
        browser.raise_request_exception = False
        Session.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
        return browser

    return sign_in


def is_shell(response: HttpResponse) -> bool:
    """Whether it is Django's or gunicorn's page and not one of ours."""
    return b"Traceback" in response.content or b"Internal Server Error" in response.content


FRAMED = {"Sec-Fetch-Dest": "iframe"}


def get(browser: Browser, address: str, **headers: str) -> HttpResponse:
    framed = FRAMED if address.startswith("/widget/") else {}
    return browser.get(address, headers={**framed, **headers})  # type: ignore[return-value]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("persona", ["approver", "admin"])
def test_what_can_be_read_is_read_while_nothing_can_be_written(
    as_old: Callable[[str], Browser], sandbox: Sandbox, persona: str
) -> None:
    browser = as_old(persona)
    for address in ADDRESSES:
        usual = get(browser, address).status_code
        Session.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
        with read_only():
            response = get(browser, address)
        assert (address, response.status_code) == (address, usual)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_without_a_database_every_address_answers_in_our_words(
    as_old: Callable[[str], Browser], address: str, headers: dict[str, str]
) -> None:
    browser = as_old("approver")
    browser.get("/")
    with down():
        response = get(browser, address, **headers)
    assert not is_shell(response)
    assert response.headers["X-Answered-By"] == "my-tasks"
    if response.status_code != 503:  # it needs no session
        assert response.status_code in {200, 302, 403, 404, 405}
        return
    assert response.headers["Retry-After"] == "10"
    page = parsed(response)
    assert WORDS in words(page)
    if headers:
        assert response.headers["HX-Retarget"] == "#notices"
        assert page.select_one("main") is None
    elif address.startswith("/widget/") and address != "/widget/try/":
        assert page.select_one("html[data-embedded]") is not None
    else:
        assert page.select_one("main a.button")["href"] == address


def test_a_frame_keeps_its_look_and_language_without_a_database(
    as_old: Callable[[str], Browser],
) -> None:
    browser = as_old("approver")
    browser.cookies[FRAME_COOKIE] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with down():
        response = get(browser, "/widget/?theme=dark&density=compact&lang=de&accent=ff8800")
    assert response.status_code == 503
    html = parsed(response).select_one("html")
    assert (html["lang"], html["data-theme"], html["data-density"]) == ("de", "dark", "compact")
    assert "frame-ancestors 'self' " + HOST_PAGE in response.headers["Content-Security-Policy"]


def test_a_script_that_asks_for_json_gets_json(as_old: Callable[[str], Browser]) -> None:
    browser = as_old("approver")
    with down():
        response = browser.post("/widget/signin/claim/", headers={"Accept": "application/json"})
    assert (response.status_code, json.loads(response.content)) == (503, {"state": "unavailable"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", [read_only, down])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_decision_that_cannot_be_recorded_is_not_sent(
    as_old: Callable[[str], Browser], sandbox: Sandbox, fails: Any, *, htmx: bool
) -> None:
    browser = as_old("approver")
    row = single(dashboard(browser))
    with fails():
        response = press(browser, row, "Approve", htmx=htmx)
    assert response.status_code == 503
    assert not is_shell(response)
    said = words(parsed(response))
    assert ("could not be recorded" in said) or (WORDS in said and "look at the task" in said)
    assert writes(sandbox) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", [read_only, down])
@pytest.mark.parametrize(
    ("address", "cookie"),
    [("/signout/", settings.SESSION_COOKIE_NAME), ("/widget/signout/", FRAME_COOKIE)],
)
def test_a_sign_out_ends_in_the_browser_at_least(
    as_old: Callable[[str], Browser], sandbox: Sandbox, fails: Any, address: str, cookie: str
) -> None:
    browser = as_old("approver")
    if cookie == FRAME_COOKIE:
        key = browser.cookies.pop(settings.SESSION_COOKIE_NAME).value
        browser.cookies[FRAME_COOKIE] = key
    framed = FRAMED if cookie == FRAME_COOKIE else {}
    with fails():
        response = browser.post(address, headers={"Origin": "http://localhost:8000", **framed})
    assert response.status_code == 503
    assert "signed out in this browser only" in words(parsed(response))
    assert "could not be written down" in words(parsed(response))
    home = "/widget/" if framed else "/"
    assert parsed(response).select_one(f"main a.button[href='{home}']")
    gone = response.cookies[cookie]
    assert (gone.value, gone["max-age"]) == ("", 0)
    assert bool(gone["secure"]) == (cookie == FRAME_COOKIE)
    assert writes(sandbox) == []
    assert Session.objects.count() == 1


def test_another_site_signs_nobody_out_of_the_cookie(as_old: Callable[[str], Browser]) -> None:
    browser = as_old("approver")
    with down():
        response = browser.post("/signout/", headers={"Origin": "http://evil.example"})
    assert response.status_code == 503
    assert settings.SESSION_COOKIE_NAME not in response.cookies


@pytest.fixture
def every_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TRIED_EVERY", 0.0)


@pytest.mark.usefixtures("every_probe")
@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_while_nothing_can_be_written(approver: Browser) -> None:
    with read_only():
        response = approver.get("/readyz")
        healthy = approver.get("/healthz")
    assert response.status_code == 503
    assert response.content.startswith(b"the database takes no writes: attempt to write a readonly")
    assert (healthy.status_code, healthy.content) == (200, b"ok")
    assert approver.get("/readyz").status_code == 200
    assert Session.objects.count() == 1


@pytest.mark.usefixtures("every_probe")
@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_while_the_disk_is_full(approver: Browser) -> None:
    connection.connection.execute("VACUUM")  # no free pages within the file
    ((pages,),) = connection.connection.execute("PRAGMA page_count").fetchall()
    ((most,),) = connection.connection.execute("PRAGMA max_page_count").fetchall()
    connection.connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        response = approver.get("/readyz")
    finally:
        connection.connection.execute(f"PRAGMA max_page_count = {most}")
    assert response.content == b"the database takes no writes: database or disk is full"


def test_a_write_is_tried_every_few_seconds(approver: Browser) -> None:
    health.WRITE_TEST._tried_at = -health.TRIED_EVERY
    assert approver.get("/readyz").status_code == 200
    with read_only():
        assert approver.get("/readyz").status_code == 200
