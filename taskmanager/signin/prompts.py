"""What a person gets who is not signed in (any more), in the form that the request can use.

Identity providers refuse requests made by scripts, so an htmx request is never redirected to
one: it gets `HX-Redirect` for a read, and words beside the form for a write. A frame is not
redirected at all: it shows a button that opens a popup.
"""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse

from taskmanager.core.addresses import WIDGET_PREFIX, with_query
from taskmanager.core.htmx import is_read, notice_response
from taskmanager.signin import handoff
from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.session_store import REFUSED_AT

logger = logging.getLogger(__name__)

LOOP_SECONDS = 60  # a second refusal within this time: another round would not help
FRAME_PROMPT = "widget/signin.html"
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def background_request(view: View) -> View:
    """Mark a view that open pages call by themselves: it does not count as the person's use."""
    view.is_background_request = True  # type: ignore[attr-defined]
    return view


def inline_login_prompt(view: View) -> View:
    """Mark a view that is asked beside something typed: signed out, it never leads away from it."""
    view.has_inline_login_prompt = True  # type: ignore[attr-defined]
    return view


def _is_marked(request: HttpRequest, mark: str) -> bool:
    return request.resolver_match is not None and getattr(request.resolver_match.func, mark, False)


def signin_url(next_url: str | None) -> str:
    """The address that starts a sign-in and comes back to `next_url`."""
    return with_query(reverse("signin:start"), next=next_url)


def token_refused(request: SignedInRequest) -> HttpResponse:
    """End a session whose token is good for nothing, and ask the person to sign in again.

    Refused once more right after that, we say so: the browser would go round in circles between
    the provider, which knows the person, and the tenant, which does not take its word.
    """
    refused_before = time.time() - request.session.get(REFUSED_AT, 0) < LOOP_SECONDS
    request.session.flush()
    request.person = None
    if refused_before:
        logger.warning("a fresh sign-in is not accepted upstream")
        if request.embedded:
            return frame_prompt(request, is_refused=True)
        return page_or_notice(request, "signin/not_accepted.html", HTTPStatus.UNAUTHORIZED)
    request.session[REFUSED_AT] = time.time()
    return login_prompt(request)


def login_prompt(request: SignedInRequest) -> HttpResponse:
    """Ask somebody who is not signed in to sign in."""
    if request.embedded:
        return frame_prompt(request)
    is_inline = request.htmx and _is_marked(request, "has_inline_login_prompt")
    if not is_read(request) or is_inline:
        return page_or_notice(request, "signin/signed_out.html", HTTPStatus.UNAUTHORIZED)
    if not request.htmx:
        return HttpResponseRedirect(signin_url(request.get_full_path()))
    # 401 rather than the 200 of HttpResponseClientRedirect: scripts and logs should see the truth.
    response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    response.headers["HX-Redirect"] = signin_url(request.htmx.current_url_abs_path)
    return response


def frame_prompt(request: SignedInRequest, *, is_refused: bool = False) -> HttpResponse:
    """401 with the button: as a page, beside what the person pressed, or as data for the script.

    The page keeps working with the session that this answer begins: its CSRF token and the name
    of its hand-off go with every form of the answer. `is_refused`: the tenant did not take the
    sign-in before.
    """
    key = handoff.key_of(request.session)
    if request.headers.get("Accept") == "application/json":
        fresh = {"token": get_token(request), "frame": key}
        return JsonResponse(fresh, status=HTTPStatus.UNAUTHORIZED)
    context: dict[str, Any] = {
        "frame": key,
        "is_read": is_read(request),
        "is_refused": is_refused,
        "next_url": request.get_full_path() if is_read(request) else WIDGET_PREFIX,
        "full_page": f"{settings.PUBLIC_URL}/",
    }
    # A view whose frame has no room for the prompt names a template of its own.
    view = request.resolver_match.func if request.resolver_match else None
    template = str(getattr(view, "signed_out_template", FRAME_PROMPT))
    if not request.htmx:
        return render(request, template, context, status=HTTPStatus.UNAUTHORIZED)
    # A read replaces nothing either: what stands on the page may hold something typed.
    return notice_response(request, template, context, HTTPStatus.UNAUTHORIZED)


def page_or_notice(request: SignedInRequest, template: str, status: HTTPStatus) -> HttpResponse:
    """A page, or for htmx only its notice, placed beside the form that was sent."""
    if not request.htmx:
        return render(request, template, status=status)
    return notice_response(request, template, {"is_read": is_read(request)}, status)
