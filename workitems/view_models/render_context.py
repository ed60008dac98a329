"""What the words of a page depend on beside its data: language, time zone and time."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Self

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language


@dataclass(frozen=True)
class RenderContext:
    """Asked of Django once a page: the words of each row would else ask for the language again."""

    now: datetime
    language: str | None
    time_zone: tzinfo

    @classmethod
    def at(cls, now: datetime) -> Self:
        """For the current request's language and time zone."""
        return cls(now, get_language(), get_current_timezone())
