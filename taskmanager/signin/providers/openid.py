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
from taskmanager.signin.providers.base import Provider, checked_endpoints, unavailable_on_errors
from taskmanager.signin.providers.jwt import ALGORITHMS, LEEWAY, Verifier
from taskmanager.signin.values import ProviderConfig, SignedIn, Tokens

NEEDED: Final = {"authorization_endpoint", "token_endpoint", "jwks_uri"}


class OpenIdConnect(Provider):
    """Discovery, id_token checks and RP-initiated logout."""

    def __init__(self, config: ProviderConfig) -> None:
        super().__init__(config)
        self._verifier = Verifier(self._fetch_keys)

    def _fetch_keys(self) -> dict[str, Any]:
        address = self.metadata()["jwks_uri"]
        with unavailable_on_errors("keys"):
            return self.read_json(address)

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
        wanted = {self.identity_claim, self.config.admin_claim, "name"}
        userinfo = self._userinfo(wanted - verified.keys(), subject, token["access_token"])
        payload = claims.payload_of(token["access_token"])
        everything = claims.merged(verified, userinfo or {}, payload)
        person = claims.person_from(everything, self.config, "identity_id", "sub")
        sid = claims.text(verified, "sid")
        tokens = Tokens.from_response(token, identity=person.id)
        return SignedIn(person, tokens, self.issuer, subject, sid)

    def _userinfo(
        self, lacking: set[str], subject: str, access_token: str
    ) -> dict[str, Any] | None:
        """More claims, if the id_token lacks some; they must be the same person's.

        None when the address does not answer.
        """
        endpoint = self.metadata().get("userinfo_endpoint")
        if endpoint is None or not lacking:
            return {}
        userinfo = self.userinfo(endpoint, access_token)
        if userinfo is not None and userinfo.get("sub") != subject:
            raise SignInRefused("not_verified", "userinfo is about somebody else")
        return userinfo

    def renewed_claims(self, token: Mapping[str, Any], old: Tokens) -> Mapping[str, Any]:
        before = claims.payload_of(old.id_token or "")
        verified = self.verified(token, None) if token.get("id_token") else {}
        if verified and before and before.get("sub") != verified["sub"]:
            raise RefreshRefused("the renewed id_token is about somebody else")
        # What an id_token has said only an id_token says anew, and a refresh may come without.
        said = claims.merged(verified or before)
        lacking = {self.identity_claim, self.config.admin_claim} - said.keys()
        subject = str(said.get("sub", ""))
        userinfo = self._userinfo(lacking, subject, token["access_token"]) if subject else {}
        if userinfo is None:
            return verified
        more = claims.merged(userinfo, claims.payload_of(token["access_token"]))
        return {**{name: more[name] for name in lacking if name in more}, **verified}

    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        endpoint = self.metadata().get("end_session_endpoint")
        if endpoint is None:
            return None
        hint = {"id_token_hint": tokens.id_token} if tokens and tokens.id_token else {}
        parameters = {"post_logout_redirect_uri": back_to, "client_id": self.config.client_id}
        url: str = add_params_to_uri(endpoint, {**hint, **parameters, "state": state})
        return url
