"""How a closed work item ended: as its approval items did, counted in words where they differ."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from workitems.domain.commands import DONE_STATES, REJECTED_STATES
from workitems.isc.schemas import ApprovalItem, WorkItem
from workitems.view_models.labels import State

# What came to its end through decisions; "Expired" and the like ended in spite of any.
DECIDED_STATES: Final = DONE_STATES | REJECTED_STATES
UNDECIDED: Final = ""
COUNTED: Final[Mapping[str, Promise]] = {
    "approved": ngettext_lazy("%(count)d approved", "%(count)d approved", "count"),
    "rejected": ngettext_lazy("%(count)d rejected", "%(count)d rejected", "count"),
    "returned": ngettext_lazy("%(count)d returned", "%(count)d returned", "count"),
    "expired": ngettext_lazy("%(count)d expired", "%(count)d expired", "count"),
    "canceled": ngettext_lazy("%(count)d canceled", "%(count)d canceled", "count"),
    UNDECIDED: ngettext_lazy("%(count)d undecided", "%(count)d undecided", "count"),
}


def state_of(item: WorkItem, *, is_decided: bool) -> State:
    """The item's state in words; `is_decided` where its approval items are what ends it."""
    own = State.of(item.state)
    if item.is_open or item.state.casefold() not in DECIDED_STATES:
        return own
    ends = {_end(line.state) for line in item.approval_items}
    if not is_decided and ends <= {"approved", UNDECIDED}:
        return own  # it was completed: nobody decided its values
    if len(ends) > 1:
        return State("quiet", counted(item.approval_items))
    end = next(iter(ends), UNDECIDED)
    return own if end == UNDECIDED else State.of_line(end)


def mixed_outcome(item: WorkItem) -> str:
    """The counted words where the items of a closed one ended differently; else empty."""
    ends = {_end(line.state) for line in item.approval_items}
    return counted(item.approval_items) if len(ends) > 1 and not item.is_open else ""


@lru_cache(maxsize=1_000)  # for each line of a completed list
def _end(state: str) -> str:
    """How an approval item ended: a key of COUNTED, or ISC's own word for what is none."""
    word = state.strip().casefold()
    if word in DONE_STATES:
        return "approved"
    if word == "pending":
        return UNDECIDED
    return word if word in COUNTED else state


def counted(lines: Iterable[ApprovalItem]) -> str:
    """Approved and rejected first; a state nobody has heard of is counted in ISC's own word."""
    numbers = Counter(_end(line.state) for line in lines)
    known = [str(words % {"count": numbers[end]}) for end, words in COUNTED.items() if numbers[end]]
    return ", ".join(known + [f"{numbers[end]} {end}" for end in numbers if end not in COUNTED])
