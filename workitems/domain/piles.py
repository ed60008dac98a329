"""Rows of a list that can be decided together, because they are alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from workitems.domain.facts import COMPLETED, DECIDED
from workitems.domain.queue_query import Group, shared_mark, shown_mark
from workitems.domain.readings import PileFacts
from workitems.domain.snapshots import Snapshot

ALONE: Final = 0  # the mark of a row that stands with no other


@dataclass(frozen=True)
class Pile:
    """Rows that are alike, by their places in the snapshot, in the order asked for.

    `mark` stands for what they have in common; ALONE for a row that has nothing to share. `first`
    is the row that stands for it when pages are counted, whether it has left the list or not.
    `asking`: those of `places` whose decision is confirmed first.
    """

    mark: int
    first: int
    places: tuple[int, ...]
    asking: frozenset[int] = frozenset()

    @property
    def is_alone(self) -> bool:
        return self.mark == ALONE


def marks_of(snapshot: Snapshot, group: Group) -> Sequence[int]:
    """For each row, the mark of what it shares with others."""
    if group not in snapshot.tables:
        return snapshot.columns[group]
    marks = [_mark_of(entry) for entry in snapshot.tables[group]]
    return [marks[number] for number in snapshot.columns[group]]


def is_in_pile(marks: Sequence[int], shown: str) -> Iterable[bool]:
    """For each of these, whether it is the one that an address calls so."""
    wanted = {mark for mark in set(marks) if mark and shown_mark(mark) == shown}
    return map(wanted.__contains__, marks)


def whole_pile(marks: Sequence[int], places: Sequence[int], asking: Sequence[int]) -> Pile | None:
    """The one pile that all of these rows are in."""
    if not places:
        return None
    flagged = frozenset(filter(asking.__getitem__, places))
    return Pile(marks[places[0]], places[0], tuple(places), flagged)


def piled(
    marks: Sequence[int], places: Iterable[int], listed: Sequence[int], asking: Sequence[int]
) -> list[Pile]:
    """The largest first; of those of one size, and of rows that stand alone, the first one first.

    `places`: all that is looked for, in its order, among it what has left the list since it was
    read; `listed`, `asking`: for each place, whether it is still there, and whether its decision is
    confirmed first. What leaves changes no order: pages are counted in it.
    """
    alike: dict[int, list[int]] = {}
    for place in places:
        alike.setdefault(marks[place] or ~place, []).append(place)
    piles = []
    for mark, rows in sorted(alike.items(), key=lambda pair: -len(pair[1])):
        if left := tuple(filter(listed.__getitem__, rows)):
            flagged = frozenset(filter(asking.__getitem__, left))
            piles.append(Pile(mark if len(rows) > 1 else ALONE, rows[0], left, flagged))
    return piles


def facts_of_pile(snapshot: Snapshot, pile: Pile) -> PileFacts:
    seen = snapshot.seen_mark(pile.first)
    if pile.is_alone:
        return PileFacts("", seen)
    columns, places = snapshot.columns, pile.places
    takes = [columns["takes"][place] for place in places]
    plain = [columns["takes"][place] for place in places if place not in pile.asking]
    people = {columns["person"][place] for place in places}
    return PileFacts(
        shown_mark(pile.mark),
        seen,
        rows=len(places),
        takes=reduce(or_, takes),
        decided=sum(bool(one & DECIDED) for one in plain),
        completed=sum(bool(one & COMPLETED) for one in plain),
        flagged=len(pile.asking),
        people=0 if ALONE in people else len(people),
        moment=min(filter(None, (columns["moments"][place] for place in places)), default=0),
    )


def _mark_of(entry: object) -> int:
    return shared_mark("\n".join(entry) if isinstance(entry, tuple) else str(entry))
