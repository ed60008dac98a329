"""What may be done with a work item, and to whom it may be handed over."""

from enum import StrEnum
from typing import Final

from workitems.isc.schemas import PublicIdentity, WorkItem

# Work to do by hand in a source. Its approval items only list the values: what ends it is
# completing it, so its row offers that, and leaves approving each value to the detail.
MANUAL_TYPES: Final = frozenset({"ManualAction"})


class ForwardRefusal(StrEnum):
    """Why a work item cannot be forwarded to somebody."""

    OWN = "own"  # it already is in the actor's own queue
    OWNER = "owner"  # it already is in that person's queue
    INACTIVE = "inactive"  # they would never see it


def is_manual(item: WorkItem) -> bool:
    """Whether completing the item is what ends it, whatever its approval items say."""
    return item.type in MANUAL_TYPES


def can_complete(item: WorkItem) -> bool:
    """Whether the item may be marked complete: nothing of it waits for a decision or an answer."""
    is_undecided = bool(item.open_approval_items) and not is_manual(item)
    return item.is_open and item.form is None and not is_undecided


def can_answer_form(item: WorkItem) -> bool:
    return item.is_open and item.form is not None


def forward_refusal(
    person: PublicIdentity, *, owner_id: str, actor_id: str
) -> ForwardRefusal | None:
    """Why a work item of `owner_id` cannot be forwarded to `person`; None where it can."""
    if person.id == owner_id:
        return ForwardRefusal.OWN if owner_id == actor_id else ForwardRefusal.OWNER
    return ForwardRefusal.INACTIVE if person.is_inactive else None
