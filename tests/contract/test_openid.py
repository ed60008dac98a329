"""The OpenID provider: what only this profile has."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from sandbox.server import SandboxApp, create_app
from tests.contract.conftest import CALLBACK, ISSUER, SIGNED_OUT
from tests.contract.sign_in_steps import SignInSteps, sent_back


@pytest.fixture
def steps(tenant: SandboxApp) -> SignInSteps:
    return SignInSteps(tenant, "/openid")


def verified(steps: SignInSteps, token: str) -> jwt.Token:
    """The token, with its signature checked against the published keys."""
    keys = KeySet.import_key_set(steps.backend.get("/openid/jwks").json)
    return jwt.decode(token, keys, ["RS256"])


def test_discovery_names_only_what_exists(steps: SignInSteps) -> None:
    found = steps.backend.get("/.well-known/openid-configuration").json
    assert found["issuer"] == ISSUER
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    endpoints = [name for name in found if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) == 6
    for name in endpoints:
        path = found[name].removeprefix(ISSUER)
        assert steps.backend.get(path).status_code != 404, name


def test_the_issuer_follows_the_address_unless_it_is_given() -> None:
    client = create_app().test_client()
    found = client.get("/.well-known/openid-configuration", base_url="http://localhost:8700").json
    assert found["issuer"] == "http://localhost:8700"


def test_the_published_keys_are_public(steps: SignInSteps) -> None:
    (key,) = steps.backend.get("/openid/jwks").json["keys"]
    assert set(key) >= {"kid", "n", "e", "kty"}
    assert not {"d", "p", "q"} & set(key)


def test_the_id_token_says_who_when_and_for_whom(tenant: SandboxApp, steps: SignInSteps) -> None:
    token = verified(steps, steps.sign_in("admin", nonce="once")["id_token"])
    persona = tenant.sandbox.persona("admin")
    claims = token.claims
    assert token.header["kid"] == tenant.sandbox.tokens.key.kid
    assert (claims["iss"], claims["aud"]) == (ISSUER, steps.client.client_id)
    assert (claims["sub"], claims["nonce"]) == (persona.subject, "once")
    assert (claims["identity_id"], claims["authorities"]) == (persona.id, ["ORG_ADMIN"])
    assert (claims["preferred_username"], claims["name"]) == (persona.alias, persona.name)
    assert claims["exp"] > claims["iat"] >= claims["auth_time"]
    assert {"at_hash", "sid", "email"} <= set(claims)


def test_userinfo_and_a_refreshed_id_token_agree_with_it(steps: SignInSteps) -> None:
    tokens = steps.sign_in("approver")
    before = verified(steps, tokens["id_token"]).claims
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    info = steps.backend.get("/openid/userinfo", headers=headers).json
    assert {name: before[name] for name in info} == info
    after = verified(steps, steps.refresh(tokens["refresh_token"]).json["id_token"]).claims
    for name in ("iss", "aud", "sub", "sid", "auth_time"):
        assert after[name] == before[name]
    assert "nonce" not in after


def test_an_id_token_or_a_refresh_token_is_no_bearer_token(steps: SignInSteps) -> None:
    tokens = steps.sign_in()
    for name in ("id_token", "refresh_token"):
        assert steps.count(tokens[name]).status_code == 401


def test_every_answer_to_the_client_carries_the_issuer(steps: SignInSteps) -> None:
    assert sent_back(steps.authorize())["iss"] == ISSUER
    refused = sent_back(steps.authorize(response_type="token"))
    assert (refused["error"], refused["iss"]) == ("unsupported_response_type", ISSUER)


@pytest.mark.parametrize(
    "missing",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"nonce": None},
    ],
    ids=str,
)
def test_pkce_and_nonce_are_required(steps: SignInSteps, missing: dict[str, str | None]) -> None:
    back = sent_back(steps.authorize(**missing))
    assert (back["error"], back["state"]) == ("invalid_request", "the-state")


def test_prompt_none_does_not_ask(steps: SignInSteps) -> None:
    assert sent_back(steps.authorize(prompt="none"))["error"] == "login_required"
    steps.sign_in()
    assert "code" in sent_back(steps.authorize(prompt="none"))


def end_session(steps: SignInSteps, **query: Any) -> Any:
    query = {"client_id": steps.client.client_id, "state": "bye", **query}
    return steps.browser.get("/openid/end-session", query_string=query)


def test_the_end_of_the_session_ends_its_refresh_tokens(steps: SignInSteps) -> None:
    tokens = steps.sign_in()
    hint = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT}
    reply = end_session(steps, **hint)
    assert reply.headers["Location"] == f"{SIGNED_OUT}?state=bye"
    assert steps.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert steps.authorize(None).status_code == 200


def test_nobody_is_sent_to_an_unregistered_address(steps: SignInSteps) -> None:
    hint = {"id_token_hint": steps.sign_in()["id_token"]}
    reply = end_session(steps, post_logout_redirect_uri="https://evil.example/", **hint)
    assert (reply.status_code, "Signed out" in reply.text) == (200, True)


def test_without_a_hint_the_person_is_asked_first(steps: SignInSteps) -> None:
    tokens = steps.sign_in()
    assert "Sign out?" in end_session(steps).text
    assert end_session(steps, id_token_hint="forged").status_code == 400
    tokens = steps.refresh(tokens["refresh_token"]).json
    assert "Signed out" in steps.browser.post("/openid/end-session").text
    assert steps.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_revocation_takes_either_token(steps: SignInSteps) -> None:
    auth = (steps.client.client_id, steps.client.secret or "")
    for name in ("access_token", "refresh_token"):
        tokens = steps.sign_in()
        reply = steps.backend.post("/openid/revoke", data={"token": tokens[name]}, auth=auth)
        assert reply.status_code == 200
        refreshed = steps.refresh(tokens["refresh_token"]).status_code
        assert refreshed == (400 if name == "refresh_token" else 200)
        assert steps.count(tokens["access_token"]).status_code == (
            401 if name == "access_token" else 200
        )
    assert steps.backend.post("/openid/revoke", data={"token": "x"}).status_code == 401
    unknown = steps.backend.post("/openid/revoke", data={"token": "x"}, auth=auth)
    assert unknown.status_code == 200


class Listener(BaseHTTPRequestHandler):
    """A server that stores the form it receives."""

    received: list[dict[str, list[str]]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.received.append(parse_qs(self.rfile.read(length).decode()))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    Listener.received = []
    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_client_is_sent_a_logout_token(listener: HTTPServer) -> None:
    address = f"http://127.0.0.1:{listener.server_port}/"
    app = create_app(redirect_uris=[CALLBACK], issuer=ISSUER, backchannel_logout_uri=address)
    steps = SignInSteps(app, "/openid")
    id_token = steps.sign_in()["id_token"]
    end_session(steps, id_token_hint=id_token)
    (form,) = Listener.received
    token = verified(steps, form["logout_token"][0])
    assert token.header["typ"] == "logout+jwt"
    assert token.claims["sid"] == verified(steps, id_token).claims["sid"]
    assert token.claims["aud"] == steps.client.client_id
    assert "nonce" not in token.claims
    assert "http://schemas.openid.net/event/backchannel-logout" in token.claims["events"]
