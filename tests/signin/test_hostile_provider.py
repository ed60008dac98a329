"""A forged or invalid response of the provider leads to an error page and no session."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from taskmanager.signin.providers.openid import OpenIdConnect
from taskmanager.signin.providers.registry import configured_provider
from tests.signin.conftest import Provider, Visitor, query_of

ANOTHER_KEY = RSAKey.generate_key(2048)


def forged(
    peer: Provider,
    token: dict[str, Any],
    *,
    key: Any = None,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> dict[str, Any]:
    """The token response with a changed id_token; None removes a claim."""
    true_key = peer.sandbox.tokens.key
    head = {"alg": "RS256", "kid": true_key.kid, **(header or {})}
    body = {**jwt.decode(token["id_token"], true_key, ["RS256"]).claims, **claims}
    body = {name: value for name, value in body.items() if value is not None}
    if head["alg"] in {"none", "HS256"}:  # libraries refuse to sign with these algorithms
        return {**token, "id_token": _by_hand(head, body, key or b"")}
    return {**token, "id_token": jwt.encode(head, body, key or true_key)}


def _by_hand(header: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body)]
    signed = b".".join(parts)
    signature = hmac.digest(secret, signed, "sha256") if header["alg"] == "HS256" else b""
    return b".".join([signed, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


FORGERIES: dict[str, Callable[[Provider, dict[str, Any]], dict[str, Any]]] = {
    "another issuer": lambda p, t: forged(p, t, iss="https://evil.example"),
    "no issuer": lambda p, t: forged(p, t, iss=None),
    "another audience": lambda p, t: forged(p, t, aud="somebody-else"),
    "another audience, us as azp": lambda p, t: forged(
        p, t, aud="somebody-else", azp=p.sandbox.client.client_id
    ),
    "no audience": lambda p, t: forged(p, t, aud=None),
    "another nonce": lambda p, t: forged(p, t, nonce="replayed"),
    "no nonce": lambda p, t: forged(p, t, nonce=None),
    "expired": lambda p, t: forged(p, t, exp=int(time.time()) - 3600),
    "no expiry": lambda p, t: forged(p, t, exp=None),
    "from the future": lambda p, t: forged(p, t, iat=int(time.time()) + 3600),
    "no subject": lambda p, t: forged(p, t, sub=None),
    "another access token": lambda p, t: forged(p, t, at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "another key": lambda p, t: forged(p, t, key=ANOTHER_KEY),
    "an unknown key": lambda p, t: forged(p, t, key=ANOTHER_KEY, header={"kid": "unknown"}),
    "the public key as a secret": lambda p, t: forged(
        p, t, key=p.sandbox.tokens.key.as_pem(private=False), header={"alg": "HS256"}
    ),
    "our secret": lambda p, t: forged(
        p, t, key=p.sandbox.client.secret.encode(), header={"alg": "HS256"}
    ),
    "no signature": lambda p, t: forged(p, t, header={"alg": "none"}),
    "no id_token": lambda _, t: {k: v for k, v in t.items() if k != "id_token"},
    "not a token": lambda _, t: {**t, "id_token": "eyJ.eyJ.eyJ"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_id_token_is_refused(openid: Provider, visitor: Visitor, forgery: str) -> None:
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda metadata: {
            **metadata,
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        },
    )
    openid.tamper("/openid/token", lambda token: FORGERIES[forgery](openid, token))

    response = visitor.sign_in("admin")

    assert response.status_code == 400, response.content
    assert "could not be verified" in response.content.decode()
    assert visitor.client.session.get("person") is None


def test_the_forging_itself_is_sound(openid: Provider, visitor: Visitor) -> None:
    openid.tamper("/openid/token", lambda token: forged(openid, token, name="Still me"))

    assert visitor.sign_in("admin").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://evil.example/keys"},
        {"authorization_endpoint": None},
    ],
)
def test_discovery_that_lies_is_not_used(
    openid: Provider, visitor: Visitor, change: dict[str, str | None]
) -> None:
    openid.tamper("/.well-known/openid-configuration", lambda metadata: {**metadata, **change})

    response = visitor.client.get("/signin/")

    assert response.status_code == 503
    assert "does not answer" in response.content.decode()


def test_metadata_cannot_switch_off_the_checks_of_tls(openid: Provider, visitor: Visitor) -> None:
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda metadata: {**metadata, "verify": False, "scope": "evil", "client_id": "evil"},
    )

    assert query_of(visitor.start())["client_id"] == openid.sandbox.client.client_id
    assert visitor.sign_in().status_code == 302


@pytest.mark.parametrize("sender", ["https://evil.example", None])
def test_an_answer_that_names_another_issuer_is_refused(
    openid: Provider, visitor: Visitor, sender: str | None
) -> None:
    sent = query_of(visitor.choose(visitor.start()))
    if sender is None:
        del sent["iss"]
    else:
        sent["iss"] = sender

    response = visitor.client.get("/signin/callback/", sent)

    assert response.status_code == 400
    assert openid.count("/openid/token") == 0  # the code was not sent


def test_userinfo_about_somebody_else_is_refused(openid: Provider, visitor: Visitor) -> None:
    openid.tamper("/openid/token", lambda token: forged(openid, token, name=None))
    openid.tamper("/openid/userinfo", lambda info: {**info, "sub": "somebody-else"})

    assert visitor.sign_in("approver").status_code == 400


def test_unknown_keys_do_not_make_us_fetch_without_end(openid: Provider, visitor: Visitor) -> None:
    openid.tamper("/openid/token", lambda token: forged(openid, token, header={"kid": "made up"}))

    for _ in range(3):
        visitor.sign_in("approver")

    assert openid.count("/openid/jwks") == 1


def test_two_who_sign_in_first_and_at_once_both_find_the_keys(openid: Provider) -> None:
    openid.sandbox.fault("GET", "/openid/jwks", latency=0.3)
    provider = configured_provider()
    assert isinstance(provider, OpenIdConnect)
    provider.metadata()
    head, body = {"alg": "RS256", "kid": openid.sandbox.tokens.key.kid}, {"sub": "anybody"}
    token = jwt.encode(head, body, openid.sandbox.tokens.key)

    with ThreadPoolExecutor(2) as two:
        found = list(two.map(provider.decoded, [token, token]))

    assert [each.claims for each in found] == [body, body]
    assert openid.count("/openid/jwks") == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_is_good_for_one_use_is_never_posted_twice(
    openid: Provider, visitor: Visitor, status: int
) -> None:
    openid.sandbox.fault("POST", "/openid/token", status=status)

    assert visitor.sign_in().status_code == 503
    assert openid.count("/openid/token") == 1


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/openid/jwks"])
def test_a_read_is_repeated_once_after_a_gateway_error(
    openid: Provider, visitor: Visitor, path: str
) -> None:
    openid.sandbox.fault("GET", path, status=502)

    assert visitor.sign_in().status_code == 302
    assert openid.count(path) == 2


def test_a_rotated_key_is_found(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("approver")
    monkeypatch.setattr("taskmanager.signin.providers.jwt.KEYS_RETRY_SECONDS", 0)
    fresh = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    openid.tamper(
        "/openid/token", lambda t: forged(openid, t, key=fresh, header={"kid": fresh.kid})
    )
    openid.tamper("/openid/jwks", lambda _: {"keys": [fresh.as_dict(private=False)]})

    assert visitor.sign_in("approver").status_code == 302


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/openid/token", "/openid/jwks"]
)
def test_redirects_of_the_provider_are_not_followed(
    openid: Provider, visitor: Visitor, path: str
) -> None:
    openid.tampering.redirects.add(path)
    sent = visitor.client.get("/signin/")
    if sent.status_code == 302:
        sent = visitor.client.get(visitor.choose(sent.headers["Location"]))

    assert sent.status_code == 503
    assert openid.count("/elsewhere") == 0
    assert visitor.client.session.get("person") is None


@pytest.mark.parametrize("how", [{"html": True}, {"truncate": True}, {"status": 500}])
def test_nonsense_instead_of_tokens_is_a_page_in_words(
    openid: Provider, visitor: Visitor, how: dict[str, object]
) -> None:
    way_back = visitor.choose(visitor.start())
    openid.sandbox.fault("POST", "/openid/token", **how)

    response = visitor.client.get(way_back)

    assert response.status_code == 503
    assert "does not answer" in response.content.decode()


def test_a_userinfo_that_does_not_answer_is_done_without(
    openid: Provider, visitor: Visitor
) -> None:
    openid.tamper("/openid/token", lambda token: forged(openid, token, name=None))
    openid.sandbox.fault("GET", "/openid/userinfo", status=500)

    assert visitor.sign_in("approver").status_code == 302
    assert visitor.client.session["person"]["name"] == openid.sandbox.persona("approver").alias
