"""Forged and manipulated requests are refused, and GET requests change nothing."""

import io
import json
import logging
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from requests.adapters import HTTPAdapter

from taskmanager.embed.cookies import FRAME_COOKIE
from taskmanager.logging import ConsoleFormatter, JsonFormatter
from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from tests.security.routes import ADDRESSES, is_framed
from tests.signin.conftest import JWT, Provider, Visitor

OURS = "https://localhost:8000"
BACKCHANNEL = "/signin/backchannel/"  # authenticated by the provider's signature, not by a cookie
LOADER = "/widget/loader.js"  # a public file that does not depend on cookies
SIGNING_IN = {"/signin/", "/signin/callback/", "/signed-out/"}
FOR_HOSTS = "/widget/badge.json"  # no page of ours asks for it


def fresh_token(client: Client, page: str) -> str:
    """A new CSRF token, taken from the refusal of a stale form."""
    answer = client.post(page, headers={"HX-Request": "true", "Origin": OURS})
    assert answer.status_code == 403
    found = re.search(r'"token": "(\w+)"', answer.headers["HX-Trigger"])
    assert found
    return found[1]


@pytest.mark.parametrize("address", [each for each in ADDRESSES if each != BACKCHANNEL])
def test_every_route_refuses_to_be_written_to_without_a_token(
    tab: Client, frame: Client, https: Provider, address: str
) -> None:
    client = frame if is_framed(address) else tab
    https.sandbox.calls.clear()

    for write in (client.post, client.put, client.patch, client.delete):
        response = write(address, headers={"Origin": OURS, "HX-Request": "true"})
        if address == LOADER:
            assert response.status_code == 405
        elif address == FOR_HOSTS:
            assert response.status_code == 403
        else:  # refused because of the missing token
            assert response.status_code == 403
            assert "csrf:renewed" in response.headers["HX-Trigger"]
    assert https.sandbox.api_calls == []


@pytest.mark.parametrize(
    "address", ["/signout/", "/sessions/end-others/", "/work-items/x/complete/"]
)
def test_a_token_does_not_help_a_page_of_another_origin(tab: Client, address: str) -> None:
    token = fresh_token(tab, "/signout/")
    body = {"csrfmiddlewaretoken": token}

    assert tab.post(address, body, headers={"Origin": "https://evil.example"}).status_code == 403
    assert tab.post(address, body, headers={"Origin": "null"}).status_code == 403
    assert tab.post(address, body, headers={"Origin": OURS}).status_code != 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://localhost:8001"])
@pytest.mark.parametrize("is_htmx", [False, True])
def test_a_refused_origin_is_told_in_words_of_its_own(
    tab: Client, caplog: pytest.LogCaptureFixture, origin: str, is_htmx: bool
) -> None:
    headers = {"Origin": origin} | ({"HX-Request": "true"} if is_htmx else {})

    answer = tab.post("/work-items/x/complete/", headers=headers)

    assert answer.status_code == 403
    text = unescape(answer.content.decode())
    reason = (
        "we cannot tell where it came from" if origin == "null" else "it came from another address"
    )
    assert f"Nothing was sent: {reason}." in text
    assert "PUBLIC_URL" in text
    assert "http://localhost:8000" in text
    assert (origin in text) is (origin != "null")
    assert "HX-Trigger" not in answer.headers  # no token for another origin
    assert "older than your sign-in" not in text
    assert any(origin in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("address", "home"), [("/signout/", "/"), ("/widget/signout/", "/widget/")]
)
@pytest.mark.parametrize(
    ("origin", "before"), [("https://evil.example", "http://localhost:8000"), (OURS, "")]
)
def test_a_refused_page_has_a_way_out_that_its_window_can_show(
    tab: Client, frame: Client, address: str, home: str, origin: str, before: str
) -> None:
    client = frame if is_framed(address) else tab

    answer = client.post(address, headers={"Origin": origin})

    assert answer.status_code == 403
    assert f'<a class="button" href="{before}{home}">' in answer.content.decode()


