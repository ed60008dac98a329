"""What each person has chosen: how long a decision can be undone, keys, how pages look."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from taskmanager.core.appearance import Appearance
from taskmanager.core.storage import first_row
from taskmanager.jobs.heartbeat import is_worker_alive
from workitems.domain.attempts import Delay
from workitems.models import PersonSettings
from workitems.schedule import GRACE

NAMES: Final = tuple(field.attname for field in PersonSettings._meta.concrete_fields)
READ: Final = (
    f"SELECT {', '.join(NAMES)} FROM {PersonSettings._meta.db_table}"  # noqa: S608 - names of ours
    " WHERE person_id = %s"
)


def of_person(person_id: str) -> PersonSettings:
    """Theirs, or what the installation's settings say."""
    try:
        row = first_row(READ, person_id)
    except DatabaseError:
        row = None
    return from_row(person_id, row)


def from_row(person_id: str, row: Sequence[Any] | None) -> PersonSettings:
    """The same from the values of NAMES, where there are any."""
    if not row or row[0] is None:
        return PersonSettings(person_id=person_id, undo_seconds=settings.UNDO_SECONDS)
    return PersonSettings.from_db(None, NAMES, row)


def keep(person_id: str, values: Mapping[str, Any]) -> PersonSettings:
    """Keep what they choose, and leave the rest as it is."""
    usual = {"undo_seconds": settings.UNDO_SECONDS, **values}
    kept, _is_new = PersonSettings.objects.update_or_create(
        person_id=person_id, defaults=values, create_defaults=usual
    )
    return kept


def appearance_of(chosen: PersonSettings) -> Appearance:
    """In a language that we still speak."""
    language = chosen.language if chosen.language in dict(settings.LANGUAGES) else ""
    return Appearance(language, chosen.theme, chosen.density)


def delay_for(chosen: PersonSettings) -> Delay | None:
    """How long to hold what this person decides now; None to send it at once.

    Without a live worker nothing is held for a time: who else would send it, if the page is closed?
    """
    seconds = chosen.undo_seconds
    if seconds is None:
        return Delay(None)
    if seconds == 0 or not is_worker_alive():
        return None
    return Delay(timezone.now() + timedelta(seconds=seconds) + GRACE)
