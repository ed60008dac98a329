"""What asks for a second look at a work item, and why: rules of the installation, judged here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from workitems.domain.alphabets import Alphabet, mixed_in
from workitems.domain.changes import (
    Change,
    Operation,
    change_of_approval,
    change_of_remediation,
    count_of_people,
    count_of_subjects,
)
from workitems.isc.schemas import UnreadableWorkItem, WorkItem

REMOVALS: Final = frozenset({Operation.REMOVE, Operation.DELETE, Operation.DISABLE})
# When a person has rejected each of these changes before; without those that they have not. Of who
# has rejected nothing it looks at none of them: to read them off a page takes longest.
Rejected = Callable[[Iterable[Change]], Mapping[Change, datetime]]


class Rule(StrEnum):
    """The kinds of rules, as a file of flags names them."""

    TYPES = "types"  # the item's type is listed
    VALUES = "values"  # it names something that is listed
    ALPHABETS = "alphabets"  # a name mixes letters that look alike
    OWN = "own"  # the person who decides has asked for it
    REJECTED = "rejected"  # they have rejected the same access for the same person
    ERRORS = "errors"  # SailPoint reports errors
    REMOVALS = "removals"  # it takes something away from several people
    ITEMS = "items"  # it holds many items
    DAYS = "days"  # it waits long


@dataclass(frozen=True)
class FlagRule:
    """One flag of the file. `asks`: a decision is confirmed first. `sentences`: a language, or ""
    for all others, and what people read in it. `sources`, `types` and `operations` narrow it.
    """

    rule: Rule
    patterns: tuple[str, ...] = ()
    more_than: int = 0
    asks: bool = True
    sentences: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()

    @cached_property
    def key(self) -> str:
        """It in an address: of what it looks for, so that it never comes to mean another one."""
        looks_for = (self.patterns, self.more_than, self.sources, self.types, self.operations)
        return f"{self.rule}-{sha256(repr(looks_for).encode()).hexdigest()[:6]}"

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:  # what is shown of a flag is looked up for each row
        return hash((self.key, self.asks, self.sentences))

    @cached_property
    def check(self) -> "Check":
        return CHECKS[self.rule]

    @cached_property
    def age(self) -> timedelta:
        """`more_than` in days."""
        return timedelta(days=self.more_than)

    @cached_property
    def is_narrow(self) -> bool:
        return bool(self.sources or self.types or self.operations)

    def sentence(self, language: str | None) -> str:
        """What people read; "" where the built-in sentence is meant."""
        said = dict(self.sentences)
        return said.get(language or "") or said.get("", "")


@dataclass(frozen=True)
class FlagRules:
    """The installation's flags, the most telling first."""

    each: tuple[FlagRule, ...] = ()

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """What a number of several flags has for each, by its key. The lowest bit is free."""
        return {one.key: 2 << at for at, one in enumerate(self.each)}

    @cached_property
    def mark(self) -> str:
        """Of all that they look for: what was found by other flags is of no use with these."""
        return ",".join(one.key for one in self.each)

    @cached_property
    def asks_for_rejections(self) -> bool:
        """Whether any looks for what a person has rejected before."""
        return any(one.rule is Rule.REJECTED for one in self.each)


@dataclass(frozen=True)
class Flag:
    """One rule that holds, with its facts: what matched which pattern or mixes which alphabets,
    how many there are, or when it was.
    """

    rule: FlagRule
    fact: str = ""
    pattern: str = ""
    count: int = 0
    alphabets: tuple[Alphabet, ...] = ()
    at: datetime | None = None


class _Case(NamedTuple):
    item: WorkItem
    changes: list[Change]
    actor_id: str
    now: datetime
    rejected: Rejected


def nothing_rejected(_changes: Iterable[Change]) -> Mapping[Change, datetime]:
    return {}


def flags_of(
    item: WorkItem,
    changes: list[Change],
    rules: FlagRules,
    actor_id: str,
    now: datetime,
    rejected: Rejected = nothing_rejected,
) -> tuple[Flag, ...]:
    """What `actor_id` should know before deciding; nothing of what waits no longer.

    `changes` are all of the item's: who asks has them already, and each row is asked about.
    """
    if not item.is_open:
        return ()
    case, found = _Case(item, changes, actor_id, now, rejected), []
    for one in rules.each:
        flag = _narrow_flag(one, case) if one.is_narrow else one.check(one, case)
        if flag is not None:
            found.append(flag)
    return tuple(found)


