"""The steps of a sign-in, both the browser's and the dashboard's, for either profile."""

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import TestResponse

from sandbox.server import SandboxApp
from tests.contract.conftest import CALLBACK

if TYPE_CHECKING:
    from flask.testing import FlaskClient


class SignInSteps:
    """One browser and one OAuth client. `base` is /oauth or /openid."""

    def __init__(self, app: SandboxApp, base: str) -> None:
        self.base = base
        self.client = app.sandbox.client
        self.browser: FlaskClient = app.test_client()
        self.backend: FlaskClient = app.test_client()
        self.verifier = secrets.token_urlsafe(48)

    def authorize(self, persona: str | None = "approver", **more: Any) -> TestResponse:
        """GET, then POST of the sign-in page for a persona. Parameters of None are left out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": self.client.client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "state": "the-state",
            "nonce": secrets.token_hex(8),
            "scope": "openid profile email" if self.base == "/openid" else None,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **more,
        }
        query = {name: value for name, value in query.items() if value is not None}
        address = f"{self.base}/authorize"
        reply = self.browser.get(address, query_string=query)
        if reply.status_code == 200 and persona:
            return self.browser.post(address, query_string=query, data={"persona": persona})
        return reply

    def redeem(self, code: str, **more: Any) -> TestResponse:
        verifier = {"code_verifier": self.verifier}
        form = {"code": code, "redirect_uri": CALLBACK, **verifier, **more}
        return self.token(grant_type="authorization_code", **form)

    def refresh(self, refresh_token: str) -> TestResponse:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def token(self, **form: Any) -> TestResponse:
        """Parameters of None are left out, even the client's secret."""
        form = {"client_id": self.client.client_id, "client_secret": self.client.secret, **form}
        form = {name: value for name, value in form.items() if value is not None}
        return self.backend.post(f"{self.base}/token", data=form)

    def sign_in(self, persona: str = "approver", **more: Any) -> dict[str, Any]:
        reply = self.redeem(sent_back(self.authorize(persona, **more))["code"])
        assert reply.status_code == 200, reply.json
        tokens: dict[str, Any] = reply.json
        return tokens

    def count(self, access_token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.backend.get("/v2024/work-items/count", headers=headers)


def sent_back(reply: TestResponse) -> dict[str, str]:
    """The query parameters of the redirect to the dashboard."""
    assert reply.status_code == 302, reply.get_data(as_text=True)
    address = reply.headers["Location"]
    assert address.startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(address).query))
