"""Where a session is used, in words coarse enough to recognise it by and no more."""

from typing import TypedDict

from django.conf import settings

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


def device_of(agent: str, *, host: str, is_framed: bool) -> Device:
    """What a session remembers about where it began: the browser by its User-Agent header.

    `host` is the frame's word for the origin around it: only a listed one is kept.
    """
    return {
        "browser": _first(_BROWSERS, agent),
        "system": _first(_SYSTEMS, agent),
        "framed": is_framed,
        "host": host if is_framed and host in settings.FRAME_ANCESTORS else "",
    }


def _first(marks: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
