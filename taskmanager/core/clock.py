"""Whose clock: the person's own, as their browser says it in a cookie, else the installation's.

Moments are written here alone, with the name of the zone behind them.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone, localdate, localtime
from django.utils.translation import gettext_lazy as _

from taskmanager.core.language import language

KNOWN: Final = frozenset(available_timezones())
YEAR: Final = 365 * 24 * 3600  # seconds
# Of the zones whose short name differs between the languages that we speak.
NAMES: Final[Mapping[str, Promise]] = {
    "WET": _("WET"), "WEST": _("WEST"), "CET": _("CET"), "CEST": _("CEST"),
    "EET": _("EET"), "EEST": _("EEST"),
}  # fmt: skip
FRAME_ZONE: Final = "__Host-widget-zone"


def _page_zone() -> str:
    return "__Host-zone" if settings.SESSION_COOKIE_SECURE else "zone"


def zone_cookie(*, is_framed: bool) -> str:
    """What `zone.js` gives to `document.cookie`, with the zone in the place of `{zone}`.

    A frame has one of its own, like its session: on another site no other would be kept.
    """
    if is_framed:
        name, more = FRAME_ZONE, "; Secure; SameSite=None; Partitioned"
    else:
        is_secure = settings.SESSION_COOKIE_SECURE
        name, more = _page_zone(), "; SameSite=Lax" + ("; Secure" if is_secure else "")
    return f"{name}={{zone}}; Path=/; Max-Age={YEAR}{more}"


def zone_of(cookies: Mapping[str, str], *, is_framed: bool) -> ZoneInfo | None:
    """The person's zone; None where the browser said none, or none that exists."""
    said = cookies.get(_page_zone(), "")
    if is_framed:
        said = cookies.get(FRAME_ZONE, said)
    return _zone(said) if said in KNOWN else None


@cache  # of known names only, so it cannot grow
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone() -> str:
    """The whole name of the current zone, such as `Europe/Berlin`."""
    return str(get_current_timezone())


def zone_name(local: datetime) -> str:
    """The short name of the zone at that moment; the offset where the zone has no letters."""
    name = local.tzname() or ""
    if name.isalpha():
        return str(NAMES.get(name, name))
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def zone_name_now() -> str:
    return zone_name(localtime())


def written(value: datetime) -> str:
    """Date and time as the person's language writes them, in the current zone, with its name."""
    minute = value.replace(second=0, microsecond=0)  # no language of ours writes more
    return _written(minute, get_current_timezone(), language())


@lru_cache(maxsize=1_000)  # what was read in the same minute says so in the same words
def _written(minute: datetime, time_zone: tzinfo, _language: str | None) -> str:
    return _with_zone(localtime(minute, time_zone), "DATETIME_FORMAT")


def clock(value: datetime) -> str:
    """The time of day, and the date where that is not today."""
    local = localtime(value)
    return _with_zone(local, "TIME_FORMAT") if local.date() == localdate() else written(value)


def _with_zone(local: datetime, form: str) -> str:
    return f"{date_format(local, form)}\xa0{zone_name(local)}"  # one line has both


def iso(value: datetime | None) -> str:
    """ISO 8601 in the current zone, with its offset: for exports."""
    return localtime(value).isoformat(timespec="seconds") if value else ""
