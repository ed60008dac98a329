"""The OpenID Connect profile: the person comes from a verified id_token."""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

from collections.abc import Mapping
from typing import Any, Final

from authlib.common.urls import add_params_to_uri
from authlib.oidc.core import CodeIDToken
from joserfc import jwt

from taskmanager.signin.errors import RefreshRefused, SignInRefused
from taskmanager.signin.providers import claims
from taskmanager.signin.providers.base import Provider, checked_endpoints
from taskmanager.signin.providers.jwt import ALGORITHMS, LEEWAY, Verifier
from taskmanager.signin.values import ProviderConfig, SignedIn, Tokens

NEEDED: Final = {"authorization_endpoint", "token_endpoint", "jwks_uri"}


class OpenIdConnect(Provider):
    """Discovery, id_token checks and RP-initiated logout."""

    def __init__(self, config: ProviderConfig) -> None:
        super().__init__(config)
        self._verifier = Verifier(lambda: self.read_json(self.metadata()["jwks_uri"]))

    def fetch_metadata(self) -> dict[str, Any]:
        """The discovery document of exactly the issuer that was configured."""
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = checked_endpoints(self.read_json(url), needed=NEEDED)
        if metadata.get("issuer") != self.issuer:
            raise ValueError("discovery names another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [
            algorithm for algorithm in offered if algorithm in ALGORITHMS
        ]
        for endpoint in ("token_endpoint", "revocation_endpoint"):
            methods = metadata.get(f"{endpoint}_auth_methods_supported")
            metadata[f"{endpoint}_auth_method"] = self._auth_method(methods)
        return metadata

    def _auth_method(self, offered: list[str] | None) -> str:
        if not self.config.client_secret:
            return "none"
        basic = "client_secret_basic"
        return basic if not offered or basic in offered else "client_secret_post"

    def decoded(self, token: str) -> jwt.Token:
        """A JWT whose signature is the provider's. Raises what `Verifier.decode` raises."""
        algorithms = self.metadata()["id_token_signing_alg_values_supported"]
        return self._verifier.decode(token, algorithms=algorithms)

    def verified(self, token: Mapping[str, Any], nonce: str | None) -> dict[str, Any]:
        """The id_token's claims after all checks. Raises JoseError or SignInRefused."""
        if not token.get("id_token"):
            raise SignInRefused("not_verified", "no id_token")
        decoded, client_id = self.decoded(token["id_token"]), self.config.client_id
        id_token = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                # Without this, a token for another client passes if only its `azp` names us.
                "aud": {"essential": True, "value": client_id},
            },
            {"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
        )
        id_token.validate(leeway=LEEWAY)
        return dict(id_token)

    def signed_in(self, token: Mapping[str, Any], nonce: str) -> SignedIn:
        if not nonce:
            raise SignInRefused("not_verified", "no nonce was sent")
        verified = self.verified(token, nonce)
        subject = str(verified["sub"])
        everything = claims.merged(
            verified,
            self._userinfo(verified, token["access_token"]),
            claims.payload_of(token["access_token"]),
        )
        person = claims.person_from(everything, self.config, "identity_id", "sub")
        sid = claims.text(verified, "sid")
        return SignedIn(person, Tokens.from_response(token), self.issuer, subject, sid)

    def _userinfo(self, verified: Mapping[str, Any], access_token: str) -> dict[str, Any]:
        """More claims, if the id_token lacks some; they must be the same person's."""
        wanted = {self.config.identity_claim or "identity_id", self.config.admin_claim, "name"}
        endpoint = self.metadata().get("userinfo_endpoint")
        if endpoint is None or wanted <= verified.keys():
            return {}
        userinfo = self.userinfo(endpoint, access_token)
        if userinfo is not None and userinfo.get("sub") != verified["sub"]:
            raise SignInRefused("not_verified", "userinfo is about somebody else")
        return userinfo or {}

    def check_renewed(self, token: Mapping[str, Any], old: Tokens) -> None:
        if not token.get("id_token"):
            return
        renewed = self.verified(token, None)
        if old.id_token and claims.payload_of(old.id_token).get("sub") != renewed["sub"]:
            raise RefreshRefused("the renewed id_token is about somebody else")

    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        endpoint = self.metadata().get("end_session_endpoint")
        if endpoint is None:
            return None
        hint = {"id_token_hint": tokens.id_token} if tokens and tokens.id_token else {}
        parameters = {"post_logout_redirect_uri": back_to, "client_id": self.config.client_id}
        url: str = add_params_to_uri(endpoint, {**hint, **parameters, "state": state})
        return url
