"""Closed by default, and what a person hears who is not signed in (any more).

Identity providers refuse requests made by scripts, so an htmx request is never redirected to
one: it gets `HX-Redirect` for a read, and words beside the form for a write. A frame is not
redirected at all: it shows the button of `card.py`.
"""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import push_url, reswap, retarget

from taskmanager.signin.card import sign_in_card
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.person import SignedRequest, SignInNeeded, person_in
from taskmanager.signin.sessions import REFUSED_AT

logger = logging.getLogger(__name__)

LOOP_SECONDS = 60  # a second refusal within this time: another round would not help


class SignInMiddleware:
    """Let a view be called only for a signed-in person, unless it wears `login_not_required`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast("SignedRequest", request).person = None
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        """Close every view that was not opened on purpose."""
        if not getattr(view, "login_required", True):
            return None
        person = person_in(request.session)
        if person is None:
            return signed_out(request)
        cast("SignedRequest", request).person = person
        if not getattr(view, "is_unattended", False):
            request.session.touch()  # type: ignore[attr-defined]  # our engine's own method
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer for views: they never catch."""
        if isinstance(exception, SignInNeeded):
            return sign_in_needed(request)
        if isinstance(exception, ProviderUnavailable):
            logger.warning("provider unavailable: %s", exception)
            return _words(request, "signin/unavailable.html", HTTPStatus.SERVICE_UNAVAILABLE)
        return None


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def unattended(view: View) -> View:
    """Mark a view that open pages call by themselves: it does not count as the person's use."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


def stays(view: View) -> View:
    """Mark a view that is asked beside something typed: signed out, it never leads away from it."""
    view.stays = True  # type: ignore[attr-defined]
    return view


def signin_url(next_url: str | None) -> str:
    """The address that starts a sign-in and comes back to `next_url`."""
    query = urlencode({"next": next_url}) if next_url else ""
    return f"{reverse('signin:start')}?{query}" if query else reverse("signin:start")


def sign_in_needed(request: HttpRequest) -> HttpResponse:
    """End a session whose token is good for nothing, and ask the person to sign in again.

    Refused once more right after that, we say so: the browser would go round in circles between
    the provider, which knows the person, and the tenant, which does not take its word.
    """
    refused_before = time.time() - request.session.get(REFUSED_AT, 0) < LOOP_SECONDS
    request.session.flush()
    cast("SignedRequest", request).person = None
    if refused_before:
        logger.warning("a fresh sign-in is not accepted upstream")
        if _is_embedded(request):
            return sign_in_card(request, is_refused=True)
        return _words(request, "signin/not_accepted.html", HTTPStatus.UNAUTHORIZED)
    request.session[REFUSED_AT] = time.time()
    return signed_out(request)


def signed_out(request: HttpRequest) -> HttpResponse:
    """The answer to somebody who is not signed in, in the form that the request can use."""
    if _is_embedded(request):
        return sign_in_card(request)
    htmx = cast("SignedRequest", request).htmx
    match = request.resolver_match
    stays_here = htmx and match is not None and getattr(match.func, "stays", False)
    if request.method not in {"GET", "HEAD"} or stays_here:
        return _words(request, "signin/signed_out.html", HTTPStatus.UNAUTHORIZED)
    if not htmx:
        return HttpResponseRedirect(signin_url(request.get_full_path()))
    # 401 rather than the 200 of HttpResponseClientRedirect: scripts and logs should see the truth.
    response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    response.headers["HX-Redirect"] = signin_url(htmx.current_url_abs_path)
    return response


def _is_embedded(request: HttpRequest) -> bool:
    return bool(getattr(request, "embedded", False))


def _words(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    """A page, or for htmx only its notice, placed beside the form that was sent."""
    if not cast("SignedRequest", request).htmx:
        return render(request, template, status=status)
    return notice(request, template, status)


def notice(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    """The `notice` partial of a template, where the person acted; what was typed stays."""
    is_read = request.method in {"GET", "HEAD"}
    response = render(request, f"{template}#notice", {"is_read": is_read}, status=status)
    # What a read was asked by may hold no place for words; `answers.js` finds the nearest.
    place = "#notices" if is_read else "find [data-notice]"
    return push_url(reswap(retarget(response, place), "innerHTML"), url=False)
