"""The popup of a widget: a page of ours at top level, where a person can sign in.

The provider's pages refuse to be framed, and the browser's own session is never touched here:
what comes back from the provider goes to the frame, through `handoff.py`.
"""

import dataclasses
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from taskmanager.signin import auth_requests, handoff, login, widget_sessions
from taskmanager.signin.auth_requests import AuthRequest
from taskmanager.signin.error_messages import ErrorMessage, error_message
from taskmanager.signin.errors import ProviderUnavailable, SignInRefused
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.values import SignedIn

logger = logging.getLogger(__name__)

View = Callable[[SignedInRequest], HttpResponse]


def keeps_opener(response: HttpResponse) -> HttpResponse:
    """Let the page speak with the frame that opened it.

    Every other page of ours says same-origin, which cuts that tie; so would a redirect.
    """
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@login_not_required
@require_safe
def popup(request: SignedInRequest) -> HttpResponse:
    """Where the frame's button leads. It waits for the frame's ticket."""
    return keeps_opener(render(request, "signin/popup.html"))


def answers_json(view: View) -> View:
    """What the popup's script hears while the provider cannot be reached."""

    @wraps(view)
    def answer(request: SignedInRequest) -> HttpResponse:
        try:
            return view(request)
        except ProviderUnavailable as error:
            logger.warning("sign-in refused: unavailable %s", error)
            return JsonResponse({"state": "unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)

    return answer


@login_not_required
@require_POST
@answers_json
def bind(request: SignedInRequest) -> HttpResponse:
    """Trade the frame's ticket for the provider's address."""
    state = auth_requests.new_state()
    url, auth_request = login.start(state, "/")
    key = handoff.bind(request.POST.get("ticket", ""), state)
    return _go(request, state, dataclasses.replace(auth_request, hand_off=key or ""), url)


@login_not_required
@require_POST
@answers_json
def bind_by_code(request: SignedInRequest) -> HttpResponse:
    """The same where frame and popup cannot speak: it will end in a code to type."""
    state = auth_requests.new_state()
    url, auth_request = login.start(state, "/")
    key = request.POST.get("frame", "")[:64]
    bound = handoff.bind_by_code(key, state)
    return _go(
        request, state, dataclasses.replace(auth_request, hand_off=key if bound else ""), url
    )


def _go(request: SignedInRequest, state: str, auth_request: AuthRequest, url: str) -> HttpResponse:
    if not auth_request.hand_off:
        return JsonResponse({"state": "stale"}, status=HTTPStatus.BAD_REQUEST)
    widget_sessions.mark_browser(request.session)
    auth_requests.remember(request.session, state, auth_request)
    return JsonResponse({"url": url})


def finished(
    request: SignedInRequest, auth_request: AuthRequest, state: str, signed_in: SignedIn
) -> HttpResponse:
    """Lay the sign-in down for the frame; the session of this browser stays what it is."""
    result = handoff.HandoffResult(signed_in, widget_sessions.browser_mark(request.session))
    code = handoff.deliver(auth_request.hand_off, state, result)
    if code is None:
        logger.warning("hand-off: a sign-in arrived that no frame waits for any more")
        # Tokens that nobody will use are revoked, or they would stay valid at the provider.
        configured_provider().revoke_all([signed_in.tokens])
        return _problem(request, error_message("unknown_state"))
    logger.info("signed in for a widget: identity %s", signed_in.person.id)
    context = {"person": signed_in.person, "code": code}
    return keeps_opener(render(request, "signin/popup_done.html", context))


def failed(
    request: SignedInRequest, auth_request: AuthRequest, state: str, error: SignInRefused
) -> HttpResponse:
    """Say it here and, through the hand-off, in the frame."""
    logger.warning("%s", error)
    handoff.fail(auth_request.hand_off, state, error.code)
    return _problem(request, error_message(error.code))


def _problem(request: SignedInRequest, message: ErrorMessage) -> HttpResponse:
    context = {"message": message}
    response = render(request, "signin/popup_problem.html", context, status=message.status)
    return keeps_opener(response)
