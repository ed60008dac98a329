"""The OpenID provider: discovery, authorize, token, userinfo, keys, end of session, revocation."""

# Authlib's server side has no annotations.
# mypy: disable-error-code="no-untyped-call"

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import requests
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, OpenIDToken
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask, Response, jsonify, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.wrappers import Response as AnyResponse

from sandbox import replies
from sandbox.authorize import authorize, current_sign_in, forget_sign_in
from sandbox.clients import KNOWN_SCOPES, Client
from sandbox.gate import CALLER
from sandbox.grants import S256, CodeGrant, Codes, RefreshGrant, SignInServer
from sandbox.pages import CONFIRM, SIGNED_OUT, page
from sandbox.people import Persona, personas_by_id
from sandbox.tokens import ALGORITHM, Caller, SignIn, Tokens

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def person_claims(persona: Persona, authorities: Iterable[str] = ()) -> dict[str, Any]:
    """The claims about a person, both for the id_token and for userinfo."""
    return {
        "sub": persona.subject,
        "identity_id": persona.id,
        "preferred_username": persona.alias,
        "name": persona.name,
        "email": persona.person.email,
        "authorities": list(authorities),
    }


class OpenIdProvider:
    """`issuer` returns the issuer identifier, without a trailing slash."""

    def __init__(
        self, clients: Mapping[str, Client], tokens: Tokens, issuer: Callable[[], str]
    ) -> None:
        self.issuer = issuer
        self.tokens = tokens
        self.clients = clients
        codes = Codes(tokens)
        self.server = SignInServer(clients, tokens, codes)
        self.server.register_grant(CodeGrant, [S256(required=True), CodeIdToken(self, codes)])
        self.server.register_grant(RefreshGrant, [RefreshIdToken(self)])
        self.server.register_endpoint(Revocation)
        self.server.register_endpoint(EndSession(self))
        self.issuer_parameter = ResponseIssuer(self)

    def register(self, app: Flask) -> None:
        for method, path, view in (
            ("GET", "/.well-known/openid-configuration", self.discovery),
            ("GET", "/openid/jwks", self.jwks),
            ("GET", "/openid/authorize", self.authorize),
            ("POST", "/openid/authorize", self.authorize),
            ("POST", "/openid/token", self.token),
            ("GET", "/openid/userinfo", self.userinfo),
            ("POST", "/openid/userinfo", self.userinfo),
            ("POST", "/openid/revoke", self.revoke),
            ("GET", "/openid/end-session", self.end_session),
            ("POST", "/openid/end-session", self.end_session),
        ):
            app.add_url_rule(path, f"openid {method} {path}", view, methods=[method])

    def discovery(self) -> Response:
        issuer = self.issuer()
        auth_methods = ["client_secret_basic", "client_secret_post", "none"]
        return jsonify(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/openid/authorize",
                "token_endpoint": f"{issuer}/openid/token",
                "userinfo_endpoint": f"{issuer}/openid/userinfo",
                "jwks_uri": f"{issuer}/openid/jwks",
                "revocation_endpoint": f"{issuer}/openid/revoke",
                "end_session_endpoint": f"{issuer}/openid/end-session",
                "scopes_supported": list(KNOWN_SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": auth_methods,
                "revocation_endpoint_auth_methods_supported": auth_methods,
                "code_challenge_methods_supported": ["S256"],
                "claims_supported": ["iss", "aud", "sid", *person_claims_names()],
                "authorization_response_iss_parameter_supported": True,
                "backchannel_logout_supported": True,
                "backchannel_logout_session_supported": True,
            }
        )

    def jwks(self) -> Response:
        return jsonify(self.tokens.jwks())

    def authorize(self) -> Response:
        return authorize(self.server, self.issuer_parameter.added_to)

    def token(self) -> Response:
        response: Response = self.server.create_token_response()
        return response

    def userinfo(self) -> Any:
        caller = request.environ[CALLER]
        if not isinstance(caller, Caller):
            return replies.unauthorized(caller)
        return jsonify(person_claims(personas_by_id()[caller.identity_id], caller.authorities))

    def revoke(self) -> Response:
        response: Response = self.server.create_endpoint_response("revocation")
        return response

    def end_session(self) -> AnyResponse:
        try:
            asked: Any = self.server.validate_endpoint_request("end_session")
        except OAuth2Error as error:
            refusal: Response = self.server.handle_error_response(None, error)
            return refusal
        if asked.needs_confirmation and request.method == "GET":
            return page(CONFIRM, "Sign out?", action=request.full_path)
        response: Response | None = self.server.create_endpoint_response("end_session", asked)
        return response or page(SIGNED_OUT, "Signed out")

    def tell_clients(self, sid: str, subject: str) -> None:
        """Back-channel logout: send a signed logout token to every client registered for it."""
        for client in self.clients.values():
            if client.backchannel_logout_uri is None:
                continue
            try:
                requests.post(
                    client.backchannel_logout_uri,
                    data={"logout_token": self._logout_token(client, sid, subject)},
                    timeout=2,
                )
            except requests.RequestException:
                continue  # the specification asks for one attempt only

    def _logout_token(self, client: Client, sid: str, subject: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer(),
            "aud": client.client_id,
            "sub": subject,
            "sid": sid,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {LOGOUT_EVENT: {}},
        }
        return self.tokens.encode(claims, "logout+jwt")


