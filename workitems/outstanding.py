"""What pages have to say of decisions that are not sent yet, or ended otherwise than they said."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from django.db import DatabaseError, connection

from workitems.domain.commands import Forward
from workitems.domain.results import Counts
from workitems.models import Attempt, BulkRun
from workitems.runs import Progress, unsent
from workitems.schedule import Later

logger = logging.getLogger(__name__)

MOST_NEWS: Final = 200
OF_RUN: Final = ("item_id", "approval_item_id", "waits", "command")
WHOSE: Final = "WHERE has_news AND (owner_id = %s OR actor_id = %s)"
NEWS: Final = (
    f"SELECT id, 0 FROM {Attempt._meta.db_table} {WHOSE}"  # noqa: S608 - names of ours
    f" UNION ALL SELECT id, 1 FROM {BulkRun._meta.db_table} {WHOSE} LIMIT {MOST_NEWS}"
)


@dataclass(frozen=True)
class Outstanding:
    """What there is of one queue, and of what one person did elsewhere."""

    owner_id: str
    actor_id: str
    rows: Sequence[Later] = ()
    runs: Sequence[Progress] = ()

    @classmethod
    def of(cls, owner_id: str, actor_id: str) -> "Outstanding":
        """In plain SQL first: each page asks, and hardly ever is there anything."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(NEWS, [owner_id, actor_id] * 2)
                found = [(_uuid(id_), is_run) for id_, is_run in cursor.fetchall()]
            if not found:
                return cls(owner_id, actor_id)
            rows = Attempt.objects.filter(pk__in=[id_ for id_, is_run in found if not is_run])
            runs = BulkRun.objects.filter(pk__in=[id_ for id_, is_run in found if is_run])
            progress = [one for one in map(Progress.of, runs) if one.size]
            return cls(owner_id, actor_id, [Later(row) for row in rows], progress)
        except DatabaseError:  # a page shows what ISC has even so
            logger.exception("the ledger cannot be read")
            return cls(owner_id, actor_id)

    @property
    def is_any(self) -> bool:
        return bool(self.rows or self.runs)

    def of_actor(self) -> list[Later]:
        """What this person may take back or send, or has to be told; the newest first."""
        mine = [one for one in self.rows if one.row.actor_id == self.actor_id]
        return sorted(mine, key=lambda one: one.row.asked_at, reverse=True)

    def runs_of_actor(self) -> list[Progress]:
        mine = [one for one in self.runs if one.run.actor_id == self.actor_id]
        return sorted(mine, key=lambda one: one.run.asked_at, reverse=True)

    def of_items(self) -> Mapping[str, list[Later]]:
        """What is to be sent for single work items of the queue, by their ids."""
        found: dict[str, list[Later]] = defaultdict(list)
        for one in self.rows:
            if one.is_waiting and self.owner_id == one.row.owner_id:
                found[one.row.item_id].append(one)
        return found

    @property
    def under_way(self) -> frozenset[str]:
        """The work items of the queue for which a decision is to be sent, alone or in a run."""
        return frozenset((*self.of_items(), *self.of_runs))

    @cached_property
    def of_runs(self) -> Mapping[str, Progress]:
        """The bulk run that each work item of the queue waits in."""
        return {item: one for one, rows in self._rows_of_runs for item in rows}

    @cached_property
    def _rows_of_runs(self) -> Sequence[tuple[Progress, Mapping[str, list[Any]]]]:
        """What each run has left to send in the queue, by work item."""
        live = [one for one in self.runs if one.run.owner_id == self.owner_id and one.left]
        found = []
        for one in live:
            rows: dict[str, list[Any]] = defaultdict(list)
            for row in unsent(one.run).values_list(*OF_RUN, named=True):
                rows[row.item_id].append(row)
            found.append((one, rows))
        return found

    def counted(self, counts: Counts) -> Counts:
        """The numbers with what is to be sent counted as done, save what waits for the person."""
        if not self.is_any:
            return counts
        leaving = closing = 0
        for rows in self.of_items().values():
            due = [one for one in rows if not one.is_by_hand]
            if due and _are_all([one.row for one in due]):
                leaving += 1
                closing += all(one.row.command != Forward.name for one in due)
        for run, of_items in self._rows_of_runs:
            whole = [] if run.is_by_hand else [one for one in of_items.values() if _are_all(one)]
            leaving += len(whole)
            closing += sum(all(row.command != Forward.name for row in one) for one in whole)
        return replace(counts, leaving=leaving, closing=closing, news=self._mark())

    def _mark(self) -> str:
        marks = [f"{one.id}{one.status}" for one in self.rows]
        marks += [f"{one.run.pk}{one.ended}" for one in self.runs]
        return f"{crc32(''.join(sorted(marks)).encode()):x}"


def _are_all(rows: Sequence[Any]) -> bool:
    """Whether these decisions on one work item are all that it waits for."""
    are_parts = all(row.approval_item_id for row in rows)
    return not are_parts or len(rows) >= min(row.waits for row in rows)


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
