"""Which session a frame has, and the cookie that carries it.

A frame on another site has a session of its own, in a partitioned cookie: the full page's cookie
is SameSite=Lax and never gets there, so the two cannot mix. In a page of the same site (the
recommended set-up) browsers do send that cookie: whoever is signed in to the full page is signed
in to the widget too.
"""

from collections.abc import Mapping
from http.cookies import Morsel
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponseBase

from taskmanager.core.request import AppRequest

FRAME_COOKIE: Final = "__Host-widget"

# Python knows the attribute from 3.14 on; until then a morsel takes it only after being told.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


class FrameSessionMiddleware(SessionMiddleware):
    """Django's sessions, under another cookie where the request comes from a frame.

    Sets `request.has_own_session` and `request.frame_session_key`.
    """

    def process_request(self, request: AppRequest) -> None:  # type: ignore[override]
        """Let Django find the frame's cookie under the name that it looks for."""
        own_key = request.COOKIES.get(FRAME_COOKIE)
        request.frame_session_key = own_key
        request.has_own_session = request.embedded and self.stands_alone(request.COOKIES)
        if request.has_own_session and own_key is not None:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = own_key
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
        return FRAME_COOKIE in cookies and not self.SessionStore(shared).is_signed_in  # type: ignore[attr-defined]  # our engine's

    def process_response(self, request: AppRequest, response: Any) -> Any:  # type: ignore[override]
        """Give the cookie that Django has set its name and its attributes."""
        response = super().process_response(request, response)
        if request.has_own_session:
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
