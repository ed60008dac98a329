"""The OpenID Connect profile: the person comes from a verified id_token."""

# Authlib has no annotations.
# mypy: disallow-untyped-calls=False

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from taskmanager.signin import claims
from taskmanager.signin.errors import ProviderUnavailable, RefreshRefused, SignInRefused
from taskmanager.signin.provider import (
    METADATA_RETRY_SECONDS,
    Config,
    Provider,
    SignedIn,
    checked_endpoints,
)
from taskmanager.signin.tokens import Tokens, tokens_from

logger = logging.getLogger(__name__)

# Asymmetric and sound. `none` and the HMAC family are left out whatever the provider lists.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
KEYS_RETRY_SECONDS = 30  # an unknown key id may make us fetch the keys again this often
NEEDED = {"authorization_endpoint", "token_endpoint", "jwks_uri"}


class OpenIdConnect(Provider):
    """Discovery, id_token checks and RP-initiated logout."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._keys_lock = threading.Lock()
        self._keys_tried_at = 0.0

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
            metadata[f"{endpoint}_auth_method"] = self._auth_method(
                metadata.get(f"{endpoint}_auth_methods_supported")
            )
        metadata.pop("jwks", None)
        return metadata

    def _auth_method(self, offered: list[str] | None) -> str:
        if not self.config.client_secret:
            return "none"
        basic = "client_secret_basic"
        return basic if not offered or basic in offered else "client_secret_post"

    def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - Authlib's
        """Authlib fetches again for every unknown key id; anybody can make those up."""
        held = self.load_server_metadata().get("jwks")
        if held and not force:
            return dict(held)
        with self._keys_lock:  # who comes while another fetches them waits, and finds them held
            held = self.load_server_metadata().get("jwks")
            age = time.time() - self._keys_tried_at
            if held and (not force or age < KEYS_RETRY_SECONDS):
                return dict(held)
            if not held and age < METADATA_RETRY_SECONDS:
                raise ProviderUnavailable("keys: tried a moment ago")
            self._keys_tried_at = time.time()
            keys: dict[str, Any] = super().fetch_jwk_set(force=force)
            return keys

    def decoded(self, token: str) -> jwt.Token:
        """A JWT whose signature is the provider's. Raises JoseError, ValueError and the like."""
        offered = self.load_server_metadata()["id_token_signing_alg_values_supported"]
        registry = JWSRegistry(algorithms=offered, strict_check_header=False)
        try:
            return jwt.decode(token, self._keys(), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(token, self._keys(force=True), registry=registry)

    def _keys(self, *, force: bool = False) -> KeySet:
        return KeySet.import_key_set(self.fetch_jwk_set(force))  # type: ignore[arg-type]

    def verified(self, token: Mapping[str, Any], nonce: str | None) -> dict[str, Any]:
        """The id_token's claims after all checks. Raises JoseError or SignInRefused."""
        if not token.get("id_token"):
            raise SignInRefused("not_verified", "no id_token")
        return dict(
            self.parse_id_token(
                dict(token),
                nonce=nonce,
                claims_options={
                    "iss": {"essential": True, "value": self.issuer},
                    # Without this, `azp` alone would let another client's token in.
                    "aud": {"essential": True, "value": self.client_id},
                },
                leeway=60,
            )
        )

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
        chosen = self.config.identity_claim
        person = claims.person_from(
            everything,
            identity_claims=(chosen,) if chosen else ("identity_id", "sub"),
            admin_claim=self.config.admin_claim,
            admin_values=self.config.admin_values,
        )
        return SignedIn(
            person, tokens_from(token), self.issuer, subject, claims.text(verified, "sid")
        )

    def _userinfo(self, verified: Mapping[str, Any], access_token: str) -> dict[str, Any]:
        """More claims, if the id_token leaves something open; they must be the same person's."""
        wanted = {self.config.identity_claim or "identity_id", self.config.admin_claim, "name"}
        endpoint = self.load_server_metadata().get("userinfo_endpoint")
        if endpoint is None or wanted <= verified.keys():
            return {}
        try:
            userinfo = self.read_json(endpoint, bearer=access_token)
        except (requests.RequestException, ValueError) as error:
            logger.warning("userinfo does not answer: %s", error)
            return {}
        if userinfo.get("sub") != verified["sub"]:
            raise SignInRefused("not_verified", "userinfo is about somebody else")
        return userinfo

    def check_renewed(self, token: Mapping[str, Any], old: Tokens) -> None:
        if not token.get("id_token"):
            return
        renewed = self.verified(token, None)
        if old.id_token and claims.payload_of(old.id_token).get("sub") != renewed["sub"]:
            raise RefreshRefused("the renewed id_token is about somebody else")

    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        if "end_session_endpoint" not in self.load_server_metadata():
            return None
        url: str = self.create_logout_url(
            post_logout_redirect_uri=back_to,
            id_token_hint=tokens.id_token if tokens else None,
            state=state,
            client_id=self.client_id,
        )["url"]
        return url
