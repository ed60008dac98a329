"""The security headers and cookies of every route, and who may frame it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from taskmanager import urls
from taskmanager.embed.cookies import FRAME_COOKIE
from taskmanager.embed.middleware import READ_BY_HOSTS, UNFRAMED
from tests.security.conftest import HOST_PAGE
from tests.security.routes import ADDRESSES, is_framed

if TYPE_CHECKING:
    from http.cookies import Morsel

KEEPS_OPENER = {"/signin/popup/"}  # and the callback, if the sign-in runs in a popup
CROSS_ORIGIN_FILES = {"/widget/loader.js"}  # loaded by other sites' pages
FILES = {"/static/css/base.css", "/static/js/focus.js", "/static/favicon.svg"}
HEADERS_OF_ANY_FILE = {
    "Content-Type", "Content-Length", "Cache-Control", "Last-Modified", "ETag",
    "X-Content-Type-Options", "Cross-Origin-Resource-Policy",
}  # fmt: skip


def _breaks(_: HttpRequest) -> HttpResponse:
    raise RuntimeError("s3cret detail")


urlpatterns = [*urls.urlpatterns, path("breaks/", _breaks), path("widget/breaks/", _breaks)]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404


def directives(response: HttpResponse) -> dict[str, list[str]]:
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in filter(None, parts)}


def check_policy(response: HttpResponse, *, framed: bool) -> None:
    policy = directives(response)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert "*" not in response.headers["Content-Security-Policy"]
    assert policy["frame-ancestors"] == (["'self'", HOST_PAGE] if framed else ["'none'"])
    assert response.headers.get("X-Frame-Options") == (None if framed else "DENY")


def check_headers(response: HttpResponse, address: str, *, framed: bool) -> None:
    shown = framed and address not in READ_BY_HOSTS
    headers = response.headers
    check_policy(response, framed=shown)
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if headers.get("Content-Type", "").startswith("text/html"):
        assert "camera=()" in headers["Permissions-Policy"]
    request = response.wsgi_request  # type: ignore[attr-defined]
    keeps = address in KEEPS_OPENER and request.method == "GET"
    assert headers["Cross-Origin-Opener-Policy"] == ("unsafe-none" if keeps else "same-origin")
    shared = shown or address in CROSS_ORIGIN_FILES
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin")
    assert headers.get("Cross-Origin-Embedder-Policy") == ("require-corp" if shown else None)
    assert "Access-Control-Allow-Origin" not in headers
    for cookie in response.cookies.values():
        check_cookie(cookie, framed=framed)


def check_cookie(cookie: "Morsel[str]", *, framed: bool) -> None:
    of_page = {
        "__Host-session",
        "__Host-appearance",
        cookie.key if cookie.key.startswith("__Host-signin-") else "",
    }
    of_frame = {FRAME_COOKIE, "__Host-widget-appearance"}
    assert cookie.key in (of_frame if framed else of_page)
    assert cookie["secure"] is True
    assert cookie["httponly"] is True
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert cookie["samesite"] == ("None" if framed else "Lax")
    assert bool(cookie["partitioned"]) is framed


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_route_carries_its_headers(
    tab: Client, frame: Client, stranger: Client, address: str
) -> None:
    framed = is_framed(address)
    for client in (frame if framed else tab, stranger):
        for response in (client.get(address), client.post(address)):
            check_headers(response, address, framed=framed)
            if address not in CROSS_ORIGIN_FILES:
                assert response.headers["Cache-Control"] == "no-store"


def test_a_sign_in_sets_a_cookie_that_these_checks_have_seen(stranger: Client) -> None:
    (name,) = stranger.get("/signin/").cookies
    assert name.startswith("__Host-signin-")
    stranger.cookies.clear()
    assert set(stranger.get("/widget/").cookies) == {FRAME_COOKIE}


@pytest.mark.parametrize("address", sorted(FILES))
def test_files_carry_what_files_need_and_may_be_kept(stranger: Client, address: str) -> None:
    response = stranger.get(address)

    assert response.status_code == 200
    response.close()
    assert set(response.headers) - HEADERS_OF_ANY_FILE == (
        {"Content-Security-Policy"} if address.endswith(".svg") else set()
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" not in response.headers["Cache-Control"]
    assert not response.cookies


def test_an_image_that_is_opened_as_a_page_runs_nothing(stranger: Client) -> None:
    response = stranger.get("/static/favicon.svg")
    response.close()

    assert directives(response) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_probes_are_plain_text_that_nobody_keeps_or_frames(
    client: Client, db: None, address: str
) -> None:
    response = client.get(address)

    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; frame-ancestors 'none'"
    )
    assert response.headers["Cache-Control"] == "no-store"


MISTAKES: dict[str, tuple[int, Callable[[Client], HttpResponse]]] = {
    "no such page": (404, lambda client: client.get("/nothing/")),
    "a broken view": (500, lambda client: client.get("/breaks/")),
    "another host": (400, lambda client: client.get("/", HTTP_HOST="evil.example")),
    "no CSRF token": (403, lambda client: client.post("/signout/")),
    "the wrong method": (405, lambda client: client.get("/signout/")),
    "a page in a frame": (
        403, lambda client: client.get("/", headers={"Sec-Fetch-Dest": "iframe"})
    ),
}  # fmt: skip


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_error_pages_carry_them_and_say_nothing_of_the_inside(tab: Client, mistake: str) -> None:
    tab.raise_request_exception = False
    status, make = MISTAKES[mistake]

    response = make(tab)

    assert response.status_code == status
    check_headers(response, "/", framed=False)
    assert response.headers["Cache-Control"] == "no-store"
    text = response.content.decode()
    for inside in ("s3cret", "Traceback", "RuntimeError", "taskmanager", "Django", "urlpatterns"):
        assert inside not in text


@pytest.mark.urls(__name__)
def test_a_broken_widget_is_still_framed_by_listed_pages_only(frame: Client) -> None:
    frame.raise_request_exception = False

    response = frame.get("/widget/breaks/")

    assert response.status_code == 500
    check_headers(response, "/widget/breaks/", framed=True)


@pytest.mark.parametrize("destination", ["iframe", "frame", "embed", "object"])
def test_what_is_not_the_widget_is_not_even_answered_in_a_frame(
    tab: Client, destination: str
) -> None:
    for address in ADDRESSES:
        if not is_framed(address):
            response = tab.get(address, headers={"Sec-Fetch-Dest": destination})
            assert response.status_code == 403, address


def test_the_pages_below_the_prefix_that_stand_alone_are_known() -> None:
    assert {"/widget/try/", "/widget/loader.js"} == UNFRAMED
