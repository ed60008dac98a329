"""Decisions that a person has put together in one queue, kept until they are sent or taken out."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from taskmanager.core.storage import first_row
from workitems.models import BasketEntry, BulkRun
from workitems.runs import MIXED
from workitems.scope import QueueScope
from workitems.services.basket import Choice, Kept
from workitems.services.bulk import Verb

COUNT: Final = (
    f"SELECT COUNT(*) FROM {BasketEntry._meta.db_table} "  # noqa: S608 - a name of ours
    "WHERE actor_id = %s AND owner_id = %s"
)


def size_of(scope: QueueScope) -> int:
    """0 where the database fails."""
    try:
        row = first_row(COUNT, scope.actor.id, scope.owner.id)
    except DatabaseError:
        return 0
    return int(row[0]) if row else 0


def parts(scope: QueueScope) -> dict[str, set[str]]:
    """The parts of each work item that are decided; nothing has to be opened for that."""
    found: dict[str, set[str]] = {}
    for item_id, part in _mine(scope).values_list("item_id", "approval_item_id"):
        found.setdefault(item_id, set()).add(part)
    return found


def verbs_of(scope: QueueScope, item_id: str) -> dict[str, Verb]:
    """What is decided of one work item, by its parts."""
    kept = [_kept(row) for row in _mine(scope).filter(item_id=item_id)]
    return {one.choice.line: one.choice.verb for one in kept if one}


def of_queue(scope: QueueScope) -> list[Kept]:
    """In the order in which it was decided, without what no key of ours opens."""
    rows = _mine(scope).order_by("asked_at", "pk")
    return [kept for row in rows if (kept := _kept(row))]


def put(scope: QueueScope, choices: Sequence[Choice]) -> None:
    """Instead of whatever was decided before of the same parts, and of the whole of which they are.

    All are of one work item. Of two presses at once the first one stands.
    """
    parts = [choice.line for choice in choices]
    now = timezone.now()
    rows = [
        _row(scope, choice, now + timedelta(microseconds=number))  # in the order of the task
        for number, choice in enumerate(choices)
    ]
    try:
        with transaction.atomic():
            take_out(scope, choices[0].item_id, parts)
            BasketEntry.objects.bulk_create(rows)
    except IntegrityError:
        return


def take_out(scope: QueueScope, item_id: str, parts: Sequence[str]) -> None:
    """These decisions on a work item, and what cannot stand beside them: all, for "" among them."""
    rows = _mine(scope).filter(item_id=item_id)
    if "" not in parts:
        rows = rows.filter(approval_item_id__in=[*parts, ""])
    rows.delete()


def remove(scope: QueueScope, ids: Iterable[UUID]) -> None:
    """What has been sent, or is not to be."""
    _mine(scope).filter(pk__in=list(ids)).delete()


def run_of(scope: QueueScope, key: str) -> BulkRun | None:
    """The run that this press has led to, once all of it is recorded."""
    key = BulkRun.key_of(scope.actor.id, key, MIXED)
    return BulkRun.objects.filter(key=key, is_recorded=True).first()


def _mine(scope: QueueScope) -> QuerySet[BasketEntry]:
    return BasketEntry.objects.filter(actor_id=scope.actor.id, owner_id=scope.owner.id)


def _row(scope: QueueScope, choice: Choice, now: datetime) -> BasketEntry:
    row = BasketEntry(
        actor_id=scope.actor.id,
        owner_id=scope.owner.id,
        item_id=choice.item_id,
        approval_item_id=choice.line,
        asked_at=now,
    )
    row.seal(asdict(choice))
    return row


def _kept(row: BasketEntry) -> Kept | None:
    content = row.opened()
    if content is None:
        return None
    typed = {**content, "verb": Verb(content["verb"]), "lines": tuple(content["lines"])}
    try:
        return Kept(row.pk, row.asked_at, Choice(**typed))
    except TypeError:  # of another version
        return None
