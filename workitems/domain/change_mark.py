"""A short mark of a whole queue: it differs once anything that a list shows has changed."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from workitems.isc.schemas import UnreadableWorkItem, WorkItem

BYTES: Final = 8  # two different queues share a mark once in 10 to the 19th
EMPTY: Final = "0" * 2 * BYTES


def mark_of(items: Iterable[WorkItem]) -> str:
    """16 hexadecimal digits. The order does not count: ISC promises none."""
    mark = EMPTY
    for item in items:
        mark = with_item(mark, item)
    return mark


def with_item(mark: str, item: WorkItem) -> str:
    """The mark of the same queue with one more work item."""
    states = [f"{line.id} {line.state}" for line in item.approval_items]
    changed = item.modified.isoformat() if item.modified else ""
    described = "\0".join((item.id, item.state, changed, *states))
    added = int.from_bytes(blake2b(described.encode(), digest_size=BYTES).digest())
    return f"{(int(mark, 16) + added) % 2 ** (8 * BYTES):0{2 * BYTES}x}"


def fingerprint(item: WorkItem) -> str:
    """The mark of one work item as it was confirmed: whose it is, and all that a list shows."""
    owner = int.from_bytes(blake2b(item.owner_id.encode(), digest_size=BYTES).digest())
    return f"{int(with_item(EMPTY, item), 16) ^ owner:0{2 * BYTES}x}"


def mark_if_whole(items: Iterable[WorkItem | UnreadableWorkItem], total: int | None) -> str:
    """The mark of a list that is shown as a whole; "" where it goes on, or cannot be read."""
    readable = [item for item in items if isinstance(item, WorkItem)]
    return mark_of(readable) if len(readable) == total else ""
