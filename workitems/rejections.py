"""What a person has rejected before, remembered for the flag that tells them so."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.core.storage import first_row
from workitems.domain.changes import Change, Operation, change_of_approval
from workitems.domain.commands import Reject, RejectAll, command_from_json
from workitems.domain.results import Receipt
from workitems.isc.schemas import WorkItem
from workitems.models import Attempt, Rejection

logger = logging.getLogger(__name__)

Access = tuple[str, Operation, str, str, str]
ANY_BY: Final = f"SELECT 1 FROM {Rejection._meta.db_table} WHERE actor_id = %s LIMIT 1"  # noqa: S608
THOSE: Final = f"SELECT mark FROM {Rejection._meta.db_table} WHERE mark IN"  # noqa: S608
MOST_ASKED: Final = 5_000  # marks in one query: SQLite takes 32,766


def remember(row: UUID, receipt: Receipt) -> None:
    """Note what this attempt has rejected, if it did. Nothing is kept where no flag asks for it."""
    item = receipt.item or receipt.before
    if item is None or not receipt.status.is_success or not settings.FLAG_RULES.asks_for_rejections:
        return
    try:
        rejected = Attempt.objects.filter(pk=row, command__in=(Reject.name, RejectAll.name))
        for attempt in rejected:
            _remember(attempt, item)
    except DatabaseError:  # the decision has been made and recorded
        logger.exception("a rejection could not be remembered")


def _remember(attempt: Attempt, item: WorkItem) -> None:
    document = attempt.opened().get("command")
    command = command_from_json(document) if document else None
    if not isinstance(command, Reject | RejectAll):
        return
    parts = command.listed if isinstance(command, RejectAll) else (command.part,)
    changes = [change_of_approval(line) for line in item.approval_items if line.id in parts]
    marks = {_marks(attempt.actor_id, _access(one))[0] for one in changes if _says_enough(one)}
    now = timezone.now()
    Rejection.objects.bulk_create(
        [Rejection(mark=mark, actor_id=attempt.actor_id, at=now) for mark in marks],
        update_conflicts=True,
        unique_fields=["mark"],
        update_fields=["at"],
    )


class Rejections:
    """When one person has rejected changes before: each is looked up once, many in one query.

    `is_any`: whether this person has rejected anything at all; None where that is not known yet.
    """

    def __init__(self, actor_id: str, *, is_any: bool | None = None) -> None:
        self._actor_id = actor_id
        if is_any is not None:
            self._is_any = is_any
        self._known: dict[Access, datetime | None] = {}

    @cached_property
    def _is_any(self) -> bool:
        """Most people have rejected nothing: to mark and look up all of a page takes longer."""
        try:
            return bool(self._actor_id) and first_row(ANY_BY, self._actor_id) is not None
        except DatabaseError:  # a row is drawn with a decision's end as well
            logger.exception("rejections cannot be read")
            return False

    def __call__(self, changes: Iterable[Change]) -> Mapping[Change, datetime]:
        if not self._is_any:
            return {}
        asked = {one: _access(one) for one in changes if _says_enough(one)}
        if new := {access for access in asked.values() if access not in self._known}:
            self._known |= dict.fromkeys(new)
            self._known |= self._found(new)
        return {one: at for one, access in asked.items() if (at := self._known[access])}

    def _found(self, asked: Iterable[Access]) -> dict[Access, datetime]:
        marks = {mark: access for access in asked for mark in _marks(self._actor_id, access)}
        rows: list[tuple[str, datetime]] = []
        try:
            for start in range(0, len(marks), MOST_ASKED):
                if kept := _kept([*marks][start : start + MOST_ASKED]):
                    some = Rejection.objects.filter(pk__in=kept)
                    rows += some.order_by("at").values_list("mark", "at")
        except DatabaseError:
            logger.exception("rejections cannot be read")
        return {marks[mark]: at for mark, at in rows}


def _kept(marks: list[str]) -> list[str]:
    """Those that there are. In plain SQL, as each page asks, and mostly in vain."""
    with connection.cursor() as cursor:
        cursor.execute(f"{THOSE} ({', '.join(['%s'] * len(marks))})", marks)
        return [mark for (mark,) in cursor.fetchall()]


def _says_enough(change: Change) -> bool:
    """Whether it tells whose access it is, and which: others are not the same, only as empty."""
    return bool(change.account and (change.value or change.source))


def _access(change: Change) -> Access:
    """What is the same access, in whichever of ISC's words."""
    return change.account, change.operation, change.source, change.attribute, change.value


def _marks(actor_id: str, access: Access) -> list[str]:
    return crypto.fingerprints("rejections", actor_id, *access, keys=crypto.Purpose.LEDGER)
