"""Ages equal those of Django's `timesince`, and caching does not mix languages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext, override

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
    english = ("waiting 3\xa0days", "3\xa0days ago", "Nov. 20, 2026, noon")
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
    assert written == ["Nov. 23, 2026, noon", "Nov. 23, 2026, 9 p.m."]


def test_what_is_still_to_come_counts_as_new() -> None:
    context = RenderContext.at(NOW)
    assert {waiting(NOW + length, context) for length in (SECOND, 40 * DAY, 400 * DAY)} == {"new"}
    assert ago(NOW + SECOND, context) == "just now"
    assert ago(NOW + DAY, context) == "Nov. 24, 2026, noon"
