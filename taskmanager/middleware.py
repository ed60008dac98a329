"""Headers and the request id that every answer carries, and messages that always arrive."""

import logging
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from taskmanager.core.appearance import Appearance, keep, kept_in, show_as
from taskmanager.core.clock import zone_of
from taskmanager.core.htmx import render
from taskmanager.core.places import KEPT_FREE, Places, asking
from taskmanager.core.request import AppRequest
from taskmanager.core.storage import briefly
from taskmanager.logging import request_id

logger = logging.getLogger(__name__)

# Only names that Chromium knows on every system: it logs a warning for any other on each page.
_FEATURES = (
    "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
ANSWERED_BY = "X-Answered-By"
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


class ClientAddressMiddleware(MiddlewareMixin):
    """Behind a trusted proxy the client is whom that proxy names: the last of X-Forwarded-For.

    What stands before it may have been sent by the client itself. gunicorn's access log prints
    REMOTE_ADDR as we leave it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.TRUST_PROXY:
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def process_request(self, request: HttpRequest) -> None:
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # "unknown", or none at all
            request.META["REMOTE_ADDR"] = str(ip_address(named))


class ZoneMiddleware:
    """Times are those of the person's own zone, for as long as the request is answered."""

    def __init__(self, get_response: Callable[[AppRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: AppRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request.COOKIES, is_framed=request.embedded)):
            return self.get_response(request)


class AppearanceMiddleware:
    """Pages look and speak as the browser's cookie says, and keep what a view has found chosen."""

    def __init__(self, get_response: Callable[[AppRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: AppRequest) -> HttpResponseBase:
        kept = kept_in(request.COOKIES, is_framed=request.embedded)
        request.new_appearance = None
        request.appearance = Appearance()
        if kept:
            show_as(request, kept[0].appearance)
        response = self.get_response(request)
        if request.new_appearance:
            keep(response, request.new_appearance, is_framed=request.embedded)
        return response


class PlacesMiddleware:
    """Only a share of the threads waits for SailPoint and the provider (`core/places.py`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        shared = max(1, settings.WEB_THREADS - KEPT_FREE)
        self.places = Places(shared, spare=int(settings.WEB_THREADS > KEPT_FREE))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with ExitStack() as stack:
            stack.enter_context(asking(self.places))
            response = self.get_response(request)
            if response.streaming:  # it may wait while it is sent: until the server closes it
                response._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined]
        return response


class PageHeadersMiddleware(MiddlewareMixin):
    """Pages are personal: no cache, no embedding by other sites, no device features.

    A view may say otherwise of caching and embedding. Our scripts take no answer without the
    header that says it is ours: a proxy, a firewall or a hotel's network may answer in our place.
    """

    def process_response(self, _: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # Browsers use it for documents only.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", NO_FEATURES)
        response.headers[ANSWERED_BY] = "my-tasks"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        # A page and its fragment share one address: the back button must not mix them up.
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response


class OwnAddressMiddleware(MiddlewareMixin):
    """Our address is PUBLIC_URL, however a proxy writes the header Host of a request to it.

    `Tasks.example.com.:443` is the same host, and a browser's Origin and Referer are compared with
    what stands here. Raises DisallowedHost for any other host.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.get_host()
        request.META["HTTP_HOST"] = urlsplit(settings.PUBLIC_URL).netloc


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
            with briefly():
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
