"""The tables."""

from workitems.models.basket import BasketEntry
from workitems.models.ledger import Attempt, BulkRun, EndingSession, sealed
from workitems.models.people import PersonSettings, SavedView
from workitems.models.pins import PinnedOwner
from workitems.models.queues import QueueSnapshot, QueueState, TenantScanState
from workitems.models.rejections import Rejection

__all__ = [
    "Attempt",
    "BasketEntry",
    "BulkRun",
    "EndingSession",
    "PersonSettings",
    "PinnedOwner",
    "QueueSnapshot",
    "QueueState",
    "Rejection",
    "SavedView",
    "TenantScanState",
    "sealed",
]
