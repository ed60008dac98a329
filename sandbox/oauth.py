"""ISC's own OAuth: /oauth/info, authorize, token and userinfo. No id_token, no discovery."""

# Authlib's server side has no annotations.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox import replies
from sandbox.authorize import authorize, forget_sign_in
from sandbox.clients import Client
from sandbox.gate import CALLER
from sandbox.grants import S256, CodeGrant, Codes, PersonalTokenGrant, RefreshGrant, SignInServer
from sandbox.pages import SIGNED_OUT, page
from sandbox.people import ORG, TENANT_ID, personas_by_id
from sandbox.tokens import POD, Caller, Tokens


class IscOAuth:
    """`base_url` returns the tenant's own URL, without a trailing slash."""

    def __init__(
        self, clients: Mapping[str, Client], tokens: Tokens, base_url: Callable[[], str]
    ) -> None:
        self.base_url = base_url
        self.server = SignInServer(clients, tokens, Codes(tokens))
        self.server.register_grant(CodeGrant, [S256(required=False)])
        self.server.register_grant(RefreshGrant)
        self.server.register_grant(PersonalTokenGrant)

    def register(self, app: Flask) -> None:
        for method, path, view in (
            ("GET", "/oauth/info", self.info),
            ("GET", "/oauth/authorize", self.authorize),
            ("POST", "/oauth/authorize", self.authorize),
            ("POST", "/oauth/token", self.token),
            ("GET", "/oauth/userinfo", self.userinfo),
            ("GET", "/logout", self.logout),
        ):
            app.add_url_rule(path, f"oauth {method} {path}", view, methods=[method])

    def info(self) -> Response:
        base = self.base_url()
        return jsonify(
            {
                "tenantId": TENANT_ID,
                "tenantName": ORG,
                "authorizeEndpoint": f"{base}/oauth/authorize",
                "tokenEndpoint": f"{base}/oauth/token",
                "cloudDomainUrl": base,
                "logoutUrl": f"{base}/logout",
                "pod": POD,
            }
        )

    def authorize(self) -> Response:
        return authorize(self.server, lambda response: response)

    def token(self) -> Response:
        response: Response = self.server.create_token_response()
        return response

    def userinfo(self) -> Any:
        caller = request.environ[CALLER]
        if not isinstance(caller, Caller):
            return replies.unauthorized(caller)
        persona = personas_by_id()[caller.identity_id]
        person = persona.person
        return jsonify(
            {
                "tenant": ORG,
                "id": person.id,
                "uid": person.alias,
                "alias": person.alias,
                "email": person.email,
                "phone": None,
                "workPhone": None,
                "firstname": person.firstname,
                "lastname": person.lastname,
                "capabilities": list(caller.authorities),
                "displayName": person.name,
                "name": person.alias,
            }
        )

    def logout(self) -> AnyResponse:
        """As at ISC, no address to return to can be given."""
        forget_sign_in()
        return page(SIGNED_OUT, "Signed out")


def switch_person() -> AnyResponse:
    """End this browser's session at the provider, so that the next sign-in asks who signs in."""
    forget_sign_in()
    return redirect("/", code=303)
