"""What may be done with a work item, and to whom it may be handed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from workitems.domain.commands import (
    Approve,
    ApproveAll,
    Complete,
    Forward,
    Reject,
    RejectAll,
    SubmitForm,
)
from workitems.isc.lenient import is_usable_id
from workitems.isc.schemas import ApprovalItem, PublicIdentity, WorkItem

Names = frozenset[str]

COMMENT_LENGTH: Final = 2000  # ISC states no limit; this keeps a pasted log out of an e-mail

ONE: Final = frozenset({Approve.name, Reject.name})
ALL: Final = frozenset({ApproveAll.name, RejectAll.name})
DECISIONS: Final = ONE | ALL
COMPLETE: Final = frozenset({Complete.name})
ENDING: Final = DECISIONS | COMPLETE
FORWARD: Final = frozenset({Forward.name})
ANSWER: Final = FORWARD | {SubmitForm.name}
NOTHING: Final[Names] = frozenset()
# What TYPE_COMMANDS may name: a decision is always a choice of two, so both go together.
WORDS: Final[Mapping[str, Names]] = {
    "decide": ONE,
    "decide-all": ALL,
    "complete": COMPLETE,
}


class ForwardRefusal(StrEnum):
    """Why a work item cannot be forwarded to somebody."""

    OWN = "own"  # it already is in the actor's own queue
    OWNER = "owner"  # it already is in that person's queue
    INACTIVE = "inactive"  # they would never see it


@dataclass(frozen=True)
class Policy:
    """Which commands a work item takes: one answer for rows, panes, the widget and addresses.

    `by_type` limits how items of a type can be ended; a type that it does not name has no limit.
    `is_completion_refused` says that ISC has refused to complete the item: then what is
    undecided in it can be decided, whatever its type.
    """

    by_type: Mapping[str, Names] = field(default_factory=dict)
    is_completion_refused: bool = False

    def allowed(self, item: WorkItem) -> Names:
        """The names of the commands that the item takes as it stands."""
        if not item.is_open:
            return NOTHING
        lines = item.open_approval_items
        decisions = NOTHING if not lines else DECISIONS if any(map(can_be_named, lines)) else ALL
        limit = self._limit(item)
        if item.form is not None:
            return ANSWER | (decisions & limit)
        # A limit that names it says that completing ends the item, whatever waits in it.
        completes = item.type != "Form" and (not lines or item.type in self.by_type)
        return FORWARD | ((decisions | COMPLETE if completes else decisions) & limit)

    def is_decided(self, item: WorkItem) -> bool:
        """Whether deciding approval items is a way to end items of this type."""
        return not DECISIONS.isdisjoint(self._limit(item))

    def _limit(self, item: WorkItem) -> Names:
        limit = self.by_type.get(item.type, ENDING)
        return limit | DECISIONS if self.is_completion_refused else limit


def can_be_named(line: ApprovalItem) -> bool:
    """Whether an approval item can be decided on its own: its id is a part of an address."""
    return is_usable_id(line.id)


def forward_refusal(
    person: PublicIdentity, *, owner_id: str, actor_id: str
) -> ForwardRefusal | None:
    """Why a work item of `owner_id` cannot be forwarded to `person`; None where it can."""
    if person.id == owner_id:
        return ForwardRefusal.OWN if owner_id == actor_id else ForwardRefusal.OWNER
    return ForwardRefusal.INACTIVE if person.is_inactive else None
