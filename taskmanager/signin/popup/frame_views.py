"""What a framed page asks for while somebody signs in: a ticket, the result, and the way out."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from taskmanager.core.addresses import WIDGET_PREFIX
from taskmanager.signin import endings, handoff, login, revocations
from taskmanager.signin.error_messages import error_message
from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.models import FramedSession
from taskmanager.signin.request import SignedInRequest, person_in, session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.sign_in_log import PAGE, WIDGET, log_sign_in
from taskmanager.signin.signals import Ending


def _kind(request: SignedInRequest) -> str:
    """Whose session a frame uses."""
    return WIDGET if request.has_own_session else PAGE


@login_not_required
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """A ticket for the popup that the click has just opened."""
    return JsonResponse({"ticket": handoff.begin(request.session)})


@login_not_required
@require_POST
def claim(request: SignedInRequest) -> HttpResponse:
    """The sign-in that was handed over to this very frame, if it has ended."""
    result = handoff.claim(request.session)
    if result is not None:
        return _enter(request, result)
    if problem := handoff.problem_of(request.session):
        return _refused(problem)
    return JsonResponse({"state": "pending"}, status=HTTPStatus.ACCEPTED)


@login_not_required
@require_POST
def claim_by_code(request: SignedInRequest) -> HttpResponse:
    """The same, for a code that the person has read in the popup."""
    result = handoff.claim_by_code(request.session, request.POST.get("code", "")[:40])
    if result is None:
        return JsonResponse({"state": "wrong"}, status=HTTPStatus.BAD_REQUEST)
    return _enter(request, result)


def _refused(code: str) -> HttpResponse:
    refused = {"state": "refused", "text": str(error_message(code).title)}
    return JsonResponse(refused, status=HTTPStatus.FORBIDDEN)


def _enter(request: SignedInRequest, result: handoff.HandoffResult) -> HttpResponse:
    """Begin a session for the frame. The new CSRF token is for the forms it shows already."""
    try:
        login.begin_session(request, result.signed_in)
    except SignInRefused as error:
        return _refused(error.code)
    if request.has_own_session:
        row = session_row(request.session)
        FramedSession.objects.create(session_id=row, started_by=result.started_by)
    actor_id = result.signed_in.person.id
    log_sign_in("signed in", outcome="succeeded", session=_kind(request), actor_id=actor_id)
    return JsonResponse({"state": "signed-in", "token": get_token(request)})


@login_not_required
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the frame's session only; the provider's pages cannot be shown in a frame.

    A frame that uses the full page's session may hold one of its own as well: both end, or the
    other would show somebody's tasks again.
    """
    both = (request.session, SessionStore(request.frame_session_key))
    people = [person_in(session) for session in both]
    ended, kept = endings.end(endings.rows_of(both), Ending.SIGNED_OUT)
    for session in both:
        session.flush()
    more = {"session": _kind(request), "sessions": str(ended)}
    for actor_id in dict.fromkeys(person.id for person in people if person):
        log_sign_in("signed out", outcome="succeeded", actor_id=actor_id, **more)
    revocations.settle(kept)
    redirect = HttpResponseClientRedirect if request.htmx else HttpResponseRedirect
    return redirect(WIDGET_PREFIX)