def test_a_refused_referer_is_told_so_too(tab: Client) -> None:
    answer = tab.post("/signout/", headers={"Referer": "https://proxy.internal/tasks?secret=1"})

    assert answer.status_code == 403
    assert "https://proxy.internal." in answer.content.decode()
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    "host", ["LOCALHOST:8000", "localhost.:8000", "localhost", "localhost:443"]
)
def test_nothing_depends_on_how_a_proxy_writes_our_host(tab: Client, host: str) -> None:
    token = fresh_token(tab, "/signout/")
    page = {"HX-Request": "true", "HX-Current-URL": f"{OURS}/?tab=completed", "Origin": OURS}

    lost = Client(HTTP_X_FORWARDED_PROTO="https").get("/", headers=page, HTTP_HOST=host)
    assert lost.headers["HX-Redirect"] == "/signin/?next=%2F%3Ftab%3Dcompleted"
    for sent in ({"Origin": OURS}, {"Referer": f"{OURS}/"}):
        answer = tab.post(
            "/work-items/x/complete/", {"csrfmiddlewaretoken": token}, headers=sent, HTTP_HOST=host
        )
        assert answer.status_code != 403
    moved = tab.get("/settings", HTTP_HOST=host)
    assert moved.headers["Location"].startswith("/settings/")


def test_the_token_of_the_full_page_is_not_good_in_the_frame(tab: Client, frame: Client) -> None:
    token = fresh_token(tab, "/signout/")
    body = {"csrfmiddlewaretoken": token}
    own = SessionStore(frame.cookies[FRAME_COOKIE].value)
    own["_csrftoken"] = "a" * 32
    own.save()

    assert frame.post("/widget/signout/", body, headers={"Origin": OURS}).status_code == 403
    assert tab.post("/signout/", body, headers={"Origin": OURS}).status_code == 302


def test_opening_an_address_changes_nothing(tab: Client, frame: Client, https: Provider) -> None:
    before = sorted(Session.objects.values_list("pk", "session_data"))
    https.sandbox.calls.clear()
    query = {"confirmed": "1", "comment": "x", "new_owner": "x", "session": "x"}

    for address in ADDRESSES:
        client = frame if is_framed(address) else tab
        if address not in SIGNING_IN:
            client.get(address)
            client.get(address, query)
            client.head(address, query)
            after = sorted(Session.objects.values_list("pk", "session_data"))
            assert after == before, address

    assert {call.method for call in https.sandbox.api_calls} == {"GET"}
    assert TokenSet.objects.count() == 2


def test_another_host_name_is_refused_and_never_repeated(tab: Client) -> None:
    for name in ("evil.example", "localhost:8000@evil.example", "localhost.evil.example"):
        response = tab.get("/", HTTP_HOST=name)
        assert response.status_code == 400
        assert "evil" not in response.content.decode() + str(response.headers)
    forwarded = tab.get("/nothing/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in forwarded.content.decode() + str(forwarded.headers)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", r"/\evil.example", "/%2Fevil.example"]
)
def test_a_sign_in_leads_to_a_page_of_ours_only(
    openid: Provider, visitor: Visitor, wanted: str
) -> None:
    assert visitor.sign_in("approver", next_url=wanted).headers["Location"] == "/"


