"""What the tenant scan has found, in two tables: written by the scan, read by open pages."""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet

from taskmanager.core.storage import best_effort, first_row
from workitems.domain.change_mark import EMPTY
from workitems.domain.results import Counts, QueueNumbers
from workitems.models import QueueState, TenantScanState
from workitems.services.tenant_scan import Found, Kept, Published

logger = logging.getLogger("workitems.scan")

ROW: Final = 1  # the only one of TenantScanState
TRUSTED_FOR: Final = 300.0  # seconds without a published pass, after which pages ask themselves
HELD_FOR: Final = 120.0  # seconds; renewed while a pass goes on
BATCH: Final = 500
# Plain SQL, because each poll asks and it may cost 2 ms. A scan is believed if it has published
# lately and is not switched off.
_SCAN: Final = f"FROM {TenantScanState._meta.db_table} scan"
_BELIEVED: Final = f"WHERE scan.id = {ROW} AND confirmed_at > %s AND off_because = ''"
RUNNING: Final = f"SELECT confirmed_at, is_partial {_SCAN} {_BELIEVED}"
READ: Final = (
    "SELECT confirmed_at, is_partial, open, completed, mark, changed_at, is_doubtful"
    f" {_SCAN} LEFT JOIN {QueueState._meta.db_table} ON owner_id = %s {_BELIEVED}"
)


@dataclass(frozen=True)
class DatabaseQueueStates:
    """For the one scan that runs; `holder` names its process."""

    holder: str

    def hold(self) -> bool:
        """Be the one that scans, for two minutes from now; False while another process is."""
        now = time.time()
        TenantScanState.objects.get_or_create(id=ROW)
        free = Q(holder=self.holder) | Q(held_until__lt=now)
        rows = TenantScanState.objects.filter(free, id=ROW)
        return bool(rows.update(holder=self.holder, held_until=now + HELD_FOR, off_because=""))

    def release(self) -> None:
        TenantScanState.objects.filter(id=ROW, holder=self.holder).update(held_until=0.0)

    def switch_off(self, reason: str) -> None:
        TenantScanState.objects.filter(id=ROW).update(off_because=reason, confirmed_at=0.0)

    def rows(self) -> Mapping[str, Kept]:
        names = ("owner_id", "open", "mark", "changed_at", "completed")
        values = QueueState.objects.values_list(*names).iterator()
        return {row[0]: Kept(row[1], row[2], row[3], row[4] is not None) for row in values}

    def publish(self, published: Published) -> None:
        found, doubtful = published.found, published.doubtful
        known = set(QueueState.objects.values_list("owner_id", flat=True))
        new = [
            QueueState(owner_id=one, **_fields(what))
            for one, what in found.items()
            if one not in known
        ]
        # Without a row nothing would be in doubt: nobody would wait for them.
        unknown = Found(0, None, "", published.as_of)
        unseen = doubtful - known - found.keys()
        new += [QueueState(owner_id=one, **_fields(unknown)) for one in unseen]
        with transaction.atomic():
            QueueState.objects.bulk_create(new, BATCH, ignore_conflicts=True)
            for one in found.keys() & known:
                what = found[one]
                # Unless somebody has decided since: the next pass finds what has become of it.
                row = QueueState.objects.filter(owner_id=one, changed_at__lte=what.at)
                row.update(**_fields(what), is_doubtful=False)
            doubted = QueueState.objects.filter(is_doubtful=True)
            doubted.exclude(owner_id__in=doubtful).update(is_doubtful=False)
            QueueState.objects.filter(owner_id__in=doubtful).update(is_doubtful=True)
            _date(published)
            scan = TenantScanState.objects.filter(id=ROW, holder=self.holder)
            scan.update(confirmed_at=published.as_of, is_partial=published.is_partial)


def _fields(found: Found) -> dict[str, object]:
    return {
        "open": found.open,
        "completed": found.completed,
        "mark": found.mark,
        "changed_at": found.at,
    }


def _date(published: Published) -> None:
    """Note since when the oldest waits, where that is another moment than was known."""
    known, found = QueueState.objects.values_list("owner_id", "oldest_at"), published.oldest_at
    other = [one for one, oldest_at in known if oldest_at != found.get(one)]
    rows = [QueueState(owner_id=one, oldest_at=found.get(one)) for one in other]
    QueueState.objects.bulk_update(rows, ["oldest_at"], BATCH)


