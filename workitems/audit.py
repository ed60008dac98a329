"""The ledger as auditors search it: what is plain is asked of the database, names are opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from workitems.domain.results import WriteStatus
from workitems.models import Attempt

NAMES_OPENED: Final = 5_000  # of the newest rows: each takes a decryption
CHUNK: Final = 500
OUTCOMES: Final[Mapping[str, tuple[WriteStatus, ...]]] = {
    "done": (WriteStatus.SUCCEEDED, WriteStatus.VERIFIED),
    "overtaken": (
        WriteStatus.ALREADY_DONE,
        WriteStatus.SUPERSEDED,
        WriteStatus.CHANGED,
        WriteStatus.GONE,
    ),
    "not-done": (
        WriteStatus.REFUSED,
        WriteStatus.NOT_SENT,
        WriteStatus.NOT_DONE,
        WriteStatus.CANCELLED,
    ),
    "unknown": (WriteStatus.UNCONFIRMED, WriteStatus.SENDING, WriteStatus.SCHEDULED),
}


@dataclass(frozen=True, kw_only=True)
class AuditQuery:
    """What is searched for; "" and None ask for nothing. `person` is an id or part of a name."""

    person: str = ""
    owner_id: str = ""
    command: str = ""
    outcome: str = ""
    item_id: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Found:
    """The rows, newest first. `is_cut`: not all rows were opened to look for the name."""

    rows: QuerySet[Attempt]
    is_cut: bool = False


def search(query: AuditQuery) -> Found:
    rows = _plainly(query).order_by("-asked_at", "-id")
    if not query.person:
        return Found(rows)
    if (by_id := rows.filter(actor_id=query.person)).exists():
        return Found(by_id)
    ids, is_cut = _ids_of(query.person, rows)
    return Found(rows.filter(actor_id__in=ids), is_cut)


def _plainly(query: AuditQuery) -> QuerySet[Attempt]:
    """What the database can find by itself."""
    wanted = {
        "owner_id": query.owner_id,
        "command": query.command,
        "item_id": query.item_id,
        "status__in": OUTCOMES.get(query.outcome, ()),
        "asked_at__gte": _midnight(query.first_day),
        "asked_at__lt": _midnight(query.last_day, days=1),
    }
    return Attempt.objects.filter(**{field: value for field, value in wanted.items() if value})


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """When it begins on the person's own clock."""
    if day is None:
        return None
    try:
        day += timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)
    except OverflowError:  # before the first moment or behind the last: it leaves nothing out
        return None


def _ids_of(name: str, rows: QuerySet[Attempt]) -> tuple[set[str], bool]:
    """Whose name holds these letters in the newest rows, and whether there are older ones."""
    ids: set[str] = set()
    wanted, opened = name.casefold(), 0
    for row in islice(rows.iterator(chunk_size=CHUNK), NAMES_OPENED):
        opened += 1
        if row.actor_id not in ids and wanted in str(row.opened().get("actor", "")).casefold():
            ids.add(row.actor_id)
    return ids, opened == NAMES_OPENED and rows[NAMES_OPENED:].exists()
