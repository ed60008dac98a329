"""Headers and the request id that every answer carries."""

import uuid

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from taskmanager.logging import request_id

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
