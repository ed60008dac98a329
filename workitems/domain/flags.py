"""What asks for a second look at a work item, and why: rules of the installation, judged here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from workitems.domain.changes import (
    Change,
    Operation,
    changes_of,
    count_of_people,
    count_of_subjects,
)
from workitems.isc.schemas import WorkItem

REMOVALS: Final = frozenset({Operation.REMOVE, Operation.DELETE, Operation.DISABLE})


class Rule(StrEnum):
    """Why an item is flagged, the most telling first."""

    TYPE = "type"  # its type is on the installation's list
    VALUE = "value"  # it names something on the installation's list
    OWN = "own"  # the person who decides has asked for it
    ERRORS = "errors"  # SailPoint reports errors
    REMOVAL = "removal"  # it takes something away from several people
    ITEMS = "items"  # it holds many items
    AGE = "age"  # it waits long

    @property
    def asks(self) -> bool:
        """Whether a decision is confirmed first: age alone makes nothing dangerous."""
        return self is not Rule.AGE


@dataclass(frozen=True)
class FlagRules:
    """What the installation's settings say; empty, 0 or False switches a rule off."""

    values: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    own: bool = False
    errors: bool = False
    removals: bool = False
    items: int = 0
    days: int = 0


@dataclass(frozen=True)
class Flag:
    """One rule that holds, with its facts: what matched which pattern, or how many there are."""

    rule: Rule
    fact: str = ""
    pattern: str = ""
    count: int = 0


def flags_of(item: WorkItem, rules: FlagRules, actor_id: str, now: datetime) -> tuple[Flag, ...]:
    """What `actor_id` should know before deciding; nothing of what waits no longer."""
    return tuple(_flags(item, rules, actor_id, now)) if item.is_open else ()


def _flags(item: WorkItem, rules: FlagRules, actor_id: str, now: datetime) -> Iterator[Flag]:
    if item.type in rules.types:
        yield Flag(Rule.TYPE, fact=item.type)
    changes = changes_of(item)
    yield from _of_values(changes, rules.values)
    if rules.own and actor_id and item.requester_id == actor_id:
        yield Flag(Rule.OWN)
    if rules.errors and item.errors:
        yield Flag(Rule.ERRORS)
    yield from _of_numbers(changes, rules)
    if rules.days and item.created and now - item.created > timedelta(days=rules.days):
        yield Flag(Rule.AGE, count=rules.days)


def _of_values(changes: list[Change], patterns: tuple[str, ...]) -> Iterator[Flag]:
    """At most one flag: the first name that is on the list."""
    if not patterns:
        return
    for change in changes:
        for name in (change.value, change.attribute, change.source):
            if name and (found := _listed(name, patterns)):
                yield Flag(Rule.VALUE, fact=name, pattern=found)
                return


@lru_cache(maxsize=10_000)  # a page repeats few names, and each would be compared anew for each row
def _listed(name: str, patterns: tuple[str, ...]) -> str:
    """The first pattern that the name matches as a whole; "" for none."""
    folded = name.casefold()
    return next((one for one in patterns if fnmatchcase(folded, one.casefold())), "")


def _of_numbers(changes: list[Change], rules: FlagRules) -> Iterator[Flag]:
    if len(changes) < 2:  # noqa: PLR2004 - most items: nothing to count
        return
    if rules.removals:
        people = count_of_people([one for one in changes if one.operation in REMOVALS])
        if people > 1:
            yield Flag(Rule.REMOVAL, count=people)
    count = count_of_subjects(changes)
    if rules.items and count > rules.items:
        yield Flag(Rule.ITEMS, count=count)
