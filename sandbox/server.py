"""The tenant as a WSGI application, and a threaded server for it on loopback."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from joserfc.jwk import RSAKey
from werkzeug.exceptions import HTTPException

from sandbox import replies
from sandbox.authorize import current_sign_in
from sandbox.behaviour import Behaviour
from sandbox.clients import DASHBOARD_CLIENT_ID, Client, access_token_clients
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.gate import Gate
from sandbox.handle import Sandbox
from sandbox.isc_api import WorkItemsApi
from sandbox.limits import REQUESTS, RateLimit
from sandbox.oauth import IscOAuth, switch_person
from sandbox.openid import OpenIdProvider
from sandbox.pages import HOME, page
from sandbox.people import personas
from sandbox.serving import TenantServer
from sandbox.state import World, persona_counts
from sandbox.storage import Storage
from sandbox.tokens import Tokens, process_key

ACCESS_SECONDS = 749


@dataclass(frozen=True)
class Options:
    """Options of the tenant. With `issuer=None` each request's own address is the issuer."""

    state_path: Path | None = None
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    backchannel_logout_uri: str | None = None
    client_secret: str | None = None
    public_client: bool = False
    issuer: str | None = None
    access_token_seconds: int = ACCESS_SECONDS
    rate_limit: int | None = REQUESTS
    latency: float = 0.0


class SandboxApp(Flask):
    """The tenant's Flask app; tests and scripts control it through `sandbox`."""

    sandbox: Sandbox


def create_app(**options: Any) -> SandboxApp:
    """A new tenant. Takes the fields of `Options`; without a state path it stays in memory."""
    chosen = Options(**options)
    storage = Storage(chosen.state_path)
    clock = Clock()
    key = _kept(storage, "key", process_key().as_dict(private=True))
    tokens = Tokens(RSAKey.import_key(key), storage, clock, chosen.access_token_seconds)
    clients = access_token_clients(storage)
    clients[DASHBOARD_CLIENT_ID] = _dashboard_client(chosen, storage)
    app = SandboxApp(__name__, static_folder=None)
    app.secret_key = _kept(storage, "cookies", secrets.token_hex(32))
    app.config.update(SESSION_COOKIE_NAME="sandbox_provider", SESSION_COOKIE_SAMESITE="Lax")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    gate = Gate(app.wsgi_app, tokens, chosen.latency)
    app.wsgi_app = gate  # type: ignore[method-assign]
    world, limit = World(storage, clock), RateLimit(clock, chosen.rate_limit)
    app.sandbox = Sandbox(world, tokens, gate, limit, clients, Behaviour())
    _register(app, chosen.issuer)
    return app


def _kept(storage: Storage, name: str, fresh: Any) -> Any:
    """A stored secret of the tenant; on the first start, store and return `fresh`."""
    kept = storage.load("secret")
    if name not in kept:
        storage.put("secret", name, fresh)
    return kept.get(name, fresh)


def _dashboard_client(options: Options, storage: Storage) -> Client:
    secret = options.client_secret or _kept(storage, "client", secrets.token_hex(32))
    return Client(
        client_id=DASHBOARD_CLIENT_ID,
        secret=None if options.public_client else secret,
        grant_types=["authorization_code", "refresh_token"],
        redirect_uris=options.redirect_uris,
        post_logout_redirect_uris=options.post_logout_redirect_uris,
        backchannel_logout_uri=options.backchannel_logout_uri,
    )


def _register(app: SandboxApp, issuer: str | None) -> None:
    sandbox = app.sandbox

    def base_url() -> str:
        return issuer or request.url_root.rstrip("/")

    WorkItemsApi(sandbox.world, sandbox.limit, sandbox.behaviour).register(app)
    IscOAuth(sandbox.clients, sandbox.tokens, base_url).register(app)
    OpenIdProvider(sandbox.clients, sandbox.tokens, base_url).register(app)
    Control(sandbox).register(app)
    app.add_url_rule("/", "home", lambda: _home(sandbox))
    app.add_url_rule("/switch", "switch", switch_person, methods=["POST"])
    app.before_request(_name_request)
    app.after_request(_answer_name)
    app.register_error_handler(HTTPException, _gateway_error)


def _name_request() -> None:
    g.request_id = replies.new_request_id()


def _answer_name(response: Response) -> Response:
    response.headers["SLPT-Request-ID"] = g.request_id
    return response


def _gateway_error(error: HTTPException) -> tuple[Response, int]:
    return replies.gateway(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)


def _home(sandbox: Sandbox) -> Response:
    counts = persona_counts(sandbox.world)
    people = [(persona, counts[persona.key]) for persona in personas().values()]
    sign_in = current_sign_in()
    return page(HOME, "Acme", people=people, current=sign_in.persona if sign_in else None)


def make_tenant_server(app: Flask, port: int, host: str = "127.0.0.1") -> TenantServer:
    """Call `serve_forever()` in a thread; stop it with `shutdown()` and `server_close()`."""
    return TenantServer((host, port), app)
