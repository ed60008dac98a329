"""The OAuth grants on Authlib's server side, shared by both sign-in profiles."""

# Authlib's server side has no annotations.
# mypy: disable-error-code="no-untyped-call"

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    InvalidRequestError,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Request

from sandbox.clients import ISC_SCOPES, Client
from sandbox.tokens import SignIn, Tokens, isc_fields

CODE_SECONDS = 60
AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class LoopbackRequest(FlaskOAuth2Request):
    """Makes Authlib accept plain http, because the tenant runs on loopback without TLS.

    As at ISC, token parameters may come in the query string as well as in the body.
    """

    def __init__(self, request: Request) -> None:
        address = request.url.replace("http://", "https://", 1)
        OAuth2Request.__init__(self, request.method, address, headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)  # type: ignore[assignment]

    @property
    def form(self) -> Mapping[str, str]:
        return self._request.values


@dataclass
class Code(AuthorizationCodeMixin):
    """An authorization code and the data stored with it until it is redeemed."""

    code: str
    sign_in: SignIn
    client_id: str
    redirect_uri: str | None
    scope: str
    nonce: str | None
    expires: float
    code_challenge: str | None
    code_challenge_method: str | None
    used: bool = False

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.sign_in.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd"]


@dataclass
class Refresh:
    """A refresh token that has just been redeemed."""

    sign_in: SignIn
    client_id: str
    scope: str

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client_id

    def get_scope(self) -> str:
        return self.scope


class Codes:
    """The issued authorization codes, in memory only: a restart discards them."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._codes: dict[str, Code] = {}
        self._lock = threading.Lock()

    def keep(self, code: Code) -> None:
        with self._lock:
            self._codes[code.code] = code

    def find(self, text: str, client_id: str) -> Code | None:
        """A second use of a code revokes the tokens of the first use (RFC 6749, 4.1.2)."""
        code = self._codes.get(text)
        if code is None or code.client_id != client_id:
            return None
        if code.used:
            self.tokens.revoke_family(code.sign_in.family)
            return None
        return code if code.expires > self.tokens.clock.now() else None

    def knows_nonce(self, nonce: str) -> bool:
        return any(code.nonce == nonce for code in list(self._codes.values()))


class SignInServer(AuthorizationServer):
    """One sign-in profile: its clients, its codes and the tokens of the tenant."""

    def __init__(self, clients: Mapping[str, Client], tokens: Tokens, codes: Codes) -> None:
        super().__init__()
        self.clients = clients
        self.tokens = tokens
        self.codes = codes
        self.register_token_generator("default", self.tokens_for)

    def query_client(self, client_id: str) -> Client | None:
        return self.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Stores nothing: tokens are signed, and `Tokens` stores each refresh family itself."""

    def create_oauth2_request(self, request: Request) -> LoopbackRequest:
        from flask import request as current  # noqa: PLC0415 - Authlib passes None

        return LoopbackRequest(current)

    def tokens_for(
        self,
        grant_type: str,
        client: Client,
        user: SignIn | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,  # noqa: FBT001, FBT002
    ) -> dict[str, Any]:
        """The token response with ISC's fields; without `user`, for a personal access token."""
        persona = user.persona if user else client.persona
        if persona is None:
            raise InvalidRequestError("The client speaks for nobody.")
        granted = client.get_allowed_scope(scope) or ISC_SCOPES[0]
        lifetime = self.tokens.access_seconds if expires_in is None else expires_in
        token = {
            "access_token": self.tokens.access_token(
                persona, client.client_id, with_isc_scope(granted), lifetime
            ),
            "token_type": "bearer",
            "expires_in": lifetime,
            "scope": granted,
            **isc_fields(persona),
            "jti": secrets.token_urlsafe(16),
        }
        if user and include_refresh_token:
            token["refresh_token"] = self.tokens.refresh_token(user, client.client_id, granted)
        return token


def with_isc_scope(granted: str) -> str:
    """Add the ISC scopes of the registered client, because OpenID scopes grant no API access."""
    return granted if set(ISC_SCOPES) & set(granted.split()) else f"{granted} {ISC_SCOPES[0]}"


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: SignInServer

    def save_authorization_code(self, code: str, request: Any) -> None:
        sent = request.payload.data
        self.server.codes.keep(
            Code(
                code=code,
                sign_in=request.user,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope or "",
                nonce=sent.get("nonce"),
                expires=self.server.tokens.clock.now() + CODE_SECONDS,
                code_challenge=sent.get("code_challenge"),
                code_challenge_method=sent.get("code_challenge_method"),
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.server.codes.find(code, client.client_id)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        authorization_code.used = True

    def authenticate_user(self, authorization_code: Code) -> SignIn:
        return authorization_code.sign_in


class RefreshGrant(grants.RefreshTokenGrant):
    """Strict rotation: the old token becomes invalid as soon as the new one is issued."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: SignInServer

    def authenticate_refresh_token(self, refresh_token: str) -> Refresh | None:
        found = self.server.tokens.redeem(refresh_token)
        if found is None:
            return None
        sign_in, claims = found
        return Refresh(sign_in, claims["client_id"], " ".join(claims["scope"]))

    def authenticate_user(self, refresh_token: Refresh) -> SignIn:
        return refresh_token.sign_in

    def revoke_old_credential(self, refresh_token: Refresh) -> None:
        """Does nothing: `redeem` has already invalidated it."""


class PersonalTokenGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012


class S256(CodeChallenge):
    """PKCE without the `plain` method; `required` applies to every client, not only public ones."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if self.required and not grant.request.payload.data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'", redirect_uri=redirect_uri)
        super().validate_code_challenge(grant, redirect_uri)
