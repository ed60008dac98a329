"""What each person has chosen: how long a decision can be taken back, and keys of one letter."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from taskmanager.jobs.heartbeat import is_worker_alive
from workitems.domain.attempts import Delay
from workitems.models import PersonSettings
from workitems.schedule import GRACE


def of_person(person_id: str) -> PersonSettings:
    """Theirs, or what the installation's settings say."""
    usual = PersonSettings(person_id=person_id, undo_seconds=settings.UNDO_SECONDS)
    try:
        return PersonSettings.objects.filter(pk=person_id).first() or usual
    except DatabaseError:
        return usual


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
