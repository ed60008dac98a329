"""The authorize endpoint of both profiles: asks who signs in, redirects back with a code."""

# Authlib's server side has no annotations.
# mypy: disable-error-code="no-untyped-call"

import secrets
import time
from collections.abc import Callable

from authlib.oauth2 import OAuth2Error
from flask import Response, request, session

from sandbox.grants import SignInServer
from sandbox.pages import PICKER, page
from sandbox.people import personas
from sandbox.tokens import SignIn

ASKING = ("login", "select_account")


def current_sign_in() -> SignIn | None:
    """This browser's session at the provider, with a new family of refresh tokens."""
    persona = personas().get(session.get("persona", ""))
    if persona is None:
        return None
    return SignIn(persona, session["sid"], session["auth_time"], secrets.token_hex(8))


def forget_sign_in() -> None:
    session.clear()


def _sign_in(key: str) -> SignIn | None:
    if key not in personas():
        return None
    session.update(persona=key, sid=secrets.token_hex(16), auth_time=int(time.time()))
    return current_sign_in()


def authorize(server: SignInServer, finish: Callable[[Response], Response]) -> Response:
    """`finish` completes every redirect to the client (the OpenID profile adds `iss`)."""
    chosen = request.form.get("persona") if request.method == "POST" else None
    sign_in = _sign_in(chosen) if chosen else current_sign_in()
    try:
        grant = server.get_consent_grant(end_user=sign_in)
    except OAuth2Error as error:
        return finish(server.handle_error_response(None, error))
    asks = request.values.get("prompt", "").split()
    if sign_in is None or (chosen is None and any(word in ASKING for word in asks)):
        return page(PICKER, "Sign in", action=request.full_path, personas=list(personas().values()))
    return finish(server.create_authorization_response(grant=grant, grant_user=sign_in))
