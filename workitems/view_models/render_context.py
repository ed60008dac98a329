"""What the words of a page depend on beside its data: language, time zone, time and policy."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Self

from django.conf import settings
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from workitems.domain.policy import Policy


@dataclass(frozen=True)
class RenderContext:
    """Asked of Django once a page: the words of each row would else ask for the language again."""

    now: datetime
    language: str | None
    time_zone: tzinfo
    policy: Policy

    @classmethod
    def at(cls, now: datetime, policy: Policy | None = None) -> Self:
        """For the current request's language and time zone, and the installation's policy."""
        policy = policy or Policy(settings.TYPE_COMMANDS)
        return cls(now, get_language(), get_current_timezone(), policy)
