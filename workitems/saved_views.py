"""The views of their list that each person has saved: a name, and the query of an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from workitems.ledger import lock
from workitems.models import SavedView

MOST: Final = 20  # of one person
ANY: Final = f"SELECT 1 FROM {SavedView._meta.db_table} WHERE person_id = %s LIMIT 1"  # noqa: S608


@dataclass(frozen=True)
class View:
    """One of them; a person may begin with one, wherever else they would see the plain list."""

    id: UUID
    name: str
    query: str
    is_start: bool

    @classmethod
    def of(cls, row: SavedView) -> Self | None:
        """None for a row that no key of ours opens."""
        kept = row.opened()
        return cls(row.pk, *kept, row.is_start) if kept else None


def of_person(person_id: str) -> tuple[View, ...]:
    """In the order in which they were saved; none where the database fails."""
    try:
        rows = list(SavedView.objects.filter(person_id=person_id).order_by("made_at", "pk"))
    except DatabaseError:
        return ()
    return tuple(view for row in rows if (view := View.of(row)))


@contextmanager
def alone(person_id: str) -> Iterator[None]:
    """For one change of a person's views at a time: how many there are, what they are called and
    which one is begun with is looked up inside.
    """
    with transaction.atomic():
        lock(f"views of {person_id}")
        yield


def add(person_id: str, name: str, query: str, *, is_start: bool) -> None:
    row = SavedView(person_id=person_id, made_at=timezone.now())
    row.seal(name, query)
    row.save(force_insert=True)
    _begin_with(row, is_start=is_start)


def change(person_id: str, view: View, name: str, *, is_start: bool) -> None:
    """Name it anew, and begin with it or not; one that has been deleted meanwhile stays so."""
    row = SavedView(pk=view.id, person_id=person_id)
    row.seal(name, view.query)
    mine = SavedView.objects.filter(pk=view.id, person_id=person_id)
    if mine.update(key_mark=row.key_mark, sealed=row.sealed):
        _begin_with(row, is_start=is_start)


def delete(person_id: str, view_id: UUID) -> None:
    SavedView.objects.filter(pk=view_id, person_id=person_id).delete()


def _begin_with(row: SavedView, *, is_start: bool) -> None:
    if is_start:
        SavedView.objects.filter(person_id=row.person_id, is_start=True).update(is_start=False)
    SavedView.objects.filter(pk=row.pk).update(is_start=is_start)
