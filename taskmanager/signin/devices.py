"""Where a session is used, in words coarse enough to recognise it by and no more."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest

DEVICE = "device"
# The first mark found counts: each browser also carries the marks of those below it.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"),
    ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


class Device(TypedDict):
    """`browser` and `system` are empty when unknown; `host` is the origin around a widget."""

    browser: str
    system: str
    framed: bool
    host: str


def device_of(request: HttpRequest) -> Device:
    """What a session that begins with this request remembers about where it is."""
    agent = request.headers.get("User-Agent", "")
    host = request.POST.get("host_origin", "")
    framed = bool(getattr(request, "has_own_cookie", False))
    return {
        "browser": _first(_BROWSERS, agent),
        "system": _first(_SYSTEMS, agent),
        "framed": framed,
        # The frame's word; only ever one of the origins that an administrator has listed.
        "host": host if framed and host in settings.FRAME_ANCESTORS else "",
    }


def _first(marks: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
