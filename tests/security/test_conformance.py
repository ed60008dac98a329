"""Modules of the OpenID relying-party conformance suite that the other tests do not mirror.

docs/security.md lists every module with the test that covers it.
"""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from taskmanager.signin.providers.jwt import ALGORITHMS
from tests.signin.conftest import Provider, Visitor
from tests.signin.test_hostile_provider import forged


def reissued(peer: Provider, token: dict[str, Any], header: dict[str, str], key: Any) -> Any:
    """An id_token with the same claims but exactly this header."""
    claims = jwt.decode(token["id_token"], peer.sandbox.tokens.key, ["RS256"]).claims
    return {**token, "id_token": jwt.encode(header, claims, key)}


def test_a_token_without_a_key_id_is_read_when_there_is_one_key(
    openid: Provider, visitor: Visitor
) -> None:
    """oidcc-client-test-kid-absent-single-jwks"""
    key = openid.sandbox.tokens.key
    openid.tamper("/openid/token", lambda token: reissued(openid, token, {"alg": "RS256"}, key))

    assert visitor.sign_in("approver").status_code == 302


def test_a_token_without_a_key_id_is_refused_when_there_are_several(
    openid: Provider, visitor: Visitor
) -> None:
    """oidcc-client-test-kid-absent-multiple-jwks, which leaves the choice to us"""
    key, other = openid.sandbox.tokens.key, RSAKey.generate_key(2048, {"kid": "other"})
    openid.tamper("/openid/token", lambda token: reissued(openid, token, {"alg": "RS256"}, key))
    openid.tamper(
        "/openid/jwks", lambda keys: {"keys": [*keys["keys"], other.as_dict(private=False)]}
    )

    assert visitor.sign_in("approver").status_code == 400


def test_an_id_token_without_its_date_is_refused(openid: Provider, visitor: Visitor) -> None:
    """oidcc-client-test-missing-iat"""
    openid.tamper("/openid/token", lambda token: forged(openid, token, iat=None))

    assert visitor.sign_in("approver").status_code == 400


@pytest.mark.parametrize(("signed_by_listed_key", "status"), [(True, 302), (False, 400)])
def test_elliptic_signatures_are_read_and_checked(
    openid: Provider, visitor: Visitor, signed_by_listed_key: bool, status: int
) -> None:
    """oidcc-client-test-idtoken-sig-es256 and -invalid-sig-es256"""
    listed, another = (ECKey.generate_key("P-256", {"kid": "ec"}) for _ in range(2))
    key = listed if signed_by_listed_key else another
    header = {"alg": "ES256", "kid": "ec"}
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda metadata: {**metadata, "id_token_signing_alg_values_supported": ["ES256"]},
    )
    openid.tamper("/openid/jwks", lambda _: {"keys": [listed.as_dict(private=False)]})
    openid.tamper("/openid/token", lambda token: reissued(openid, token, header, key))

    assert visitor.sign_in("approver").status_code == status


def test_an_algorithm_that_the_provider_does_not_list_is_refused(
    openid: Provider, visitor: Visitor
) -> None:
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda metadata: {**metadata, "id_token_signing_alg_values_supported": ["ES256"]},
    )

    assert visitor.sign_in("approver").status_code == 400
    assert not {"none", "HS256", "HS384", "HS512"} & set(ALGORITHMS)


def test_we_authenticate_with_basic_where_the_provider_does_not_say(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """oidcc-client-test-client-secret-basic"""
    methods: list[str] = []

    def takes_basic_only(method: str, _endpoint: str) -> bool:
        methods.append(method)
        return method == "client_secret_basic"

    monkeypatch.setattr(openid.sandbox.client, "check_endpoint_auth_method", takes_basic_only)
    unsaid = "token_endpoint_auth_methods_supported"
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda metadata: {name: value for name, value in metadata.items() if name != unsaid},
    )

    assert visitor.sign_in("approver").status_code == 302
    assert methods == ["client_secret_basic"]