def test_no_parameter_chooses_where_we_call(
    tab: Client, frame: Client, https: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = set()
    send = HTTPAdapter.send

    def noted(self: HTTPAdapter, request: Any, **how: Any) -> Any:
        parts = urlsplit(request.url)
        called.add(f"{parts.scheme}://{parts.netloc}")
        return send(self, request, **how)

    monkeypatch.setattr(HTTPAdapter, "send", noted)
    names = ("next", "iss", "issuer", "url", "uri", "redirect_uri", "owner", "q", "page", "host")
    query = urlencode(dict.fromkeys(names, "http://127.0.0.1:9/canary"))

    for address in ADDRESSES:
        client = frame if is_framed(address) else tab
        client.get(f"{address}?{query}")
        client.get(address.replace("an-id", "@127.0.0.1:9"))

    assert called == {https.url}


def test_an_id_stays_one_part_of_the_path(tab: Client, https: Provider) -> None:
    https.sandbox.calls.clear()

    for item_id in ("..", "%2e%2e", "x%3FownerId=evil", "x%23", "x;y", "%252e%252e%252f"):
        tab.get(f"/work-items/{item_id}/")

    for call in https.sandbox.api_calls:
        assert call.path.startswith("/v2024/work-items/"), call
        assert "evil" not in call.query.get("ownerId", "")


def crawl(client: Client, start: str, pages: int) -> Iterator[tuple[str, Any]]:
    """Visit pages by following the links and htmx attributes."""
    waiting, seen = [start], {start}
    while waiting and pages:
        pages -= 1
        address = waiting.pop(0)
        response = client.get(address)
        yield address, response
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        for found in re.findall(r'(?:href|hx-get)="([^"]+)"', response.content.decode()):
            link = unescape(found).split("#")[0]
            if link.startswith("/") and not link.startswith(("/static", "/signin")):
                waiting += [link] * (link not in seen)
                seen.add(link)


@pytest.mark.parametrize(("start", "least"), [("/", 20), ("/widget/", 10)])
def test_no_token_and_no_session_key_ever_reaches_the_browser(
    tab: Client, frame: Client, start: str, least: int
) -> None:
    client = frame if start == "/widget/" else tab
    held = tokens_of(tab.session)
    assert held is not None
    name = FRAME_COOKIE if start == "/widget/" else "__Host-session"
    secrets = [held.access_token, held.refresh_token, held.id_token, client.cookies[name].value]
    opened = 0
    for _address, response in crawl(client, start, 60):
        everything = response.content.decode() + str(response.headers)
        assert not JWT.search(everything)
        assert not [secret for secret in secrets if secret and secret in everything]
        opened += response.status_code == 200
    assert opened >= least


@pytest.fixture(params=["console", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The log output."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ConsoleFormatter() if request.param == "console" else JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.mark.parametrize("sent", ["%0A", "%0D%0A", "%0B", "%1B%5B2K", "%C2%85", "%E2%80%A8"])
def test_what_stands_in_an_address_cannot_forge_a_line_of_the_log(
    tab: Client, log: io.StringIO, sent: str
) -> None:
    tab.get(f"/nothing/{sent}forged: a line/")
    tab.get(f"/?owner={sent}forged: a line")
    tab.get(f"/signin/callback/?state=x&error={sent}forged")

    lines = log.getvalue().splitlines()  # splits at Unicode line separators as well
    assert len(lines) >= 2
    assert not [line for line in lines if line.startswith("forged")]
    assert "\x1b" not in log.getvalue()


def test_refusals_stand_in_the_log_with_who_was_refused_what(tab: Client, log: io.StringIO) -> None:
    identity = tab.session["person"]["id"]

    tab.get("/?owner=somebody-else")
    tab.get("/owner/?q=Jane+Smith")
    tab.post("/signout/", headers={"Origin": OURS})

    text = log.getvalue()
    if text.startswith("{"):
        entries = [json.loads(line) for line in text.splitlines()]
        refused = [entry for entry in entries if entry["message"] == "not allowed"]
        assert [(each["actor"], each["path"], each["owner"]) for each in refused] == [
            (identity, "/", "somebody-else"),
            (identity, "/owner/", ""),
        ]
    else:
        assert f"not allowed actor={identity} path=/ owner=somebody-else\n" in text
        assert f"not allowed actor={identity} path=/owner/\n" in text
    assert "Smith" not in text
    assert "Forbidden (CSRF token missing.): /signout/" in text


def test_a_refused_sign_in_stands_in_the_log(
    openid: Provider, visitor: Visitor, log: io.StringIO
) -> None:
    visitor.client.get("/signin/callback/", {"state": "again.x", "code": "x"})

    assert "sign-in refused" in log.getvalue()
    assert "unknown_state" in log.getvalue()
