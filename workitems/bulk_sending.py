"""How a bulk run is sent: in turn with all that is urgent, looked at just before."""

import logging
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils import timezone

from workitems.domain.attempts import Look
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.errors import IscError, RateLimited
from workitems.ledger import DECIDED, DatabaseLedger
from workitems.models import Attempt
from workitems.runs import MIXED
from workitems.schedule import WAITING, Later
from workitems.services.reader import Reader

if TYPE_CHECKING:
    from workitems.isc.schemas import WorkItem

logger = logging.getLogger(__name__)

FRESH: Final = 15.0  # seconds for which a page of the list is believed
AT_ONCE: Final = 2  # runs in one process: the other threads are there for what somebody waits for
SEATS: Final = threading.BoundedSemaphore(AT_ONCE)


class Looks:
    """The work items of one run as the pages of the list show them, read for many at once.

    What was read with one person's token serves their own run alone.
    """

    def __init__(self) -> None:
        self._items: dict[str, WorkItem] = {}
        self._run: UUID | None = None
        self._read_at = -FRESH

    def at(self, reader: Reader, later: Later) -> Look:
        """What to compare the row with; without an item where no page has it, or can be read."""
        if later.row.run_id != self._run or time.monotonic() - self._read_at > FRESH:
            self._read(reader, later)
        # Once: what is sent changes it.
        item = self._items.pop(later.row.item_id, None)
        return Look("" if _is_of_own_making(later) else later.content.get("fingerprint", ""), item)

    def _read(self, reader: Reader, later: Later) -> None:
        """Raises RateLimited; after other trouble each item is read alone, and tells it."""
        self._items, self._run, self._read_at = {}, later.row.run_id, time.monotonic()
        left = Attempt.objects.filter(run=later.row.run_id, status__in=WAITING)
        try:
            self._items = reader.listed(set(left.values_list("item_id", flat=True)))
        except RateLimited:
            raise
        except IscError as error:
            logger.warning("a list could not be read for a bulk run: %s", type(error).__name__)


def _is_of_own_making(later: Later) -> bool:
    """Whether its item cannot stand as it was confirmed: another part of it, confirmed at the same
    moment or later, has been decided since. Whether its own part still waits is looked at anyway.
    """
    row, shown = later.row, later.content.get("shown")
    if not row.approval_item_id or not shown:
        return False
    others = Attempt.objects.filter(
        item_id=row.item_id,
        actor_id=row.actor_id,
        run__command=MIXED,
        status__in=DECIDED,
        closed_at__gte=datetime.fromisoformat(shown["at"]),
    )
    return others.exclude(approval_item_id__in=("", row.approval_item_id)).exists()


def put_off(ledger: DatabaseLedger, later: Later, receipt: Receipt) -> tuple[UUID, datetime] | None:
    """Where SailPoint, or the budget, asks to wait: another attempt, and when that is over.

    The one that was refused stays in the ledger. Its item is looked at again before.
    """
    refusal = receipt.refusal
    if receipt.status is not WriteStatus.NOT_SENT or not isinstance(refusal, RateLimited):
        return None
    due_at = timezone.now() + timedelta(seconds=refusal.retry_after)
    again = ledger.again(later.id, due_at=due_at)
    return (again, due_at) if again else None
