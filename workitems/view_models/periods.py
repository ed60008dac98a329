"""Stretches of days that lists are often asked for, counted where the person is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from workitems.view_models.labels import Text


@dataclass(frozen=True)
class Period:
    """From the one day until the end of the other."""

    label: Text
    since: date
    until: date


def periods(today: date) -> tuple[Period, ...]:
    before = today.replace(day=1) - timedelta(days=1)
    return (
        Period(_("Last 7 days"), today - timedelta(days=6), today),
        _month(_("This month"), today),
        _month(_("Last month"), before),
    )


def _month(label: Text, day: date) -> Period:
    """The whole of it, so that its address stays the same from its first day on."""
    _weekday, length = monthrange(day.year, day.month)
    return Period(label, day.replace(day=1), day.replace(day=length))
