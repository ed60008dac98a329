"""What becomes of the ledger's rows, and of what people have saved: new keys, old age, erasure."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.jobs.registry import hourly
from workitems.domain.results import Erased, TooOld
from workitems.ledger_content import forget_secrets
from workitems.models import (
    Attempt,
    BasketEntry,
    BulkRun,
    EndingSession,
    PersonSettings,
    PinnedOwner,
    Rejection,
    SavedView,
)
from workitems.schedule import WAITING, end_unsent

ERASED: Final = "erased"
TO_BE_READ: Final = timedelta(days=30)
LEFT: Final = timedelta(days=7)  # a failing database or a missing worker are noticed before
IN_BASKET: Final = timedelta(days=30)  # what is decided by then has changed anyway
ENDED: Final = timedelta(days=1)  # long after the session's own row was deleted


def missing_keys() -> int:
    """How many rows no key of ours opens."""
    known = crypto.key_marks(crypto.Purpose.LEDGER)
    return Attempt.objects.exclude(key_mark__in=known).count()


def reseal() -> int:
    """Seal all rows, views, baskets and pins with the first key; how many had another."""
    first, count = crypto.key_marks(crypto.Purpose.LEDGER)[0], 0
    for row in Attempt.objects.exclude(key_mark=first).iterator():
        if content := row.opened():
            row.seal(content)
            row.save(update_fields=["key_mark", "sealed", "sealed_end"])
            count += 1
    first = crypto.key_marks(crypto.Purpose.VIEWS)[0]
    for view in SavedView.objects.exclude(key_mark=first).iterator():
        if kept := view.opened():
            view.seal(*kept)
            view.save(update_fields=["key_mark", "sealed"])
            count += 1
    first = crypto.key_marks(crypto.Purpose.BASKET)[0]
    for entry in BasketEntry.objects.exclude(key_mark=first).iterator():
        if choice := entry.opened():
            entry.seal(choice)
            entry.save(update_fields=["key_mark", "sealed"])
            count += 1
    first = crypto.key_marks(crypto.Purpose.PINS)[0]
    for pin in PinnedOwner.objects.exclude(key_mark=first).iterator():
        pin.seal(pin.opened())  # without a name where no key opens it: it is looked up again
        pin.save(update_fields=["key_mark", "sealed"])
        count += 1
    return count


def unreadable_views() -> QuerySet[SavedView]:
    """Those that no key of ours opens: pages leave them out, and nobody can delete them there."""
    return SavedView.objects.exclude(key_mark__in=crypto.key_marks(crypto.Purpose.VIEWS))


def unreadable() -> int:
    """How many rows, views and decisions in baskets `reseal` has to leave as they are."""
    known = crypto.key_marks(crypto.Purpose.BASKET)
    entries = BasketEntry.objects.exclude(key_mark__in=known)
    return missing_keys() + unreadable_views().count() + entries.count()


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
    Rejection.objects.filter(at__lt=oldest).delete()
    EndingSession.objects.filter(at__lt=now - ENDED).delete()
    BasketEntry.objects.filter(asked_at__lt=now - IN_BASKET).delete()
    return count


@hourly
def forget_old_secrets() -> int:
    """Those that were left in attempts that have ended lately; of how many.

    Only a look into a row tells, and a ledger may hold two years of them.
    """
    lately = Q(closed_at__gte=timezone.now() - LEFT) | Q(closed_at=None)
    return forget_secrets(Attempt.objects.filter(lately).exclude(status__in=WAITING))


def forget(person_id: str) -> int:
    """Take a person out of all rows: their ids, and all that is sealed in rows of theirs.

    What they have chosen, saved and pinned goes as a whole, and so do their places on the boards
    of others.
    """
    PersonSettings.objects.filter(pk=person_id).delete()
    SavedView.objects.filter(person_id=person_id).delete()
    PinnedOwner.objects.filter(Q(person_id=person_id) | Q(owner_id=person_id)).delete()
    Rejection.objects.filter(actor_id=person_id).delete()
    mine = Q(actor_id=person_id) | Q(owner_id=person_id)
    BasketEntry.objects.filter(mine).delete()
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
