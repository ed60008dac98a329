"""The owners whom each administrator has pinned to their board."""

from dataclasses import replace
from typing import Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from taskmanager.core.storage import first_row
from workitems.ledger import lock
from workitems.models import PinnedOwner
from workitems.scope import Owner

MOST: Final = 50  # of one person
ANY: Final = (
    f"SELECT 1 FROM {PinnedOwner._meta.db_table}"  # noqa: S608 - our name
    " WHERE person_id = %s AND owner_id = %s"
)


def of_person(person_id: str) -> tuple[Owner, ...]:
    """In the order in which they were pinned; without a name where it has to be looked up."""
    rows = PinnedOwner.objects.filter(person_id=person_id).order_by("pinned_at", "pk")
    return tuple(Owner(row.owner_id, row.opened()) for row in rows)


def named(person_id: str, owner: Owner) -> Owner:
    """The same with the name under which it is pinned, if it is."""
    row = PinnedOwner.objects.filter(person_id=person_id, owner_id=owner.id).first()
    return replace(owner, name=row.opened()) if row else owner


def ids_of(person_id: str) -> frozenset[str]:
    rows = PinnedOwner.objects.filter(person_id=person_id)
    return frozenset(rows.values_list("owner_id", flat=True))


def is_pinned(person_id: str, owner_id: str) -> bool:
    """False where the database fails: the page that tells so asks as well."""
    try:
        return first_row(ANY, person_id, owner_id) is not None
    except DatabaseError:
        return False


def has_room(person_id: str) -> bool:
    return PinnedOwner.objects.filter(person_id=person_id).count() < MOST


@transaction.atomic
def add(person_id: str, owner: Owner) -> bool:
    """Whether there was room. One that is pinned already stays as it is."""
    lock(f"board of {person_id}")
    if not has_room(person_id):
        return False
    row = PinnedOwner(person_id=person_id, owner_id=owner.id, pinned_at=timezone.now())
    row.seal(owner.name)
    PinnedOwner.objects.bulk_create([row], ignore_conflicts=True)
    return True


def remove(person_id: str, owner_id: str) -> None:
    PinnedOwner.objects.filter(person_id=person_id, owner_id=owner_id).delete()
