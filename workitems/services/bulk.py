"""What deciding many work items alike comes to: a command for each, or why it is left out. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workitems.domain.commands import (
    Approve,
    ApproveAll,
    Command,
    Complete,
    DecideAll,
    Forward,
    Reject,
    RejectAll,
)
from workitems.domain.policy import Names, Policy, can_be_named
from workitems.isc.schemas import WorkItem


class Verb(StrEnum):
    """What can be done with many work items at once."""

    APPROVE = "approve"
    REJECT = "reject"
    COMPLETE = "complete"
    FORWARD = "forward"


class Exclusion(StrEnum):
    """Why a work item is left out."""

    MISSING = "missing"  # it is not in the queue any more
    UNFIT = "unfit"  # it is not ended this way
    TAKEN = "taken"  # a decision on it is to be sent
    CHANGED = "changed"  # it stands otherwise than it was decided


@dataclass(frozen=True)
class Selection:
    """Work items by their ids, in the order of the list. `beyond`: how many more were wanted than
    can be decided at once; `unreadable`: rows without an id stand between them.
    """

    ids: tuple[str, ...]
    beyond: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class Plan:
    """What would be done: the work items in the order in which they were selected, and those left
    out; of those, `unfit` are there still.
    """

    verb: Verb
    selection: Selection
    items: tuple[WorkItem, ...]
    left_out: Mapping[str, Exclusion]
    unfit: Mapping[str, WorkItem]


ALL: Final[Mapping[Verb, type[DecideAll]]] = {Verb.APPROVE: ApproveAll, Verb.REJECT: RejectAll}


def plan(
    verb: Verb,
    selection: Selection,
    found: Mapping[str, WorkItem],
    policy: Policy,
    under_way: Collection[str] = (),
) -> Plan:
    """Of the work items that are wanted: those that the verb fits, and why the others are not.

    `under_way`: the ids of those that are decided already, as far as we are to send it.
    """
    known = {item_id: found.get(item_id) for item_id in selection.ids}
    items = [item for item in known.values() if item]
    left_out = {item_id: Exclusion.MISSING for item_id, item in known.items() if item is None}
    left_out |= {item.id: Exclusion.TAKEN for item in items if item.id in under_way}
    left_out |= {
        item.id: Exclusion.UNFIT
        for item in items
        if item.id not in under_way and not is_fit(verb, item, policy.allowed(item))
    }
    fit = tuple(item for item in items if item.id not in left_out)
    unfit = {item.id: item for item in items if item.id in left_out}
    return Plan(verb, selection, fit, left_out, unfit)


def is_fit(verb: Verb, item: WorkItem, allowed: Names) -> bool:
    """Whether this item can be ended so as a whole."""
    if verb in ALL:
        return ALL[verb].name in allowed and bool(item.open_approval_items)
    return (Complete if verb is Verb.COMPLETE else Forward).name in allowed


def lines_of(item: WorkItem) -> tuple[str, ...]:
    """The approval items that a decision on the whole item is about."""
    return tuple(line.id for line in item.open_approval_items)


def decision(verb: Verb, item_id: str, lines: tuple[str, ...], *, is_single: bool) -> Command:
    """The command for one work item that is not forwarded: one call wherever that says it all.

    `is_single`: it has one approval item only, which can be named.
    """
    if verb is Verb.COMPLETE:
        return Complete(item_id)
    if is_single:
        return (Approve if verb is Verb.APPROVE else Reject)(item_id, lines[0])
    return ALL[verb](item_id, lines)


def is_single(item: WorkItem) -> bool:
    """Whether its one approval item is all that it is about."""
    return len(item.approval_items) == 1 and can_be_named(item.approval_items[0])
