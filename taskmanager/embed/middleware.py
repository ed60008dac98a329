"""Only addresses below /widget/ may be framed, and only by the pages of FRAME_ANCESTORS."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from taskmanager.core.addresses import WIDGET_PREFIX, safe_next
from taskmanager.core.htmx import is_read, render
from taskmanager.core.request import AppRequest
from taskmanager.embed.params import WidgetParams

# Below the prefix, but made to be opened at top level or fetched by the host page.
UNFRAMED: Final = frozenset({"/widget/try/", "/widget/loader.js"})
# Read by scripts of the host page, with the cookies that its frame has.
READ_BY_HOSTS: Final = frozenset({"/widget/badge.json"})
FRAMES: Final = frozenset({"iframe", "frame", "embed", "object"})


def full_page_of(request: HttpRequest) -> str:
    """The address of the full page that shows what this framed one does; else its first page."""
    address = safe_next("/" + request.get_full_path().removeprefix(WIDGET_PREFIX))
    return address if is_valid_path(urlsplit(address).path) else "/"


class EmbeddingMiddleware:
    """Say who may frame what; refuse what is opened in the wrong place."""

    def __init__(self, get_response: Callable[[AppRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: AppRequest) -> HttpResponseBase:
        request.embedded = request.path.startswith(WIDGET_PREFIX) and request.path not in UNFRAMED
        destination = request.headers.get("Sec-Fetch-Dest", "")
        if not request.embedded:
            return self.unframed(request, destination)
        if not settings.FRAME_ANCESTORS:
            return render(request, "widget/off.html", status=HTTPStatus.NOT_FOUND)
        if destination == "document" and request.method == "GET":
            # A tab shows the full page, where the person's session is.
            return HttpResponseRedirect(full_page_of(request))
        if request.path in READ_BY_HOSTS:
            return self.read_by_host(request)
        return framed(self.get_response(request))

    def read_by_host(self, request: AppRequest) -> HttpResponseBase:
        """Let a listed origin read the answer; any other causes no call and learns nothing."""
        origin = request.headers.get("Origin")
        if origin is not None and origin not in settings.FRAME_ANCESTORS:
            response: HttpResponseBase = JsonResponse({}, status=HTTPStatus.FORBIDDEN)
        else:
            response = self.get_response(request)
            if origin:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Allow-Credentials"] = "true"
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        patch_vary_headers(response, ("Origin",))
        return response

    def unframed(self, request: AppRequest, destination: str) -> HttpResponseBase:
        """Refuse to be framed even where a browser ignores frame-ancestors."""
        if destination in FRAMES:
            text = _("This page cannot be shown inside another one.")
            response: HttpResponseBase = HttpResponse(text, "text/plain", HTTPStatus.FORBIDDEN)
        else:
            response = self.get_response(request)
        # Django's own middleware comes later and does not see what is refused before it.
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response


def framed(response: HttpResponseBase) -> HttpResponseBase:
    """Let the listed origins, and our own /widget/try/, frame the response."""
    ancestors = ["'self'", *settings.FRAME_ANCESTORS]
    response._csp_replace = {"frame-ancestors": ancestors}  # type: ignore[attr-defined]
    del response["X-Frame-Options"]  # it cannot name a list of origins
    # A host page that is cross-origin isolated shows only frames with these two headers.
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


class WidgetParamsMiddleware(MiddlewareMixin):
    """Set `request.widget` on what a frame shows, and use the language that it asks for."""

    def process_request(self, request: AppRequest) -> None:
        if not request.embedded:
            return
        widget = WidgetParams.of(request)
        request.widget = widget  # type: ignore[attr-defined]  # for templates
        request.hosts = settings.FRAME_ANCESTORS  # type: ignore[attr-defined]
        if widget.lang:
            translation.activate(widget.lang)
            request.LANGUAGE_CODE = translation.get_language()

    def process_view(
        self, request: AppRequest, _view: object, _args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse a write without scripts, since no script checks whether its frame is visible.

        The addresses of sign-in stay open: they change no work item.
        """
        is_sign_in = request.resolver_match is None or request.resolver_match.app_name == "signin"
        if not request.embedded or is_read(request) or request.htmx or is_sign_in:
            return None
        status = HTTPStatus.FORBIDDEN
        context = {"full_page": full_page_of(request)}
        return render(request, "widget/not_here.html", context, status=status)