def waiting_changes(item: WorkItem) -> list[Change]:
    """What is still to be decided of it."""
    return [
        *map(change_of_approval, item.open_approval_items),
        *map(change_of_remediation, item.remediation_items),
    ]


def look_back(
    items: Iterable[WorkItem | UnreadableWorkItem], rules: FlagRules, rejected: Rejected
) -> None:
    """Ask once for all of these, so that `rejected` need not ask for each."""
    if rules.asks_for_rejections:
        read = (item for item in items if isinstance(item, WorkItem) and item.is_open)
        rejected(one for item in read for one in waiting_changes(item))


def _narrow_flag(rule: FlagRule, case: _Case) -> Flag | None:
    if rule.types and not _listed(case.item.type, rule.types):
        return None
    if rule.sources or rule.operations:
        case = case._replace(changes=_narrowed(rule, case.changes))
        if not case.changes:
            return None
    return rule.check(rule, case)


def _narrowed(rule: FlagRule, changes: Iterable[Change]) -> list[Change]:
    return [
        one
        for one in changes
        if (not rule.sources or _listed(one.source, rule.sources))
        and (not rule.operations or one.operation in rule.operations)
    ]


def _of_type(rule: FlagRule, case: _Case) -> Flag | None:
    found = _listed(case.item.type, rule.patterns)
    return Flag(rule, fact=case.item.type, pattern=found) if found else None


def _of_values(rule: FlagRule, case: _Case) -> Flag | None:
    """The first name that is on the list."""
    for change in case.changes:
        for name in (change.value, change.attribute, change.source):
            if name and (found := _listed(name, rule.patterns)):
                return Flag(rule, fact=name, pattern=found)
    return None


def _of_alphabets(rule: FlagRule, case: _Case) -> Flag | None:
    """The first name that mixes alphabets, whoever or whatever it names."""
    for change in case.changes:
        for name in (change.value, change.attribute, change.source, change.account):
            if mixed := mixed_in(name):
                return Flag(rule, fact=name, alphabets=mixed)
    return None


def _of_own(rule: FlagRule, case: _Case) -> Flag | None:
    return Flag(rule) if case.actor_id and case.item.requester_id == case.actor_id else None


def _of_rejected(rule: FlagRule, case: _Case) -> Flag | None:
    """The latest time; a part that was decided just now says nothing of those that wait."""
    found = case.rejected(_waiting_of(case))
    return Flag(rule, at=max(found.values())) if found else None


def _waiting_of(case: _Case) -> Iterator[Change]:
    """Only looked for where somebody asks for one: most people have rejected nothing."""
    yield from (one for one in waiting_changes(case.item) if one in case.changes)


def _of_errors(rule: FlagRule, case: _Case) -> Flag | None:
    return Flag(rule) if case.item.errors else None


def _of_removals(rule: FlagRule, case: _Case) -> Flag | None:
    if len(case.changes) <= rule.more_than:  # most items: nothing to count
        return None
    people = count_of_people([one for one in case.changes if one.operation in REMOVALS])
    return Flag(rule, count=people) if people > rule.more_than else None


def _of_items(rule: FlagRule, case: _Case) -> Flag | None:
    if len(case.changes) <= rule.more_than:
        return None
    count = count_of_subjects(case.changes)
    return Flag(rule, count=count) if count > rule.more_than else None


def _of_days(rule: FlagRule, case: _Case) -> Flag | None:
    created = case.item.created
    is_old = created and case.now - created > rule.age
    return Flag(rule, count=rule.more_than) if is_old else None


Check = Callable[[FlagRule, _Case], Flag | None]
CHECKS: Final[Mapping[Rule, Check]] = {
    Rule.TYPES: _of_type,
    Rule.VALUES: _of_values,
    Rule.ALPHABETS: _of_alphabets,
    Rule.OWN: _of_own,
    Rule.REJECTED: _of_rejected,
    Rule.ERRORS: _of_errors,
    Rule.REMOVALS: _of_removals,
    Rule.ITEMS: _of_items,
    Rule.DAYS: _of_days,
}


@lru_cache(maxsize=10_000)  # a page repeats few names, and each would be compared anew for each row
def _listed(name: str, patterns: tuple[str, ...]) -> str:
    """The first pattern that the name matches as a whole; "" for none."""
    folded = name.casefold()
    return next((one for one in patterns if fnmatchcase(folded, one.casefold())), "")
