"""Sign in, come back, sign out."""

import logging
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from taskmanager.addresses import origin_of
from taskmanager.signin import flows, framed, popup_views, steps, tokens
from taskmanager.signin.errors import ProviderUnavailable, SignInRefused
from taskmanager.signin.person import person_in
from taskmanager.signin.provider import SignedIn, configured_provider
from taskmanager.signin.words import words_for

logger = logging.getLogger(__name__)

SIGNOUT_STATE = "signout_state"
SIGNED_OFF = "signin/signed_off.html"


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    next_url = flows.safe_next(request.GET.get("next"))
    state = flows.new_state()
    try:
        url, flow = steps.prepare(state, next_url)
    except ProviderUnavailable as error:
        return _refused(request, SignInRefused("unavailable", str(error)), next_url)
    flows.remember(request.session, state, flow)
    return HttpResponseRedirect(url)


@login_not_required
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer; every failure is a page in our own words."""
    state = request.GET.get("state", "")
    flow = flows.take(request.session, state)
    if flow is None:
        if person_in(request.session):  # another tab was faster
            return HttpResponseRedirect("/")
        return _refused(request, SignInRefused("unknown_state"), "/")
    try:
        signed_in = _finish(request, flow)
    except SignInRefused as error:
        if not flow.hand_off:
            return _refused(request, error, flow.next_url)
        _log(error)
        return popup_views.failed(request, flow, state, error.code)
    if flow.hand_off:
        return popup_views.finished(request, flow, state, signed_in)
    request.session[flows.FLOWS] = flows.others(request.session)
    steps.begin_session(request, signed_in, flows.FLOWS, framed.BROWSER)
    logger.info("signed in: identity %s", signed_in.person.id)
    return HttpResponseRedirect(flow.next_url)


def _finish(request: HttpRequest, flow: flows.Flow) -> SignedIn:
    try:
        return steps.finish(request, flow)
    except ProviderUnavailable as error:
        raise SignInRefused("unavailable", str(error)) from error


def _refused(request: HttpRequest, error: SignInRefused, next_url: str) -> HttpResponse:
    """A page with our words for the provider's code and a button to start again."""
    _log(error)
    words = words_for(error.code)
    again = f"{reverse('signin:start')}?{urlencode({'next': next_url})}"
    context = {"words": words, "again_url": again}
    return render(request, "signin/problem.html", context, status=words.status)


def _log(error: SignInRefused) -> None:
    """The description is text from outside: it goes into the log, cut short, and nowhere else."""
    logger.warning("sign-in refused: %s %s", error.code[:60], error.detail[:200])


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and its widgets here first; then, if it can be reached, at the provider."""
    person = person_in(request.session)
    held = tokens.tokens_of(request.session)
    framed.end_all_of(request.session)
    request.session.flush()
    if person is not None:
        logger.info("signed out: identity %s", person.id)
    response = _leave(request, held) if held else render(request, SIGNED_OFF)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _leave(request: HttpRequest, held: tokens.Tokens) -> HttpResponse:
    """Go on to the provider's sign-out, or offer it as a link."""
    provider = configured_provider()
    state = secrets.token_urlsafe(24)
    way = {"back_to": steps.address("signin:signed-out"), "state": state}
    is_up = provider.give_back([held])
    try:
        url = provider.signout_url(held, **way)
        bare_url = provider.signout_url(None, **way)
    except ProviderUnavailable as error:
        logger.warning("the provider was not told of a sign-out: %s", error)
        return render(request, SIGNED_OFF)
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
    if is_up and url and origin_of(url) in policy:
        request.session[SIGNOUT_STATE] = state
        return HttpResponseRedirect(url)
    # The browser would stop a redirect to an origin that form-action does not name; a link is
    # no form. It goes without the id_token, because tokens never stand in a page.
    return render(request, SIGNED_OFF, {"provider_url": bare_url})


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
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
    return render(request, SIGNED_OFF, {"everywhere": everywhere}, status=status)
