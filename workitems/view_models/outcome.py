"""How a closed work item ended: as its approval items did, counted in words where they differ."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from taskmanager.core.numbers import number_format
from workitems.domain.outcomes import MIXED, UNDECIDED, end_of, ends_of, outcome_of
from workitems.isc.schemas import ApprovalItem, WorkItem
from workitems.view_models.labels import State

COUNTED: Final[Mapping[str, Promise]] = {
    "approved": ngettext_lazy("%(number)s approved", "%(number)s approved", "count"),
    "rejected": ngettext_lazy("%(number)s rejected", "%(number)s rejected", "count"),
    "returned": ngettext_lazy("%(number)s returned", "%(number)s returned", "count"),
    "expired": ngettext_lazy("%(number)s expired", "%(number)s expired", "count"),
    "canceled": ngettext_lazy("%(number)s canceled", "%(number)s canceled", "count"),
    UNDECIDED: ngettext_lazy("%(number)s undecided", "%(number)s undecided", "count"),
}


def state_of(item: WorkItem, *, is_decided: bool) -> State:
    """The item's state in words; `is_decided` where its approval items are what ends it."""
    end = outcome_of(item, is_decided=is_decided)
    if end == MIXED:
        return State("quiet", counted(item.approval_items))
    return State.of(end) if end == item.state else State.of_line(end)


def mixed_outcome(item: WorkItem) -> str:
    """The counted words where the items of a closed one ended differently; else empty."""
    ends = ends_of(line.state for line in item.approval_items)
    return counted(item.approval_items) if len(ends) > 1 and not item.is_open else ""


def counted(lines: Iterable[ApprovalItem]) -> str:
    """Approved and rejected first; a state nobody has heard of is counted in ISC's own word."""
    numbers = Counter(end_of(line.state) for line in lines)
    known = [
        str(words % {"count": numbers[end], "number": number_format(numbers[end])})
        for end, words in COUNTED.items()
        if numbers[end]
    ]
    return ", ".join(
        known + [f"{number_format(numbers[end])} {end}" for end in numbers if end not in COUNTED]
    )
