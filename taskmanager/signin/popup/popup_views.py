"""The popup of a widget, where a person signs in: the provider's pages refuse to be framed.

The result goes to the frame, through `handoff.py`; the browser's own session stays as it is.
"""

import dataclasses
import logging
import secrets
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core.htmx import render
from taskmanager.signin import auth_requests, handoff, login, revocations, widget_sessions
from taskmanager.signin.auth_requests import IN_POPUP, AuthRequest
from taskmanager.signin.error_messages import ErrorMessage, error_message
from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.sign_in_log import WIDGET, log_sign_in
from taskmanager.signin.values import SignedIn

logger = logging.getLogger(__name__)


def keeps_opener(response: HttpResponse) -> HttpResponse:
    """Let the page reach the frame that opened it: same-origin, or a redirect, would prevent it."""
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@login_not_required
@require_safe
def popup(request: SignedInRequest) -> HttpResponse:
    """Where the frame's button leads. It waits for the frame's ticket."""
    return keeps_opener(render(request, "signin/popup.html"))


@login_not_required
@require_POST
def bind(request: SignedInRequest) -> HttpResponse:
    """Exchange the frame's ticket for the provider's address."""
    return _start(request, partial(handoff.bind, request.POST.get("ticket", "")))


@login_not_required
@require_POST
def bind_by_code(request: SignedInRequest) -> HttpResponse:
    """The same where frame and popup cannot speak: it will end in a code to type."""
    return _start(request, partial(handoff.bind_by_code, request.POST.get("frame", "")[:64]))


def _start(request: SignedInRequest, bind_state: Callable[[str], str | None]) -> HttpResponse:
    """`bind_state` ties a hand-off to the sign-in of a state and returns its key, or None."""
    state = auth_requests.new_state(IN_POPUP)
    try:
        url, auth_request = login.start(state, "/")
    except SignInRefused as error:
        log_sign_in("sign-in refused", outcome="refused", session=WIDGET, **error.fields)
        return JsonResponse({"state": error.code}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    key = bind_state(state)
    if key is None:
        return JsonResponse({"state": "stale"}, status=HTTPStatus.BAD_REQUEST)
    request.session.setdefault(widget_sessions.BROWSER, secrets.token_urlsafe(16))
    response = JsonResponse({"url": url})
    auth_request = dataclasses.replace(auth_request, hand_off=key)
    auth_requests.remember(request, response, state, auth_request)
    return response


def called_back(request: SignedInRequest, auth_request: AuthRequest, state: str) -> HttpResponse:
    """Take the provider's answer to a sign-in of a frame."""
    if auth_request.is_late:
        return _failed(request, auth_request, state, SignInRefused("unknown_state"))
    try:
        signed_in = login.finish(request, auth_request)
    except SignInRefused as error:
        return _failed(request, auth_request, state, error)
    return _finished(request, auth_request, state, signed_in)


def _finished(
    request: SignedInRequest, auth_request: AuthRequest, state: str, signed_in: SignedIn
) -> HttpResponse:
    """Store the sign-in for the frame; the session of this browser stays as it is."""
    result = handoff.HandoffResult(signed_in, widget_sessions.browser_mark(request.session))
    code = handoff.deliver(auth_request.hand_off, state, result)
    if code is None:
        logger.warning("hand-off: a sign-in arrived that no frame waits for any more")
        # Tokens that nobody will use are revoked, or they would stay valid at the provider.
        revocations.settle(revocations.keep_of([signed_in.tokens]))
        return _problem(request, error_message("unknown_state"))
    actor_id = signed_in.person.id
    log_sign_in("signed in for a widget", outcome="handed-over", session=WIDGET, actor_id=actor_id)
    context = {"signed_in": signed_in.person, "code": code}
    return keeps_opener(render(request, "signin/popup_done.html", context))


def _failed(
    request: SignedInRequest, auth_request: AuthRequest, state: str, error: SignInRefused
) -> HttpResponse:
    """Show the error here and, through the hand-off, in the frame."""
    log_sign_in("sign-in refused", outcome="refused", session=WIDGET, **error.fields)
    handoff.fail(auth_request.hand_off, state, error.code)
    return _problem(request, error_message(error.code))


def _problem(request: SignedInRequest, message: ErrorMessage) -> HttpResponse:
    template, context = "signin/popup_problem.html", {"message": message}
    return keeps_opener(render(request, template, context, status=message.status))
