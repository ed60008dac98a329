"""What deciding many work items alike comes to: a command for each, or why it is left out. Pure."""

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True)
class Plan:
    """What would be done: the work items in the order in which they were selected, and those left
    out; of those, `unfit` are known.
    """

    verb: Verb
    items: tuple[WorkItem, ...]
    left_out: Mapping[str, Exclusion]
    unfit: Mapping[str, WorkItem]


ALL: Final[Mapping[Verb, type[DecideAll]]] = {Verb.APPROVE: ApproveAll, Verb.REJECT: RejectAll}


def plan(verb: Verb, wanted: Iterable[str], found: Mapping[str, WorkItem], policy: Policy) -> Plan:
    """Of the work items that are wanted: those that the verb fits, and why the others are not."""
    known = {item_id: found.get(item_id) for item_id in wanted}
    items = [item for item in known.values() if item]
    fit = tuple(item for item in items if is_fit(verb, item, policy.allowed(item)))
    unfit = {item.id: item for item in items if item not in fit}
    missing = {item_id: Exclusion.MISSING for item_id, item in known.items() if item is None}
    return Plan(verb, fit, missing | dict.fromkeys(unfit, Exclusion.UNFIT), unfit)


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
