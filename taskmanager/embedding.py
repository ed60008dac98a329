"""What may be framed, by whom, and which session a frame has.

Only addresses below /widget/ may stand in another site's page, and only in the pages of
FRAME_ANCESTORS. A frame on another site has a session of its own, in a partitioned cookie: the
full page's cookie is SameSite=Lax and never gets there, so the two cannot mix. In a page of the
same site (the recommended set-up) browsers do send that cookie: whoever is signed in to the full
page is signed in to the widget too.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookies import Morsel
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from taskmanager.signin.flows import safe_next
from taskmanager.signin.person import PERSON

PREFIX: Final = "/widget/"
# Below the prefix, but made to be opened at top level or fetched by the host page.
UNFRAMED: Final = frozenset({"/widget/try/", "/widget/loader.js"})
FRAME_COOKIE: Final = "__Host-widget"
FRAMES: Final = frozenset({"iframe", "frame", "embed", "object"})

# Python knows the attribute from 3.14 on; until then a morsel takes it only after being told.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


def is_embedded(request: HttpRequest) -> bool:
    """Whether the address is one that a frame shows."""
    return request.path.startswith(PREFIX) and request.path not in UNFRAMED


def full_page_of(request: HttpRequest) -> str:
    """The address of the full page that shows what this framed one does; else its first page."""
    address = safe_next("/" + request.get_full_path().removeprefix(PREFIX))
    return address if is_valid_path(urlsplit(address).path) else "/"


class EmbeddingMiddleware:
    """Say who may frame what; refuse what is opened in the wrong place.

    Sets `request.embedded`, and `request.layout`: the template that a page extends.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        embedded = is_embedded(request)
        request.embedded = embedded  # type: ignore[attr-defined]
        request.layout = "embed.html" if embedded else "base.html"  # type: ignore[attr-defined]
        destination = request.headers.get("Sec-Fetch-Dest", "")
        if not embedded:
            return self.unframed(request, destination)
        if not settings.FRAME_ANCESTORS:
            return render(request, "widget/off.html", status=HTTPStatus.NOT_FOUND)
        if destination == "document" and request.method == "GET":
            # In a tab of its own the full page serves better, and it is where its session is.
            return HttpResponseRedirect(full_page_of(request))
        return framed(self.get_response(request))

    def unframed(self, request: HttpRequest, destination: str) -> HttpResponseBase:
        """frame-ancestors already says so; this also holds where a browser ignores it."""
        if destination in FRAMES:
            text = _("This page cannot be shown inside another one.")
            response: HttpResponseBase = HttpResponse(text, "text/plain", HTTPStatus.FORBIDDEN)
        else:
            response = self.get_response(request)
        # Django's own middleware stands further in and misses what is refused before it.
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response


def framed(response: HttpResponseBase) -> HttpResponseBase:
    """Let the listed origins, and our own /widget/try/, frame the answer."""
    ancestors = ["'self'", *settings.FRAME_ANCESTORS]
    response._csp_replace = {"frame-ancestors": ancestors}  # type: ignore[attr-defined]
    del response["X-Frame-Options"]  # it has no word for a list
    # A host page that is cross-origin isolated shows only frames that say these two.
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


class FrameSessionMiddleware(SessionMiddleware):
    """Django's sessions, under another cookie where the request comes from a frame."""

    def process_request(self, request: HttpRequest) -> None:
        """Let Django find the frame's cookie under the name that it looks for."""
        name = settings.SESSION_COOKIE_NAME
        request.has_own_cookie = is_embedded(request) and self.stands_alone(request.COOKIES)  # type: ignore[attr-defined]
        if request.has_own_cookie and FRAME_COOKIE in request.COOKIES:  # type: ignore[attr-defined]
            request.COOKIES[name] = request.COOKIES[FRAME_COOKIE]
        super().process_request(request)

    def stands_alone(self, cookies: Mapping[str, str]) -> bool:
        """Whether a frame goes by its own session.

        The full page's cookie arrives only where the host page is of our own site. It counts if
        somebody is signed in to it. Else a session that the frame has begun stays in use: the
        popup of its sign-in begins one for the full page, and the frame must not lose its own.
        """
        shared = cookies.get(settings.SESSION_COOKIE_NAME)
        if shared is None:
            return True
        return FRAME_COOKIE in cookies and PERSON not in self.SessionStore(shared)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Give the cookie that Django has set its name and its attributes."""
        response = super().process_response(request, response)
        if getattr(request, "has_own_cookie", False):
            rename_cookie(response)
        return response


def rename_cookie(response: HttpResponseBase) -> None:
    """Also for a deletion: browsers ignore one whose attributes differ."""
    morsel = response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    if morsel is None:
        return
    response.cookies[FRAME_COOKIE] = morsel.value
    framed_morsel = response.cookies[FRAME_COOKIE]
    framed_morsel.update({**morsel, "secure": True, "samesite": "None", "partitioned": True})
