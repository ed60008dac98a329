"""What a framed page asks for while somebody signs in: a ticket, the result, and the way out."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from taskmanager.core.addresses import WIDGET_PREFIX
from taskmanager.signin import auth_requests, handoff, login, widget_sessions
from taskmanager.signin.error_messages import error_message
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest, person_in
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of

logger = logging.getLogger(__name__)

View = Callable[[SignedInRequest], HttpResponse]


def for_owner(view: View) -> View:
    """Answer in JSON for a session that has no hand-off, or asks too often."""

    @wraps(view)
    def answer(request: SignedInRequest) -> HttpResponse:
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
def begin(request: SignedInRequest) -> HttpResponse:
    """A ticket for the popup that the click has just opened."""
    return JsonResponse({"ticket": handoff.begin(request.session)})


@login_not_required
@require_POST
@for_owner
def claim(request: SignedInRequest) -> HttpResponse:
    """The sign-in that was handed over to this very frame, if it has result."""
    result = handoff.claim(request.session)
    if result is not None:
        return _enter(request, result)
    if problem := handoff.problem_of(request.session):
        return _state("refused", HTTPStatus.FORBIDDEN, text=str(error_message(problem).title))
    return _state("pending", HTTPStatus.ACCEPTED)


@login_not_required
@require_POST
@for_owner
def claim_by_code(request: SignedInRequest) -> HttpResponse:
    """The same, for a code that the person has read in the popup."""
    result = handoff.claim_by_code(request.session, request.POST.get("code", "")[:40])
    if result is None:
        return _state("wrong", HTTPStatus.BAD_REQUEST)
    return _enter(request, result)


def _enter(request: SignedInRequest, result: handoff.HandoffResult) -> HttpResponse:
    """A session of its own for the frame. The new token goes to the forms that stand open."""
    is_shared = not request.has_own_session
    keep = (auth_requests.AUTH_REQUESTS, widget_sessions.BROWSER) if is_shared else ()
    login.begin_session(request, result.signed_in, *keep)
    if not is_shared:
        widget_sessions.mark_as_widget(request.session, result.started_by)
    logger.info("signed in a widget: identity %s", result.signed_in.person.id)
    return JsonResponse({"state": "signed-in", "token": get_token(request)})


@login_not_required
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the frame's session only; the provider's pages cannot be shown in a frame.

    On the full page's site the frame may go by that page's session while one that it began itself
    lies behind it: that one would show somebody's tasks again, so it ends as well.
    """
    held = []
    for session in (request.session, SessionStore(request.frame_session_key)):
        if person := person_in(session):
            logger.info("signed out of a widget: identity %s", person.id)
        held.append(tokens_of(session))
        session.flush()
    configured_provider().revoke_all(held)
    if request.htmx:
        return HttpResponseClientRedirect(WIDGET_PREFIX)
    return HttpResponseRedirect(WIDGET_PREFIX)
