"""ISC's own OAuth: no discovery, no id_token, no published keys.

`state` and PKCE protect the sign-in; the tenant itself sends the token response, over TLS.
"""

from collections.abc import Mapping
from typing import Any

from taskmanager.core.addresses import checked_address
from taskmanager.signin.errors import RefreshRefused
from taskmanager.signin.providers import claims
from taskmanager.signin.providers.base import Provider, checked_endpoints
from taskmanager.signin.values import SignedIn, Tokens

ENDPOINTS = {"authorizeEndpoint": "authorization_endpoint", "tokenEndpoint": "token_endpoint"}


class IscOAuth(Provider):
    """Addresses from {ISC_BASE_URL}/oauth/info, identity from the token response."""

    can_revoke = False

    def fetch_metadata(self) -> dict[str, Any]:
        """The tenant says where to sign in: vanity and regional hosts differ."""
        info = self.read_json(f"{self.issuer}/oauth/info")
        endpoints = {ours: info[theirs] for theirs, ours in ENDPOINTS.items()}
        metadata = checked_endpoints(endpoints, needed=set(ENDPOINTS.values()))
        # ISC's documentation sends the client's secret in the body.
        method = "client_secret_post" if self.config.client_secret else "none"
        metadata["token_endpoint_auth_method"] = method
        if isinstance(info.get("logoutUrl"), str):
            metadata["logout_url"] = checked_address(info["logoutUrl"])
        return metadata

    def signed_in(self, token: Mapping[str, Any], nonce: str) -> SignedIn:
        known = claims.merged(token, claims.payload_of(token["access_token"]))
        # SailPoint does not document this address. It is used for the name only: who the person
        # is, the token alone decides. `name` is an alias here.
        userinfo = self.userinfo(f"{self.issuer}/oauth/userinfo", token["access_token"]) or {}
        name = {"name": claims.text(userinfo, "displayName", "name") or None}
        person = claims.person_from(claims.merged(known, name), self.config, "identity_id")
        tokens = Tokens.from_response(token, identity=person.id)
        return SignedIn(person, tokens, self.issuer, person.id, "")

    def renewed_claims(self, token: Mapping[str, Any], old: Tokens) -> Mapping[str, Any]:
        before = claims.payload_of(old.access_token).get("identity_id")
        known = claims.merged(token, claims.payload_of(token["access_token"]))
        after = known.get("identity_id")
        if before and after and before != after:
            raise RefreshRefused("the renewed token is about somebody else")
        return known

    def signout_url(self, tokens: Tokens | None, *, back_to: str, state: str) -> str | None:
        """ISC's logout page, which does not lead back to us."""
        url: str | None = self.metadata().get("logout_url")
        return url
