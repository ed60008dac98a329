"""Responses to people who are not signed in, and the headers of every response."""

import json
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from taskmanager import urls
from taskmanager.core.addresses import safe_next
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from tests.signin.conftest import Provider, Visitor

OPEN = {
    "/signin/", "/signin/callback/", "/signin/backchannel/", "/signout/", "/signed-out/",
    "/signin/popup/", "/signin/popup/bind/", "/signin/popup/code/",
}  # fmt: skip
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8000/?tab=completed"}


def _addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, route)
        elif isinstance(entry, URLPattern):
            route = re.sub(r"<uuid:[^>]+>", str(UUID(int=1)), route)
            yield route.replace("<str:item_id>", "an-id").replace("<str:approval_id>", "another")


# Framed pages answer differently: they cannot redirect to a provider that forbids framing.
FRAMED = "/widget/"
ADDRESSES = sorted(
    address for address in set(_addresses(get_resolver())) if not address.startswith(FRAMED)
)


def test_the_addresses_are_found() -> None:
    assert OPEN | {"/", "/work-items/an-id/"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", [each for each in ADDRESSES if each not in OPEN])
def test_every_page_is_closed(client: Client, db: None, address: str) -> None:
    response = client.get(address, {"tab": "completed"})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/signin/?next=%2F")
    assert response.headers["Location"].endswith("%3Ftab%3Dcompleted")
    posted = client.post(address)
    assert posted.status_code == 401
    assert "Your sign-in has run out. Nothing was sent." in posted.content.decode()


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing/like/this/"])
def test_nothing_is_stored_and_fragments_are_told_apart(
    openid: Provider, client: Client, db: None, address: str
) -> None:
    response = client.get(address)

    assert response.headers["Cache-Control"] == "no-store"
    assert {"HX-Request", "Cookie"} <= set(response.headers["Vary"].split(", "))


def test_a_fragment_leads_to_the_sign_in_of_its_page(client: Client, db: None) -> None:
    response = client.get("/?page=2", headers={**HTMX, "host": "localhost:8000"})

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/signin/?next=%2F%3Ftab%3Dcompleted"


@pytest.mark.parametrize("address", ["/counts/", "/people/?q=anna", "/owner/?q=anna"])
def test_what_is_asked_beside_something_typed_never_leads_away_from_it(
    client: Client, db: None, address: str
) -> None:
    response = client.get(address, headers=HTMX)

    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers
    assert response.headers["HX-Retarget"] == "#notices"
    assert response.headers["HX-Push-Url"] == "false"
    assert "What you typed is still here" in response.content.decode()


def test_a_form_keeps_what_was_typed(client: Client, db: None) -> None:
    response = client.post("/work-items/1/forward/", {"comment": "long"}, headers=HTMX)

    assert response.status_code == 401
    assert response.headers["HX-Retarget"] == "find [data-notice]"
    assert response.headers["HX-Reswap"] == "innerHTML"
    page = response.content.decode()
    assert "<html" not in page
    assert "what you typed is still here" in page
    assert 'target="_blank"' in page


def test_a_stale_form_gets_a_fresh_token_and_works_the_second_time(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")

    first = visitor.client.post("/signout/", headers=HTMX)

    assert first.status_code == 403
    assert first.headers["HX-Retarget"] == "find [data-notice]"
    assert "press the button once more" in first.content.decode()
    token = json.loads(first.headers["HX-Trigger"])["csrf:renewed"]["token"]
    second = visitor.client.post("/signout/", {"csrfmiddlewaretoken": token}, headers=HTMX)
    assert second.status_code != 403


def test_a_form_of_an_ended_session_is_told_about_the_session(
    openid: Provider, visitor: Visitor
) -> None:
    response = visitor.client.post("/work-items/1/forward/", {"comment": "long"}, headers=HTMX)

    assert response.status_code == 401
    assert "Your sign-in has run out" in response.content.decode()


def test_a_stale_form_without_script_is_told_in_words(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")

    response = visitor.client.post("/signout/")

    assert response.status_code == 403
    assert "Nothing was sent" in response.content.decode()


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/", "/"),
        ("/work-items/1/", "/work-items/1/"),
        ("/?tab=completed&page=2", "/?tab=completed&page=2"),
        ("/a#fragment", "/a"),
        (None, "/"),
        ("", "/"),
        ("work-items/1/", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("////evil.example/", "/"),
        (r"/\evil.example", "/"),
        (r"\\evil.example", "/"),
        (r"\/evil.example", "/"),
        ("/%2fevil.example", "/"),
        ("/%5cevil.example", "/"),
        ("/%2F%2Fevil.example", "/"),
        ("http:evil.example", "/"),
        ("http:/evil.example", "/"),
        ("https:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        (" //evil.example", "/"),
        ("\t//evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/\x00/evil.example", "/"),
        ("//localhost@evil.example", "/"),
        ("//[::1", "/"),
        ("/signin/?next=/", "/"),
        ("/signout/", "/"),
    ],
)
def test_next_is_a_page_of_ours_or_the_first_one(wanted: str | None, given: str) -> None:
    assert safe_next(wanted) == given


def _needs_sign_in(_: HttpRequest) -> HttpResponse:
    raise SignInNeeded


def _provider_is_down(_: HttpRequest) -> HttpResponse:
    raise ProviderUnavailable


# Two additional URLs whose views raise the sign-in errors.
urlpatterns = [
    *urls.urlpatterns,
    path("needs/", _needs_sign_in),
    path("down/", _provider_is_down),
]


@pytest.mark.urls(__name__)
def test_a_sign_in_that_ran_out_upstream_is_asked_for_again_but_not_in_circles(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")

    first = visitor.client.get("/needs/?page=2")
    assert first.headers["Location"] == "/signin/?next=%2Fneeds%2F%3Fpage%3D2"
    assert visitor.client.session.get("person") is None
    back = visitor.sign_in("approver", next_url="/needs/?page=2").headers["Location"]
    second = visitor.client.get(back)

    assert second.status_code == 401
    assert "does not accept your sign-in" in second.content.decode()


@pytest.mark.urls(__name__)
def test_a_provider_that_is_down_is_no_sign_out(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")

    page = visitor.client.get("/down/")
    notice = visitor.client.get("/down/", headers=HTMX)

    assert page.status_code == notice.status_code == 503
    assert "You are still signed in" in page.content.decode()
    assert notice.headers["HX-Retarget"] == "#notices"
    assert visitor.client.session["person"]


def test_the_headers_of_a_page(client: Client, db: None) -> None:
    headers = client.get("/signed-out/").headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-ID"]) == 32
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
