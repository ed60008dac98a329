"""A provider whose responses tests can change, and a browser that signs in at it."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from werkzeug.serving import make_server

from sandbox.server import SandboxApp, create_app
from taskmanager.signin.models import FramedSession
from taskmanager.signin.providers import registry
from taskmanager.signin.request import session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from tests.environment import free_port
from tests.session_tokens import keep

if TYPE_CHECKING:
    from sandbox.handle import Sandbox

SECRET = "the-secret-of-the-sign-in-tests"
# "eyJ" alone also occurs in random text such as encrypted rows and CSRF tokens.
JWT = re.compile(r"eyJ[\w-]+\.[\w-]")
PUBLIC_URL = "http://localhost:8000"
Change = Callable[[dict[str, Any]], dict[str, Any] | None]


class Tampering:
    """Middleware before the sandbox: `changes` maps a path to a function that changes its JSON."""

    def __init__(self, app: SandboxApp) -> None:
        self.app = app
        self.changes: dict[str, Change] = {}
        self.redirects: set[str] = set()
        self.seen: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.seen.append(path)
        if path in self.redirects:
            start_response("307 Temporary Redirect", [("Location", "/elsewhere")])
            return [b""]
        if path not in self.changes:
            return self.app(environ, start_response)
        started: list[Any] = []
        body = b"".join(self.app(environ, lambda *args: started.append(args)))
        status, headers = started[0][:2]
        changed = self.changes[path](json.loads(body))
        if changed is not None:
            body = json.dumps(changed).encode()
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*kept, ("Content-Length", str(len(body)))])
        return [body]


class Provider:
    """The provider of these tests: its address, its sandbox, and changed responses."""

    def __init__(self, app: SandboxApp, url: str) -> None:
        self.url = url
        self.tampering = Tampering(app)
        self.sandbox: Sandbox = app.sandbox

    def tamper(self, path: str, change: Change) -> None:
        """From now on, pass the JSON response of `path` through `change`."""
        self.tampering.changes[path] = change

    def count(self, path: str) -> int:
        """How often a path was requested."""
        return self.tampering.seen.count(path)

    def reset(self) -> None:
        self.tampering.changes.clear()
        self.tampering.redirects.clear()
        self.tampering.seen.clear()
        self.sandbox.reset()


def _serve(*, public_client: bool) -> Iterator[Provider]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(
        redirect_uris=[f"{PUBLIC_URL}/signin/callback/"],
        post_logout_redirect_uris=[f"{PUBLIC_URL}/signed-out/"],
        client_secret=None if public_client else SECRET,
        public_client=public_client,
        issuer=url,
        rate_limit=None,
    )
    provider = Provider(app, url)
    server = make_server("127.0.0.1", port, provider.tampering, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def confidential() -> Iterator[Provider]:
    """A provider at which we are a confidential client."""
    yield from _serve(public_client=False)


@pytest.fixture(scope="session")
def public() -> Iterator[Provider]:
    """A provider at which we are a public client."""
    yield from _serve(public_client=True)


def _configure(settings: LazySettings, peer: Provider, *, profile: str) -> None:
    peer.reset()
    registry.provider_of.cache_clear()  # provider metadata must not be kept between tests
    openid = profile == "openid"
    settings.PUBLIC_URL = PUBLIC_URL
    settings.ISC_BASE_URL = peer.url
    settings.OIDC_ISSUER = peer.url if openid else None
    settings.OIDC_SCOPES = ("openid", "profile") if openid else ()
    settings.OIDC_CLIENT_ID = peer.sandbox.client.client_id
    settings.OIDC_CLIENT_SECRET = peer.sandbox.client.secret
    directives = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    directives["form-action"] = ["'self'", *([peer.url] if openid else [])]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}


@pytest.fixture
def openid(settings: LazySettings, confidential: Provider) -> Provider:
    """The OpenID Connect profile, confidential client."""
    _configure(settings, confidential, profile="openid")
    return confidential


@pytest.fixture
def isc(settings: LazySettings, confidential: Provider) -> Provider:
    """ISC's own OAuth, confidential client."""
    _configure(settings, confidential, profile="isc")
    return confidential


@pytest.fixture(params=["openid", "isc", "openid-public", "isc-public"])
def any_profile(request: pytest.FixtureRequest, settings: LazySettings) -> Provider:
    """Both profiles, each with a confidential and a public client."""
    profile, _, kind = request.param.partition("-")
    peer: Provider = request.getfixturevalue(kind or "confidential")
    _configure(settings, peer, profile=profile)
    return peer


def under_way(visitor: "Visitor") -> list[str]:
    """The cookies of the sign-ins that a browser has begun."""
    cookies = visitor.client.cookies
    return [name for name in cookies if "signin-" in name and cookies[name].value]


class Visitor:
    """Django's test client for our pages and an HTTP client for the provider's pages."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000")
        self.elsewhere = requests.Session()

    def start(self, next_url: str | None = None) -> str:
        """Open /signin/; returns the URL at the provider that it redirects to."""
        query = {"next": next_url} if next_url else {}
        response = self.client.get("/signin/", query)
        assert response.status_code == 302, response.content
        return str(response.headers["Location"])

    def choose(self, authorize_url: str, persona: str = "approver") -> str:
        """Choose a persona at the provider; returns path and query of the redirect to us."""
        answer = self.elsewhere.post(
            authorize_url, data={"persona": persona}, allow_redirects=False, timeout=5
        )
        assert answer.status_code in {302, 303}, answer.text
        back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == PUBLIC_URL
        return f"{back.path}?{back.query}"

    def sign_in(self, persona: str = "approver", next_url: str | None = None) -> HttpResponse:
        """The whole sign-in round trip; returns our response to the callback."""
        return self.client.get(self.choose(self.start(next_url), persona))  # type: ignore[return-value]

    @property
    def session_key(self) -> str:
        return self.client.cookies["session"].value

    def another_session(self, *, is_widget: bool) -> str:
        """Another session of the person at the same provider; the key of its row."""
        session = SessionStore()
        session.update(dict(self.client.session.items()))
        session.save()
        held = tokens_of(self.client.session)
        assert held is not None
        keep(session, held)
        row = session_row(session)
        if is_widget:
            FramedSession.objects.create(session_id=row, started_by="elsewhere")
        return row

    def post(self, path: str) -> HttpResponse:
        """POST with a CSRF token, taken from the refusal of a stale form."""
        refused = self.client.post(path, headers={"HX-Request": "true"})
        token = json.loads(refused.headers["HX-Trigger"])["csrf:renewed"]["token"]
        return self.client.post(path, {"csrfmiddlewaretoken": token})  # type: ignore[return-value]


@pytest.fixture
def visitor(db: None) -> Iterator[Visitor]:
    """A browser without cookies."""
    made = Visitor()
    yield made
    made.elsewhere.close()


def query_of(url: str) -> dict[str, str]:
    """The query of a URL, one value per name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
