"""Which session a frame has, and the cookie that carries it.

The full page's cookie is SameSite=Lax, so a frame on another site has a session of its own, in a
partitioned cookie. On the same site (recommended) a frame shares the full page's session.
"""

from collections.abc import Mapping
from http.cookies import Morsel
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from taskmanager.core.htmx import is_read
from taskmanager.core.request import AppRequest
from taskmanager.core.storage import best_effort

FRAME_COOKIE: Final = "__Host-widget"

# Python knows the attribute from 3.14 on; before that it has to be registered.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


def key_in(request: HttpRequest) -> str | None:
    """The key of the session that the request came with."""
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME)


class FrameSessionMiddleware(SessionMiddleware):
    """Django's sessions, under another cookie where the request comes from a frame."""

    def process_request(self, request: AppRequest) -> None:  # type: ignore[override]
        own_key = request.COOKIES.get(FRAME_COOKIE)
        request.frame_session_key = own_key
        request.has_own_session = request.embedded and self.stands_alone(request.COOKIES)
        if request.has_own_session and own_key is not None:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = own_key  # where Django looks for it
        super().process_request(request)

    def stands_alone(self, cookies: Mapping[str, str]) -> bool:
        """Whether a frame uses its own session and not the full page's.

        The full page's counts if it is signed in, or if the frame has none of its own. Else the
        frame's popup, which begins a session for the full page, would make the frame lose its own.
        """
        shared = cookies.get(settings.SESSION_COOKIE_NAME)
        if shared is None:
            return True
        return FRAME_COOKIE in cookies and not self.SessionStore(shared).is_signed_in  # type: ignore[attr-defined]  # our engine's

    def process_response(self, request: AppRequest, response: Any) -> Any:  # type: ignore[override]
        """Give the cookie that Django has set its name and its attributes."""
        session = request.session
        if session.modified and is_read(request) and session.session_key == key_in(request):
            # What a page changes in a session that goes on is incidental: it is shown even so.
            with best_effort("what a page has changed in its session"):
                super().process_response(request, response)
        else:
            super().process_response(request, response)
        if request.has_own_session and settings.SESSION_COOKIE_NAME in response.cookies:
            _as_frames(response, response.cookies.pop(settings.SESSION_COOKIE_NAME))
        return response


def _as_frames(response: HttpResponse, morsel: Morsel[str]) -> None:
    """Also for a deletion: browsers ignore one whose attributes differ."""
    response.cookies[FRAME_COOKIE] = morsel.value
    own = {**morsel, "secure": True, "samesite": "None", "partitioned": True}
    response.cookies[FRAME_COOKIE].update(own)


def forget_session(request: HttpRequest, response: HttpResponse) -> None:
    """Have the browser forget the session, and in a frame the one that is its own as well."""
    name = settings.SESSION_COOKIE_NAME
    response.delete_cookie(name, samesite="Lax")
    if FRAME_COOKIE in request.COOKIES and getattr(request, "embedded", False):
        _as_frames(response, response.cookies[name])
