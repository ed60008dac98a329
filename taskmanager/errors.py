"""The pages for what no view answers: Django's handlers, with the context of every page of ours."""

import sys
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

from taskmanager.core.addresses import origin_of
from taskmanager.core.htmx import is_read, notice_response, render
from taskmanager.core.storage import is_outage
from taskmanager.embed.cookies import forget_session
from taskmanager.signin.prompts import page_or_notice
from taskmanager.signin.request import SignedInRequest
from taskmanager.signin.sign_in_log import log_sign_in

RETRY_AFTER: Final = "10"  # seconds
SIGN_OUTS: Final = ("signin:out", "signin:frame-out")


def page(request: HttpRequest, exception: Exception | None = None, *, status: int) -> HttpResponse:
    """The template of that status. Only 403.html prints the reason, where it is one of our own.

    For htmx only its notice: most forms swap nothing, so a whole page would not be seen.
    """
    template, is_notice = _template_of(status), "HX-Request" in request.headers
    values = {"reason": str(exception), "is_notice": is_notice}
    if is_notice:
        return notice_response(request, template, values, status)
    return render(request, template, values, status=status)


def _template_of(status: int) -> str:
    return f"{status}.html"


def bad_request(request: SignedInRequest, exception: Exception | None = None) -> HttpResponse:
    """A Host that ALLOWED_HOSTS lacks is nearly always a proxy's doing: say what to look at."""
    if not isinstance(exception, DisallowedHost):
        return page(request, exception, status=HTTPStatus.BAD_REQUEST)
    values = {"own": settings.PUBLIC_URL}  # the other's name stands in the log alone
    return page_or_notice(request, "unknown_host.html", HTTPStatus.BAD_REQUEST, values)


forbidden, not_found = (partial(page, status=status) for status in (403, 404))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception, of a view or of a middleware.

    Django's own reads the session for a CSRF token: where that is what fails, nothing answers.
    """
    if not is_outage(sys.exception()):
        return HttpResponseServerError(render_to_string("500.html"))
    is_own = request.headers.get("Origin", settings.PUBLIC_URL) == origin_of(settings.PUBLIC_URL)
    if is_own and not is_read(request) and request.path in map(reverse, SIGN_OUTS):
        return _signed_off(request)
    response = _unavailable(request)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"state": "unavailable"}, status=status)
    values = {**_without_session(), "is_read": is_read(request), "address": _address(request)}
    if "HX-Request" in request.headers:
        return notice_response(request, "unavailable.html", values, status)
    return render(request, "unavailable.html", values, status=status)


def _signed_off(request: HttpRequest) -> HttpResponse:
    """Its row stays, since nothing can be written; the browser forgets the key to it."""
    log_sign_in("signed out", outcome="cookie-only")
    values = {**_without_session(), "minutes": settings.SESSION_IDLE_SECONDS // 60}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = render(request, "signin/signed_off_here.html", values, status=status)
    forget_session(request, response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _without_session() -> dict[str, Any]:
    """What a page of ours would read of the session, which may be what cannot be read."""
    return {"messages": (), "person": None, "csrf_token": "", "csrf_input": ""}


def _address(request: HttpRequest) -> str:
    """Where the page can be had again; "" for what was sent."""
    return request.get_full_path() if is_read(request) else ""
