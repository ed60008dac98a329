"""Headers and the request id that every answer carries."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from taskmanager.logging import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Only names that every Chromium knows: it warns on each page of any other (ambient-light-sensor,
# battery), some of which exist on other systems than Linux only (bluetooth, web-share).
_FEATURES = (
    "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
NO_FEATURES = ", ".join(f"{feature}=()" for feature in _FEATURES)


class RequestIdMiddleware:
    """Give each request an id of ours: it is in every log line and in the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Never reset: Django and gunicorn write their lines about this request after us.
        request_id.set(uuid.uuid4().hex)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id.get()
        return response


class IsolationMiddleware:
    """No device features for us, and no embedding of our files by other sites."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Browsers heed it for documents alone, and a first visit loads a dozen files.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Permissions-Policy", NO_FEATURES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PrivatePagesMiddleware:
    """Every page is somebody's: keep none, unless its view says otherwise.

    It stands behind whitenoise, so files are not pages.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        # A page and its fragment share one address, so the back button must tell them apart.
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response
