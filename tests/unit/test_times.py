"""Ages equal those of Django's `timesince`, and caching does not mix languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext, override

from taskmanager.core.clock import clock, written, zone_name
from workitems.view_models.render_context import RenderContext
from workitems.view_models.times import absolute, ago, waiting

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEAP_DAY = datetime(2024, 2, 29, tzinfo=UTC)
LAST_OF_FEBRUARY = datetime(2025, 2, 28, 23, 59, 59, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
END_OF_YEAR = datetime(2026, 12, 31, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)


def moments() -> Iterator[tuple[datetime, datetime]]:
    """Pairs of moments: differences at each unit's boundary, and many in between."""
    lengths = (MINUTE, HOUR, DAY, 7 * DAY, 28 * DAY, 29 * DAY, 30 * DAY, 31 * DAY, 365 * DAY)
    edges = [length * count for length in lengths for count in (1, 2, 3, 11, 12, 24)]
    nudged = [edge + nudge for edge in edges for nudge in (-SECOND, timedelta(0), SECOND)]
    anywhere = [
        timedelta(seconds=61) + n * timedelta(days=17, hours=5, seconds=41) for n in range(400)
    ]
    nows = (NOW, LEAP_DAY, LAST_OF_FEBRUARY, NEW_YEAR, END_OF_YEAR)
    return ((now - age, now) for now in nows for age in (*nudged, *anywhere) if age >= MINUTE)


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_age_is_the_one_that_django_tells(language: str) -> None:
    with override(language):
        for moment, now in moments():
            expected = gettext("waiting %(age)s") % {"age": timesince(moment, now, depth=1)}
            assert waiting(moment, RenderContext.at(now)) == expected, (moment, now)


def test_what_was_said_in_one_language_is_not_said_in_another() -> None:
    english = ("waiting 3\xa0days", "3\xa0days ago", "20 Nov 2026, 12:00\xa0UTC")
    for _ in range(2):
        assert said_three_days_ago("en") == english
        assert not set(said_three_days_ago("de")) & set(english)


def said_three_days_ago(language: str) -> tuple[str, str, str]:
    with override(language):
        moment, context = NOW - 3 * DAY, RenderContext.at(NOW)
    # Outside `override`: the cached text depends on the render context, not on the active language.
    return waiting(moment, context), ago(moment, context), absolute(moment, context)


def test_the_same_moment_is_written_in_each_time_zone() -> None:
    written = []
    for name in ("UTC", "Asia/Tokyo"):
        with timezone.override(name):
            written.append(absolute(NOW, RenderContext.at(NOW)))
    assert written == ["23 Nov 2026, 12:00\xa0UTC", "23 Nov 2026, 21:00\xa0JST"]


def test_what_is_still_to_come_counts_as_new() -> None:
    context = RenderContext.at(NOW)
    assert {waiting(NOW + length, context) for length in (SECOND, 40 * DAY, 400 * DAY)} == {"new"}
    assert ago(NOW + SECOND, context) == "just now"
    assert ago(NOW + DAY, context) == "24 Nov 2026, 12:00\xa0UTC"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "Asia/Kolkata"])
def test_today_begins_at_the_midnight_of_the_zone(zone: str) -> None:
    with timezone.override(zone):
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        name = zone_name(midnight)
        assert clock(midnight.astimezone(UTC)) == f"00:00\xa0{name}"
        yesterday = midnight.astimezone(UTC) - SECOND
        assert re.fullmatch(rf"\d+ \w{{3}} \d{{4}}, 23:59\xa0{re.escape(name)}", clock(yesterday))


def test_what_is_written_is_german_where_that_is_spoken() -> None:
    moment = datetime(2026, 3, 5, 17, 45, tzinfo=UTC)
    with override("de"), timezone.override("Asia/Kathmandu"):
        assert written(moment) == "5. März 2026, 23:30\xa0UTC+05:45"


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    names = {}
    for zone in ("Etc/GMT+5", "America/St_Johns", "Pacific/Chatham", "UTC"):
        with timezone.override(zone):
            names[zone] = zone_name(timezone.localtime(NOW))
    assert names == {
        "Etc/GMT+5": "UTC-05:00", "America/St_Johns": "NST",
        "Pacific/Chatham": "UTC+13:45", "UTC": "UTC",
    }  # fmt: skip
