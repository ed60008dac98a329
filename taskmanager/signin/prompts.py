"""What a person gets who is not signed in (any more), in the form that the request can use.

Identity providers refuse requests made by scripts, so an htmx request is not redirected: it gets
`HX-Redirect` for a read, a message beside the form for a write. A frame gets a button instead.
"""

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse

from taskmanager.core.addresses import WIDGET_PREFIX, with_query
from taskmanager.core.htmx import is_read, notice_response, render, shown_path
from taskmanager.signin import endings, handoff, revocations
from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.session_store import REFUSED_AT
from taskmanager.signin.signals import Ending

logger = logging.getLogger(__name__)

LOOP_SECONDS = 60  # a second refusal within this time: another round would not help
FRAME_PROMPT = "widget/signin.html"
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def background_request(view: View) -> View:
    """Mark a view that open pages call by themselves: it does not keep an idle session alive."""
    view.is_background_request = True  # type: ignore[attr-defined]
    return view


def inline_login_prompt(view: View) -> View:
    """Mark a view that is called beside typed text: without a session it never leads away."""
    view.has_inline_login_prompt = True  # type: ignore[attr-defined]
    return view


def read_by_host(view: View) -> View:
    """Mark a view whose answers a host page reads: they are JSON, and hold no secret of ours."""
    view.is_read_by_host = True  # type: ignore[attr-defined]
    return view


def is_read_by_host(request: SignedInRequest) -> bool:
    return bool(_mark(request, "is_read_by_host"))


def _mark(request: SignedInRequest, name: str) -> Any:
    """The attribute of the request's view, or None."""
    return getattr(request.resolver_match.func, name, None) if request.resolver_match else None


def signin_url(next_url: str | None) -> str:
    """The address that starts a sign-in and comes back to `next_url`."""
    return with_query(reverse("signin:start"), next=next_url)


def token_refused(request: SignedInRequest) -> HttpResponse:
    """End a session whose token is refused, and ask the person to sign in again.

    If the new one is refused as well, we say so: another sign-in would only repeat it for ever.
    """
    refused_before = time.time() - request.session.get(REFUSED_AT, 0) < LOOP_SECONDS
    revocations.settle(endings.flush(request.session, Ending.REFUSED))
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
    is_inline = request.htmx and _mark(request, "has_inline_login_prompt")
    if not is_read(request) or is_inline:
        return page_or_notice(request, "signin/signed_out.html", HTTPStatus.UNAUTHORIZED)
    if not request.htmx:
        return HttpResponseRedirect(signin_url(request.get_full_path()))
    # HttpResponseClientRedirect would answer 200, which is wrong for scripts and in logs.
    headers = {"HX-Redirect": signin_url(shown_path(request))}
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers=headers)


def frame_prompt(request: SignedInRequest, *, is_refused: bool = False) -> HttpResponse:
    """401 with the button: as a page, beside what the person pressed, or as data for the script.

    Each form of the answer carries the new session's CSRF token and hand-off key. `is_refused`:
    the tenant has refused the last sign-in.
    """
    if is_read_by_host(request):
        return JsonResponse({"signed_in": False}, status=HTTPStatus.UNAUTHORIZED)
    key = handoff.key_of(request.session)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"token": get_token(request), "frame": key}, status=401)
    context: dict[str, Any] = {
        "frame": key,
        "is_read": is_read(request),
        "is_refused": is_refused,
        "next_url": request.get_full_path() if is_read(request) else WIDGET_PREFIX,
        "full_page": f"{settings.PUBLIC_URL}/",
    }
    # A view whose frame has no room for the prompt names a template of its own.
    template = _mark(request, "signed_out_template") or FRAME_PROMPT
    if not request.htmx:
        return render(request, template, context, status=HTTPStatus.UNAUTHORIZED)
    # A read replaces nothing either: the page may hold typed text.
    return notice_response(request, template, context, HTTPStatus.UNAUTHORIZED)


def page_or_notice(
    request: SignedInRequest,
    template: str,
    status: HTTPStatus,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """A page, or for htmx only its notice, placed beside the form that was sent."""
    values = {**values, "is_read": is_read(request)}
    if not request.htmx:
        return render(request, template, values, status=status)
    return notice_response(request, template, values, status)
