"""Moments in words: how long ago, how long it waits, and when exactly.

The words are cached for each language: to write them anew took a fifth of the time of a list.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import avoid_wrapping
from django.utils.timesince import TIME_CHUNKS, TIME_STRINGS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from taskmanager.core.clock import written
from workitems.view_models.render_context import RenderContext

Age = tuple[str, int]  # a unit of TIME_STRINGS and how many of them
FRESH: Final[Age] = ("minute", 0)
AGO, WAITING, OLDEST, AT_LEAST, LENGTH = "ago", "waiting", "oldest", "at least", "length"
WORDS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    AGO: (_("just now"), _("%(age)s ago")),
    WAITING: (_("new"), _("waiting %(age)s")),
    OLDEST: (_("the oldest is new"), _("the oldest waits %(age)s")),
    AT_LEAST: (_("the oldest is new, or older"), _("the oldest waits %(age)s or longer")),
    LENGTH: (_("less than a minute"), _("%(age)s")),
}
UNITS: Final = tuple(zip(("week", "day", "hour", "minute"), TIME_CHUNKS, strict=True))  # seconds


def ago(moment: datetime | None, context: RenderContext) -> str:
    """How long ago; nothing for a moment nobody knows, and the date of one that is to come."""
    if moment and moment - context.now > timedelta(minutes=1):
        return absolute(moment, context)
    return _said(AGO, age(moment, context.now), context.language) if moment else ""


def waiting(moment: datetime | None, context: RenderContext) -> str:
    return _said(WAITING, age(moment, context.now), context.language) if moment else ""


def oldest(moment: datetime | None, context: RenderContext, *, is_known: bool) -> str:
    """Since when the oldest of several waits; not `is_known`: since then, or for longer."""
    words = OLDEST if is_known else AT_LEAST
    return _said(words, age(moment, context.now), context.language) if moment else ""


def length(moment: datetime, context: RenderContext) -> str:
    """How long it is since then."""
    return _said(LENGTH, age(moment, context.now), context.language)


def absolute(moment: datetime | None, context: RenderContext) -> str:
    """Date and time in full, for the title of a relative one."""
    return _written(moment, context.time_zone, context.language) if moment else ""


def age(moment: datetime, now: datetime) -> Age:
    """The largest unit between two moments in UTC, counted like Django's `timesince` (tested)."""
    years, months = divmod(_whole_months(moment, now), 12)
    if years > 0:
        return "year", years
    if years == 0 and months:
        return "month", months
    passed = (now - moment).total_seconds()
    for unit, length in UNITS:
        if passed >= length:
            return unit, int(passed // length)
    return FRESH


def _whole_months(moment: datetime, now: datetime) -> int:
    is_short = (moment.day, moment.time()) > (now.day, now.time())
    return (now.year - moment.year) * 12 + now.month - moment.month - is_short


# Each asks for its language and zone itself, so that what is kept can only ever be in these.


@lru_cache(maxsize=1_000)
def _said(words: str, age: Age, language: str | None) -> str:
    fresh, aged = WORDS[words]
    unit, number = age
    with override(language):
        if age == FRESH:
            return str(fresh)
        return str(aged) % {"age": avoid_wrapping(TIME_STRINGS[unit] % {"num": number})}


@lru_cache(maxsize=10_000)
def _written(moment: datetime, time_zone: tzinfo, language: str | None) -> str:
    with override(language), timezone.override(time_zone):
        return written(moment)