def scanned(owner_id: str) -> Counts | None:
    """The numbers of this queue; None where no scan runs, or this owner's are in doubt."""
    if not settings.TENANT_SCAN_CLIENT_ID:
        return None
    try:
        row = first_row(READ, owner_id, time.time() - TRUSTED_FOR)
    except DatabaseError:
        return None
    if row is None:
        return None
    confirmed_at, is_partial, waits, completed, mark, changed_at, is_doubtful = row
    if is_doubtful or (is_partial and completed is None):
        return None
    if waits is None:  # nothing has ever waited for them
        return Counts(0, None, as_of=confirmed_at)
    return Counts(waits, completed, mark=mark, as_of=max(confirmed_at, changed_at))


def numbers_of(owner_ids: Collection[str]) -> dict[str, QueueNumbers]:
    """What the scan knows of these queues; those in doubt, and all without a scan, are left out."""
    if (scan := _running()) is None:
        return {}
    rows = {row.owner_id: row for row in QueueState.objects.filter(owner_id__in=owner_ids)}
    nothing = QueueNumbers(0, None, as_of=_moment(scan.confirmed_at))
    known = {one: _numbers(row, scan) if (row := rows.get(one)) else nothing for one in owner_ids}
    return {one: numbers for one, numbers in known.items() if numbers}


def stuck(most: int) -> dict[str, QueueNumbers]:
    """The owners of the tenant for whom something waits longest, in that order; none without a
    scan.
    """
    if (scan := _running()) is None:
        return {}
    rows = QueueState.objects.filter(open__gt=0, oldest_at__isnull=False, is_doubtful=False)
    if scan.is_partial:
        rows = rows.filter(completed__isnull=False)
    some = rows.order_by("oldest_at", "-open", "owner_id")[:most]
    return {row.owner_id: numbers for row in some if (numbers := _numbers(row, scan))}


class _Scan(NamedTuple):
    """What it published last, and when: `is_partial` where it sees some of the tenant only."""

    confirmed_at: float
    is_partial: bool


def _running() -> _Scan | None:
    """The scan, where what it has published can be believed."""
    if not settings.TENANT_SCAN_CLIENT_ID:
        return None
    row = first_row(RUNNING, time.time() - TRUSTED_FOR)
    return _Scan(*row) if row else None


def _numbers(row: QueueState, scan: _Scan) -> QueueNumbers | None:
    if row.is_doubtful or (scan.is_partial and row.completed is None):
        return None
    oldest = _moment(row.oldest_at) if row.open and row.oldest_at else None
    return QueueNumbers(row.open, oldest, as_of=_moment(max(scan.confirmed_at, row.changed_at)))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def told_by_scan(owner_id: str, known: Counts) -> Counts | None:
    """What a page is told that shows `known`; None where it takes a call to ISC.

    A page that has read its numbers later than the scan keeps them.
    """
    found = scanned(owner_id)
    if found is None:
        return None
    if known.open is not None and found.as_of <= known.as_of:
        return known
    if found.completed is None and found.open == known.open:
        found = replace(found, completed=known.completed)
    return found


def learn(owner_id: str, counts: Counts) -> None:
    """How many are completed, where a person's own read has told what the scan does not know.

    For whom nothing waits, the scan has no row.
    """
    if not settings.TENANT_SCAN_CLIENT_ID or counts.open is None:
        return
    unknown = QueueState.objects.filter(owner_id=owner_id, completed=None, open=counts.open)
    if not _unless_broken(unknown, completed=counts.completed) and counts.open == 0:
        known = {"open": 0, "completed": counts.completed, "changed_at": counts.as_of}
        row = QueueState(owner_id=owner_id, mark=EMPTY, **known)
        with best_effort("how many are completed"):
            QueueState.objects.bulk_create([row], ignore_conflicts=True)


def left(owner_id: str, *, completed: int) -> None:
    """A work item has left this queue by a decision here: no page waits for the next pass.

    The mark is not known any more. The scan asks for both numbers singly then.
    """
    if settings.TENANT_SCAN_CLIENT_ID:
        rows = QueueState.objects.filter(owner_id=owner_id, open__gt=0)
        now = time.time()
        fewer, more = F("open") - 1, F("completed") + completed
        _unless_broken(rows, open=fewer, completed=more, mark="", changed_at=now)


def _unless_broken(rows: QuerySet[QueueState], **values: object) -> int:
    # They are numbers for a badge: the next pass puts them right.
    with best_effort("the numbers of a queue"):
        return rows.update(**values)
    return 0