def person_claims_names() -> list[str]:
    return list(person_claims(next(iter(personas_by_id().values()))))


class IdToken(OpenIDToken):
    """Shared by the id_tokens of the code grant and of the refresh grant."""

    provider: OpenIdProvider

    def get_client_algorithm(self, client: Client) -> str:
        return ALGORITHM

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.provider.issuer(), "aud": client.client_id}

    def get_encode_header(self, client: Client) -> dict[str, str | None]:
        return {"alg": ALGORITHM, "kid": self.provider.tokens.key.kid}

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.provider.tokens.key

    def generate_user_info(self, user: SignIn, scope: str) -> dict[str, Any]:
        return {
            **person_claims(user.persona, self.provider.tokens.authorities_of(user.persona)),
            "sid": user.sid,
            "auth_time": user.auth_time,
        }


class CodeIdToken(IdToken, OpenIDCode):
    """The id_token of the code grant, with the nonce of the request."""

    def __init__(self, provider: OpenIdProvider, codes: Codes) -> None:
        super().__init__(require_nonce=True)
        self.provider = provider
        self.codes = codes

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return self.codes.knows_nonce(nonce)


class RefreshIdToken(IdToken):
    """The id_token of the refresh grant, without a nonce."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider


class ResponseIssuer(IssuerParameter):
    """`iss` on every redirect to a client, errors included (RFC 9207)."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider

    def get_issuer(self) -> str:
        return self.provider.issuer()

    def added_to(self, response: Response) -> Response:
        self.add_issuer_parameter(self.provider.server, response)
        return response


class Revocation(RevocationEndpoint):
    """Revokes access and refresh tokens; an unknown token also gets 200 (RFC 7009, 2.2)."""

    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]  # noqa: RUF012
    server: SignInServer

    def authenticate_token(self, request: OAuth2Request, client: Client) -> str:
        self.check_params(request, client)
        return str(request.form["token"])

    def revoke_token(self, token: str, request: OAuth2Request) -> None:
        self.server.tokens.revoke(token)


class EndSession(EndSessionEndpoint):
    """Ends the session at the provider, revokes its refresh tokens and notifies the clients."""

    def __init__(self, provider: OpenIdProvider) -> None:
        super().__init__()
        self.provider = provider

    def get_server_jwks(self) -> KeySet:
        return KeySet([self.provider.tokens.key])

    def get_algorithms(self) -> list[str]:
        return [ALGORITHM]

    def end_session(self, end_session_request: Any) -> None:
        claims = end_session_request.id_token_claims or {}
        here = current_sign_in()
        sid = claims.get("sid") or (here.sid if here else None)
        subject = claims.get("sub") or (here.persona.subject if here else None)
        forget_sign_in()
        if sid and subject:
            self.provider.tokens.end_session(sid)
            self.provider.tell_clients(sid, subject)
