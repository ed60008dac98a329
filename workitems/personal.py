"""What each page asks of its person's own rows, in one query."""

import logging
from dataclasses import dataclass
from typing import Final, Self

from django.db import DatabaseError

from taskmanager.core.storage import first_row
from workitems import basket, preferences, rejections, saved_views
from workitems.models import PersonSettings
from workitems.scope import QueueScope

logger = logging.getLogger(__name__)

COLUMNS: Final = ", ".join(f"chosen.{name}" for name in preferences.NAMES)
READ: Final = (
    f"SELECT EXISTS({saved_views.ANY}), EXISTS({rejections.ANY_BY}), ({basket.COUNT}), {COLUMNS}"  # noqa: S608 - names of ours
    f" FROM (SELECT 1) AS asked LEFT JOIN {PersonSettings._meta.db_table} AS chosen"
    " ON chosen.person_id = %s"
)


@dataclass(frozen=True)
class Personal:
    """`in_basket`: how many decisions of this queue are put together and not sent. `has_rejected`:
    whether this person has rejected anything that is remembered.
    """

    chosen: PersonSettings
    has_views: bool = False
    has_rejected: bool = False
    in_basket: int = 0

    @classmethod
    def of(cls, scope: QueueScope) -> Self:
        """What the installation's settings say, and nothing kept, where the database fails."""
        person_id = scope.actor.id
        try:
            row = first_row(READ, person_id, person_id, person_id, scope.owner.id, person_id)
        except DatabaseError:
            logger.exception("what a person keeps cannot be read")
            row = None
        has_views, has_rejected, in_basket, *chosen = row or (False, False, 0, None)
        known = preferences.from_row(person_id, chosen)
        return cls(known, bool(has_views), bool(has_rejected), in_basket)
