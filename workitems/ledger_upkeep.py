"""What becomes of the ledger's rows in the course of time: new keys, old age, erasure."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.jobs.registry import hourly
from workitems.domain.results import Erased, TooOld
from workitems.models import Attempt, BulkRun, EndingSession
from workitems.schedule import end_unsent

ERASED: Final = "erased"
TO_BE_READ: Final = timedelta(days=30)
ENDED: Final = timedelta(days=1)  # long after the session's own row was deleted


def missing_keys() -> int:
    """How many rows no key of ours opens."""
    known = crypto.key_marks(crypto.Purpose.LEDGER)
    return Attempt.objects.exclude(key_mark__in=known).count()


def reseal() -> int:
    """Seal all rows with the first key; how many were sealed with another."""
    first, count = crypto.key_marks(crypto.Purpose.LEDGER)[0], 0
    for row in Attempt.objects.exclude(key_mark=first).iterator():
        if content := row.opened():
            row.seal(content)
            row.save(update_fields=["key_mark", "sealed", "sealed_end"])
            count += 1
    return count


@hourly
def delete_old() -> int:
    """Delete what is older than LEDGER_DAYS and has ended; how many rows.

    What has waited for its person so long is not sent any more. They have a month to read that.
    """
    now = timezone.now()
    oldest, unread = now - timedelta(days=settings.LEDGER_DAYS), now - TO_BE_READ
    old = Attempt.objects.filter(asked_at__lt=oldest)
    end_unsent(old, TooOld("it has waited too long"), by_hand=True)
    is_unread = Q(has_news=True, closed_at__gte=unread)
    count = old.filter(is_live=False).exclude(is_unread).delete()[0]
    BulkRun.objects.filter(asked_at__lt=oldest, attempts=None).delete()
    EndingSession.objects.filter(at__lt=now - ENDED).delete()
    return count


def forget(person_id: str) -> int:
    """Take a person out of all rows: their ids, and all that is sealed in rows of theirs."""
    mine = Q(actor_id=person_id) | Q(owner_id=person_id)
    theirs = Attempt.objects.filter(mine)
    end_unsent(theirs, Erased("the person was erased"), by_hand=True)
    for name in ("actor_id", "owner_id"):
        BulkRun.objects.filter(**{name: person_id}).update(**{name: ERASED})
    count = 0
    for row in theirs.iterator():
        row.actor_id = ERASED if row.actor_id == person_id else row.actor_id
        row.owner_id = ERASED if row.owner_id == person_id else row.owner_id
        row.seal({"erased": True})
        row.save()
        count += 1
    return count
