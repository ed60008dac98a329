"""What a framed page asks for while somebody signs in: a ticket, the result, and the way out."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from taskmanager.embedding import FRAME_COOKIE, PREFIX
from taskmanager.signin import flows, framed, handoff, steps, tokens
from taskmanager.signin.person import SignedRequest, person_in
from taskmanager.signin.provider import configured_provider
from taskmanager.signin.sessions import SessionStore
from taskmanager.signin.words import words_for

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]


def for_owner(view: View) -> View:
    """Answer in JSON for a session that has no hand-off, or asks too often."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except handoff.TooMany:
            logger.warning("hand-off: too many requests of one session")
            return _state("too-many", HTTPStatus.TOO_MANY_REQUESTS)
        except handoff.NoHandOff:
            logger.warning("hand-off: asked for by a session that has none under way")
            return _state("gone", HTTPStatus.NOT_FOUND)

    return answer


def _state(state: str, status: HTTPStatus, **more: str) -> JsonResponse:
    return JsonResponse({"state": state, **more}, status=status)


@login_not_required
@require_POST
@for_owner
def begin(request: HttpRequest) -> HttpResponse:
    """A ticket for the popup that the click has just opened."""
    return JsonResponse({"ticket": handoff.begin(request.session)})


@login_not_required
@require_POST
@for_owner
def claim(request: HttpRequest) -> HttpResponse:
    """The sign-in that was handed over to this very frame, if it has arrived."""
    arrived = handoff.claim(request.session)
    if arrived is not None:
        return _enter(request, arrived)
    if problem := handoff.problem_of(request.session):
        return _state("refused", HTTPStatus.FORBIDDEN, text=str(words_for(problem).title))
    return _state("pending", HTTPStatus.ACCEPTED)


@login_not_required
@require_POST
@for_owner
def claim_by_code(request: HttpRequest) -> HttpResponse:
    """The same, for a code that the person has read in the popup."""
    arrived = handoff.claim_by_code(request.session, request.POST.get("code", "")[:40])
    if arrived is None:
        return _state("wrong", HTTPStatus.BAD_REQUEST)
    return _enter(request, arrived)


def _enter(request: HttpRequest, arrived: handoff.Arrived) -> HttpResponse:
    """A session of its own for the frame. The new token goes to the forms that stand open."""
    is_shared = not getattr(request, "has_own_cookie", True)
    keep = (flows.FLOWS, framed.BROWSER) if is_shared else ()
    steps.begin_session(request, arrived.signed_in, *keep)
    if not is_shared:
        framed.note(request.session, arrived.started_by)
    logger.info("signed in a widget: identity %s", arrived.signed_in.person.id)
    return JsonResponse({"state": "signed-in", "token": get_token(request)})


def own_session_of(request: HttpRequest) -> SessionStore:
    """The session of the frame's own cookie; an empty one where there is none."""
    return SessionStore(request.COOKIES.get(FRAME_COOKIE))


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the frame's session only; the provider's pages cannot be shown in a frame.

    On the full page's site the frame may go by that page's session while one that it began itself
    lies behind it: that one would show somebody's tasks again, so it ends as well.
    """
    held = []
    for session in (request.session, own_session_of(request)):
        if person := person_in(session):
            logger.info("signed out of a widget: identity %s", person.id)
        held.append(tokens.tokens_of(session))
        session.flush()
    configured_provider().give_back(held)
    if cast("SignedRequest", request).htmx:
        return HttpResponseClientRedirect(PREFIX)
    return HttpResponseRedirect(PREFIX)
