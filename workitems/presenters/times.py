"""Moments in words: how long ago, how long it waits, and when exactly."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import get_language, gettext


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago; nothing for a moment that nobody knows."""
    if moment is None:
        return ""
    if now - moment < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(age)s ago") % {"age": timesince(moment, now, depth=1)}


def waiting(moment: datetime | None, now: datetime) -> str:
    """For how long it has waited."""
    if moment is None:
        return ""
    if now - moment < timedelta(minutes=1):
        return gettext("new")
    return gettext("waiting %(age)s") % {"age": timesince(moment, now, depth=1)}


def absolute(moment: datetime | None) -> str:
    """Date and time as the person's language writes them, for the title of a relative one."""
    return _written(moment, get_current_timezone_name(), get_language()) if moment else ""


# A list is looked at again and again, and writing its dates was a tenth of the time of a page.
@lru_cache(maxsize=10_000)
def _written(moment: datetime, _time_zone: str, _language: str | None) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
