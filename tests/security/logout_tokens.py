"""Makes valid and forged logout tokens."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Any

from joserfc import jwt
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

from sandbox.openid import LOGOUT_EVENT
from tests.signin.conftest import Provider

# Allows signing a token with an unknown critical header, which the product must refuse.
SIGNER = JWSRegistry(header_registry={"x": HeaderParameter("unknown to others", "int")})


def logout_token(
    peer: Provider, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """A logout token as the provider sends it, with changed claims; None removes a claim."""
    now = int(time.time())
    true_key = peer.sandbox.tokens.key
    head = {"alg": "RS256", "typ": "logout+jwt", "kid": true_key.kid, **(header or {})}
    body = {
        "iss": peer.url,
        "aud": peer.sandbox.client.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_hex(16),
        "events": {LOGOUT_EVENT: {}},
        **claims,
    }
    head = {name: value for name, value in head.items() if value is not None}
    body = {name: value for name, value in body.items() if value is not None}
    if head["alg"] in {"none", "HS256"}:  # libraries refuse to sign with these algorithms
        return _by_hand(head, body, key or b"")
    return jwt.encode(head, body, key or true_key, registry=SIGNER)


def _by_hand(header: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body)]
    signed = b".".join(parts)
    signature = hmac.digest(secret, signed, "sha256") if header["alg"] == "HS256" else b""
    return b".".join([signed, urlsafe_b64encode(signature).rstrip(b"=")]).decode()
