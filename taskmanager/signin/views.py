"""Sign in, come back, sign out."""

import logging
import secrets
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core.addresses import origin_of, safe_next
from taskmanager.core.clock import zone_of
from taskmanager.core.htmx import render
from taskmanager.signin import auth_requests, endings, login, revocations, widget_sessions
from taskmanager.signin.auth_requests import IN_POPUP, SECOND_TRY, AuthRequest
from taskmanager.signin.error_messages import error_message
from taskmanager.signin.errors import ProviderUnavailable, SignInRefused
from taskmanager.signin.popup import popup_views
from taskmanager.signin.prompts import signin_url
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest, person_in
from taskmanager.signin.sign_in_log import PAGE, log_sign_in
from taskmanager.signin.signals import Ending
from taskmanager.signin.token_store import tokens_of
from taskmanager.signin.values import Tokens

logger = logging.getLogger(__name__)

SIGNOUT_STATE = "signout_state"


@login_not_required
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Send the browser to the provider."""
    return _start(request, safe_next(request.GET.get("next")))


def _start(request: SignedInRequest, next_url: str, kind: str = "") -> HttpResponse:
    state = auth_requests.new_state(kind)
    try:
        url, auth_request = login.start(state, next_url)
    except SignInRefused as error:
        return _refused(request, error, next_url)
    response = _to_provider(request, url)
    auth_requests.remember(request, response, state, auth_request)
    return response


def _to_provider(request: SignedInRequest, url: str) -> HttpResponse:
    """A redirect; by way of a page that asks a browser's time zone where we do not know it."""
    is_page = request.headers.get("Sec-Fetch-Dest") == "document"
    if is_page and zone_of(request.COOKIES, is_framed=False) is None:
        return render(request, "signin/leaving.html", {"url": url})
    return HttpResponseRedirect(url)


@login_not_required
@require_safe
def callback(request: SignedInRequest) -> HttpResponse:
    """Take the provider's answer; every failure is a page with a message of ours."""
    state = request.GET.get("state", "")
    auth_request = auth_requests.find(request, state)
    if auth_request is None:
        response = _start_over(request, state)
    elif auth_request.hand_off:
        response = popup_views.called_back(request, auth_request, state)
    elif auth_request.is_late:
        response = _start_over(request, state, auth_request.next_url)
    else:
        response = _called_back(request, auth_request)
    auth_requests.forget(request, response, state)
    return response


def _called_back(request: SignedInRequest, auth_request: AuthRequest) -> HttpResponse:
    try:
        signed_in = login.finish(request, auth_request)
        login.begin_session(request, signed_in)
    except SignInRefused as error:
        return _refused(request, error, auth_request.next_url)
    log_sign_in("signed in", outcome="succeeded", session=PAGE, actor_id=signed_in.person.id)
    return HttpResponseRedirect(auth_request.next_url)


def _start_over(request: SignedInRequest, state: str, next_url: str = "/") -> HttpResponse:
    """What came back belongs to no sign-in that is under way: begin once more, and only once.

    It took too long, or was left by the back button, or the browser keeps no cookies of ours.
    """
    if person_in(request.session):  # another tab was faster
        return HttpResponseRedirect(next_url)
    is_first = not state.startswith((SECOND_TRY, IN_POPUP)) and "error" not in request.GET
    if is_first:
        return _start(request, next_url, SECOND_TRY)
    return _refused(request, SignInRefused("unknown_state"), next_url)


def _refused(request: SignedInRequest, error: SignInRefused, next_url: str) -> HttpResponse:
    """A page with our message for the error code and a button to start again."""
    log_sign_in("sign-in refused", outcome="refused", session=PAGE, **error.fields)
    message = error_message(error.code)
    context = {"message": message, "again_url": signin_url(next_url)}
    return render(request, "signin/problem.html", context, status=message.status)


@login_not_required
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session and its widgets here first; then, if it can be reached, at the provider."""
    person = person_in(request.session)
    held = tokens_of(request.session)
    ended, kept = _end_with_widgets(request)
    if person is not None:
        more = {"session": PAGE, "sessions": str(ended)}
        log_sign_in("signed out", outcome="succeeded", actor_id=person.id, **more)
    is_up = revocations.settle(kept)
    response = _leave(request, held, is_up=is_up) if held else _signed_off(request)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _end_with_widgets(request: SignedInRequest) -> tuple[int, list[str]]:
    """End all that ends with this session: how many, and the keys of what is to be revoked."""
    widgets = widget_sessions.widgets_of(request.session)
    own = endings.rows_of([request.session])
    ended, kept = endings.end(own | widgets, Ending.SIGNED_OUT)
    request.session.flush()
    return ended, kept


def _leave(request: SignedInRequest, held: Tokens, *, is_up: bool) -> HttpResponse:
    """Go on to the provider's sign-out, or offer it as a link."""
    provider = configured_provider()
    state = auth_requests.new_state()
    way_back = {"back_to": login.public_address("signin:signed-out"), "state": state}
    try:
        url = provider.signout_url(held, **way_back)
        bare_url = provider.signout_url(None, **way_back)
    except ProviderUnavailable as error:
        logger.warning("the provider was not told of a sign-out: %s", error)
        return _signed_off(request)
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
    if is_up and url and origin_of(url) in policy:
        request.session[SIGNOUT_STATE] = state
        return HttpResponseRedirect(url)
    # The browser would stop a redirect to an origin that form-action does not name; a link is
    # no form. It goes without the id_token, because tokens never stand in a page.
    return _signed_off(request, bare_url)


def _signed_off(request: SignedInRequest, provider_url: str | None = None) -> HttpResponse:
    context = {"provider_url": provider_url, "everywhere": False}
    return render(request, "signin/signed_off.html", context)


@login_not_required
@require_safe
def signed_out(request: SignedInRequest) -> HttpResponse:
    """Where the provider sends the browser after sign-out. Anybody may open it."""
    if person_in(request.session):  # opened by hand, or signed in again in another tab
        return HttpResponseRedirect("/")
    expected = request.session.get(SIGNOUT_STATE, "")
    everywhere = bool(expected) and secrets.compare_digest(
        expected.encode(), request.GET.get("state", "").encode()
    )
    if everywhere:
        request.session.flush()
    is_forged = "state" in request.GET and not everywhere
    status = HTTPStatus.BAD_REQUEST if is_forged else HTTPStatus.OK
    context = {"provider_url": None, "everywhere": everywhere}
    return render(request, "signin/signed_off.html", context, status=status)
