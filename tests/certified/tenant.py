"""The sandbox tenant behind middleware that accepts the certified provider's tokens."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.people import personas
from sandbox.server import SandboxApp, create_app
from sandbox.serving import TenantServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

AUDIENCE = "urn:tests:work-items"  # as in tests/node/provider.mjs


class Tenant:
    """Verifies each access token as an API would and replaces it by a token of the sandbox.

    The person is found by `sub` alone, so a request for the right owner shows that the dashboard
    read the identity from the id_token. `bearers` are the received tokens.
    """

    def __init__(self, issuer: str) -> None:
        self.app: SandboxApp = create_app(rate_limit=None)
        self.issuer = issuer
        self.url = ""  # set by served()
        self.bearers: list[str] = []

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        self.bearers.append(token)
        try:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self._exchanged(token)}"
        except (JoseError, ValueError):
            environ.pop("HTTP_AUTHORIZATION", None)  # so that the sandbox answers with 401
        return self.app(environ, start_response)

    def forget(self) -> None:
        """Discard the tokens and calls recorded so far."""
        self.bearers.clear()
        self.app.sandbox.calls.clear()

    def _exchanged(self, token: str) -> str:
        keys = KeySet.import_key_set(requests.get(f"{self.issuer}/jwks", timeout=20).json())
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        essential = {"iss": self.issuer, "aud": AUDIENCE}
        JWTClaimsRegistry(
            exp={"essential": True},
            **{name: {"essential": True, "value": value} for name, value in essential.items()},
        ).validate(claims)
        person = personas()[claims["sub"]]
        return self.app.sandbox.tokens.access_token(person, DASHBOARD_CLIENT_ID, "sp:scopes:all")


@contextmanager
def served(tenant: Tenant) -> Iterator[None]:
    """Serve the tenant on a loopback socket."""
    server = TenantServer(("127.0.0.1", 0), tenant)
    tenant.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
