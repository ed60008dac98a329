"""Headers and the request id that every answer carries, and messages that always arrive."""

import logging
import uuid
from http import HTTPStatus

from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from taskmanager.core.htmx import render
from taskmanager.logging import request_id

logger = logging.getLogger(__name__)

# Only names that Chromium knows on every system: it logs a warning for any other on each page.
_FEATURES = (
    "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
NO_FEATURES = ", ".join(f"{feature}=()" for feature in _FEATURES)


class RequestIdMiddleware(MiddlewareMixin):
    """Give each request an id of ours: it is in every log line, and in every answer but files."""

    def process_request(self, _: HttpRequest) -> None:
        # Never reset: Django and gunicorn write their lines about this request after us.
        request_id.set(uuid.uuid4().hex)

    def process_response(self, _: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, FileResponse):
            response.headers["X-Request-ID"] = request_id.get()
        return response


class PageHeadersMiddleware(MiddlewareMixin):
    """Pages are personal: no cache, no embedding by other sites, no device features.

    A view may say otherwise of caching and embedding.
    """

    def process_response(self, _: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # Browsers use it for documents only.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", NO_FEATURES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        # A page and its fragment share one address: the back button must not mix them up.
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response


class ToldMiddleware(MessageMiddleware):
    """Django's messages, which take no answer back where the session cannot be saved.

    It may have ended elsewhere meanwhile, or its row may be locked. Django would then answer "bad
    request", also to somebody whose decision was sent and has to be told how it ended.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        is_modified_by_others = session.modified
        response = super().process_response(request, response)
        has_messages_alone = session.modified and not is_modified_by_others
        # All else may matter more than the answer: Django's own middleware saves it, or refuses.
        if not has_messages_alone or session.session_key is None:
            return response
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return response  # Django saves no session after these
        try:
            session.save()
        except (UpdateError, DatabaseError) as error:
            logger.warning("messages could not be kept: %s", error)
            response = told_now(request, response)
        session.modified = False  # it is saved, or cannot be
        return response


def told_now(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page with the messages in the place of a redirect to the page that would have had them."""
    location = response.headers.get("Location")
    if location is None or not getattr(get_messages(request), "added_new", False):
        return response
    return render(request, "told.html", {"next": location})
