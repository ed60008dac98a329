"""What the words of a page depend on beside its data: language, time, settings, who reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Self

from django.conf import settings
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from workitems.domain.flags import FlagRules, Rejected, look_back
from workitems.domain.policy import Policy
from workitems.isc.schemas import UnreadableWorkItem, WorkItem
from workitems.rejections import Rejections


@dataclass(frozen=True)
class RenderContext:
    """Asked of Django once a page: the words of each row would else ask for the language again."""

    now: datetime
    language: str | None
    time_zone: tzinfo
    policy: Policy
    actor_id: str
    flag_rules: FlagRules
    rejected: Rejected

    @classmethod
    def at(
        cls,
        now: datetime,
        policy: Policy | None = None,
        actor_id: str = "",
        *,
        has_rejected: bool | None = None,
    ) -> Self:
        """For the current request's language and time zone, and the installation's policy.

        `has_rejected`: whether the actor has ever rejected anything; None: asked for when needed.
        """
        policy = policy or Policy(settings.TYPE_COMMANDS)
        language, zone = get_language(), get_current_timezone()
        rejected = Rejections(actor_id, is_any=has_rejected)
        return cls(now, language, zone, policy, actor_id, settings.FLAG_RULES, rejected)

    def prepare(self, items: Iterable[WorkItem | UnreadableWorkItem]) -> None:
        """Have it looked up at once what was rejected of all these."""
        look_back(items, self.flag_rules, self.rejected)
