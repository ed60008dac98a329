"""The browser and system of a session, just precise enough for its owner to recognise it."""

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
    """What a session keeps of its User-Agent header, and of the host that its frame claims."""
    return {
        "browser": next((name for mark, name in _BROWSERS if mark in agent), ""),
        "system": next((name for mark, name in _SYSTEMS if mark in agent), ""),
        "framed": is_framed,
        # A frame can claim any origin: only a listed one is kept.
        "host": host if is_framed and host in settings.FRAME_ANCESTORS else "",
    }
