"""The OAuth clients of the tenant: the dashboard's, and one per personal access token."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin

from sandbox.people import Persona, personas
from sandbox.storage import Storage

DASHBOARD_CLIENT_ID = "my-tasks-sandbox"
KNOWN_SCOPES = ("openid", "profile", "email", "offline_access", "sp:scopes:all")
ISC_SCOPES = ("sp:scopes:all", "sp:scopes:default")


@dataclass
class Client(ClientMixin):
    """A client without `secret` is public; one with `persona` is a personal access token."""

    client_id: str
    secret: str | None
    grant_types: Sequence[str]
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    backchannel_logout_uri: str | None = None
    persona: Persona | None = None
    scopes: Sequence[str] = field(default=(*KNOWN_SCOPES, *ISC_SCOPES))

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        """Read by Authlib's end-session endpoint."""
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return self.redirect_uris[0] if self.redirect_uris else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """None makes Authlib answer `invalid_scope`: ISC refuses `all` together with `default`."""
        wanted = [name for name in (scope or "").split() if name in self.scopes]
        if set(ISC_SCOPES) <= set(wanted):
            return None
        return " ".join(dict.fromkeys(wanted)) or ISC_SCOPES[0]

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return self.secret is not None and secrets.compare_digest(client_secret, self.secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if self.secret is None:
            return method == "none"
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


def access_token_clients(storage: Storage) -> dict[str, Client]:
    """One personal access token per persona, keyed by client id; stable across restarts."""
    kept = storage.load("pat")
    clients = {}
    for persona in personas().values():
        pat = kept.get(persona.key) or [secrets.token_hex(16), secrets.token_hex(32)]
        if persona.key not in kept:
            storage.put("pat", persona.key, pat)
        clients[pat[0]] = Client(pat[0], pat[1], ["client_credentials"], persona=persona)
    return clients
