"""How a closed work item ended, as its approval items did."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from workitems.domain.commands import DONE_STATES, REJECTED_STATES
from workitems.isc.schemas import WorkItem

# What came to its end through decisions; "Expired" and the like ended in spite of any.
DECIDED_STATES: Final = DONE_STATES | REJECTED_STATES
UNDECIDED: Final = ""
MIXED: Final = "mixed"
KNOWN: Final = ("approved", "rejected", "returned", "expired", "canceled", UNDECIDED)


def outcome_of(item: WorkItem, *, is_decided: bool) -> str:
    """One of KNOWN, MIXED, or the item's own state in ISC's word.

    `is_decided`: its approval items are what ends it; else nobody has decided its values.
    """
    if item.is_open or item.state.casefold() not in DECIDED_STATES:
        return item.state
    ends = ends_of(line.state for line in item.approval_items)
    if not is_decided and ends <= {"approved", UNDECIDED}:
        return item.state
    if len(ends) > 1:
        return MIXED
    return next(iter(ends), UNDECIDED) or item.state


def ends_of(states: Iterable[str]) -> frozenset[str]:
    return frozenset(map(end_of, states))


@lru_cache(maxsize=1_000)  # for each line of a completed list
def end_of(state: str) -> str:
    """How an approval item ended: one of KNOWN, or ISC's own word for what is none."""
    word = state.strip().casefold()
    if word in DONE_STATES:
        return "approved"
    if word == "pending":
        return UNDECIDED
    return word if word in KNOWN else state
