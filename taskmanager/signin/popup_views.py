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
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from taskmanager.signin import flows, framed, handoff, steps
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.provider import SignedIn, configured_provider
from taskmanager.signin.words import Words, words_for

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]


def keeps_opener(response: HttpResponse) -> HttpResponse:
    """Let the page speak with the frame that opened it.

    Every other page of ours says same-origin, which cuts that tie; so would a redirect.
    """
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@login_not_required
@require_safe
def popup(request: HttpRequest) -> HttpResponse:
    """Where the frame's button leads. It waits for the frame's ticket."""
    return keeps_opener(render(request, "signin/popup.html"))


def answers_json(view: View) -> View:
    """What the popup's script hears while the provider cannot be reached."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except ProviderUnavailable as error:
            logger.warning("sign-in refused: unavailable %s", error)
            return JsonResponse({"state": "unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)

    return answer


@login_not_required
@require_POST
@answers_json
def bind(request: HttpRequest) -> HttpResponse:
    """Trade the frame's ticket for the provider's address."""
    state = flows.new_state()
    url, flow = steps.prepare(state, "/")
    key = handoff.bind(request.POST.get("ticket", ""), state)
    return _go(request, state, dataclasses.replace(flow, hand_off=key or ""), url)


@login_not_required
@require_POST
@answers_json
def bind_by_code(request: HttpRequest) -> HttpResponse:
    """The same where frame and popup cannot speak: it will end in a code to type."""
    state = flows.new_state()
    url, flow = steps.prepare(state, "/")
    key = request.POST.get("frame", "")[:64]
    bound = handoff.bind_by_code(key, state)
    return _go(request, state, dataclasses.replace(flow, hand_off=key if bound else ""), url)


def _go(request: HttpRequest, state: str, flow: flows.Flow, url: str) -> HttpResponse:
    if not flow.hand_off:
        return JsonResponse({"state": "stale"}, status=HTTPStatus.BAD_REQUEST)
    framed.mark_browser(request.session)
    flows.remember(request.session, state, flow)
    return JsonResponse({"url": url})


def finished(
    request: HttpRequest, flow: flows.Flow, state: str, signed_in: SignedIn
) -> HttpResponse:
    """Lay the sign-in down for the frame; the session of this browser stays what it is."""
    arrived = handoff.Arrived(signed_in, framed.browser_mark(request.session))
    code = handoff.deliver(flow.hand_off, state, arrived)
    if code is None:
        logger.warning("hand-off: a sign-in arrived that no frame waits for any more")
        # Tokens that nobody will use should not lie about at the provider either.
        configured_provider().give_back([signed_in.tokens])
        return _problem(request, words_for("unknown_state"))
    logger.info("signed in for a widget: identity %s", signed_in.person.id)
    context = {"person": signed_in.person, "code": code}
    return keeps_opener(render(request, "signin/popup_done.html", context))


def failed(request: HttpRequest, flow: flows.Flow, state: str, code: str) -> HttpResponse:
    """Say it here and, through the hand-off, in the frame."""
    handoff.fail(flow.hand_off, state, code)
    return _problem(request, words_for(code))


def _problem(request: HttpRequest, words: Words) -> HttpResponse:
    context = {"words": words}
    response = render(request, "signin/popup_problem.html", context, status=words.status)
    return keeps_opener(response)
