"""What is looked for in a list, and what a snapshot of it has of that.

A set of rows is one long integer with a byte for each row, 1 where the row belongs to it: sets of
10,000 rows are then joined in a microsecond.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from typing import Any, Final

from workitems.domain.changes import EFFECTS, Effect
from workitems.domain.facts import FORM, OPERATIONS
from workitems.domain.flags import FlagRules, Rule
from workitems.domain.folding import Term, fold, terms_of
from workitems.domain.piles import Pile, is_in_pile, marks_of, piled, whole_pile
from workitems.domain.queue_query import AGES, Group, Sort, Wanted
from workitems.domain.snapshots import Snapshot

DAY: Final = 86_400  # seconds


@dataclass(frozen=True)
class Vocabulary:
    """What the page calls types and operations, in the language of whoever searches."""

    type: Callable[[str], str] = str
    operations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The rows that were looked for, by their places in the snapshot, in the order asked for.

    `counts`: for each filter, how many rows each of its values would show with the other filters
    as they are. `piles`: the same rows, where they are asked for in groups; `pile`: the one that
    they all are in, where only that is asked for.
    """

    places: Sequence[int]
    counts: Mapping[str, Mapping[Any, int]]
    piles: Sequence[Pile] = ()
    pile: Pile | None = None


def find(
    snapshot: Snapshot,
    wanted: Wanted,
    *,
    sort: Sort = Sort.LISTED,
    group: Group = Group.NONE,
    hidden: Collection[int] = (),
    now: float,
    rules: FlagRules,
    vocabulary: Vocabulary | None = None,
) -> Found:
    """`hidden`: places of rows that have left the list since it was read. `rules`: those by which
    it was read.
    """
    search = _Search(snapshot, vocabulary or Vocabulary(), now, rules, hidden)
    masks = search.masks(wanted, group)
    listed = search.joined(masks.values()).to_bytes(len(snapshot), "little")
    order = search.order(sort)
    if group is Group.NONE:
        return Found(list(filter(listed.__getitem__, order)), search.counts(masks))
    marks, asking = marks_of(snapshot, group), search.flagged().to_bytes(len(snapshot), "little")
    if wanted.pile:
        places = list(filter(listed.__getitem__, order))
        return Found(places, search.counts(masks), pile=whole_pile(marks, places, asking))
    asked = search.joined(masks.values(), are_hidden_too=True).to_bytes(len(snapshot), "little")
    piles = piled(marks, filter(asked.__getitem__, order), listed, asking)
    places = [place for pile in piles for place in pile.places]
    return Found(places, search.counts(masks), piles)


def types_of(snapshot: Snapshot, hidden: Iterable[int]) -> dict[str, int]:
    """How many rows there are of each type, the most first, without all else that a search counts.

    `hidden`: places of rows that have left the list since it was read.
    """
    numbers = snapshot.columns["type"]
    counts = Counter(numbers)
    counts.subtract(numbers[place] for place in hidden)
    table = snapshot.tables["type"]
    return {table[at]: count for at, count in counts.most_common() if count}


def order_of(snapshot: Snapshot, sort: Sort) -> Sequence[int]:
    """All rows in this order; of those that are alike in it the oldest first."""
    if sort is Sort.LISTED:
        return range(len(snapshot))
    if sort not in snapshot.orders:
        snapshot.orders[sort] = array("I", _sorted(snapshot, sort))
    return snapshot.orders[sort]


def _sorted(snapshot: Snapshot, sort: Sort) -> Sequence[int]:
    moments = snapshot.columns["moments"]
    latest = max(moments, default=0) + 1
    by_age = sorted(range(len(snapshot)), key=lambda place: moments[place] or latest)
    if sort is Sort.OLDEST:
        return by_age
    if sort is Sort.NEWEST:
        return by_age[::-1]
    numbers, table = snapshot.columns[sort], snapshot.tables[sort]
    names = [_folded(" ".join(entry) if isinstance(entry, tuple) else entry) for entry in table]
    # Rows without a name stand at the end.
    ranks = [(not name, name) for name in names]
    return sorted(by_age, key=lambda place: ranks[numbers[place]])


class _Search:
    def __init__(
        self,
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        now: float,
        rules: FlagRules,
        hidden: Collection[int],
    ) -> None:
        self._snapshot, self._vocabulary, self._now = snapshot, vocabulary, now
        self._rules = rules
        shown = bytearray(b"\1" * len(snapshot))
        self._all = int.from_bytes(shown, "little")
        for place in hidden:
            shown[place] = 0
        self._shown = int.from_bytes(shown, "little")

    def order(self, sort: Sort) -> Sequence[int]:
        """What is flagged may come with the time: that order is not kept."""
        if sort is not Sort.FLAGGED:
            return order_of(self._snapshot, sort)
        flagged = self.flagged().to_bytes(len(self._snapshot), "little")
        return sorted(order_of(self._snapshot, Sort.OLDEST), key=lambda place: not flagged[place])

    def masks(self, wanted: Wanted, group: Group) -> dict[str, int]:
        """For each filter that narrows the list, its rows."""
        sources, until = wanted.sources, wanted.until or float("inf")
        each: dict[str, tuple[object, Callable[[], int]]] = {
            "text": (wanted.text, lambda: self._with_terms(terms_of(wanted.text))),
            "type": (wanted.types, lambda: self._among("type", wanted.types)),
            "requester": (wanted.requesters, lambda: self._among("requester", wanted.requesters)),
            "outcome": (wanted.outcomes, lambda: self._among("outcome", wanted.outcomes)),
            "source": (
                sources,
                lambda: self._with_entry("source", lambda names: not sources.isdisjoint(names)),
            ),
            "effect": (
                wanted.effects,
                lambda: self._with_bits("operations", bits_of(wanted.effects)),
            ),
            "flag": (wanted.flags, lambda: self._with_flags(wanted.flags)),
            "flagged": (wanted.flagged, self.flagged),
            "form": (wanted.form, lambda: self._with_bits("traits", FORM)),
            "older": (wanted.older, lambda: self._in_time(0, self._now - wanted.older * DAY)),
            "time": (wanted.since or wanted.until, lambda: self._in_time(wanted.since, until)),
            "pile": (group and wanted.pile, lambda: self._in_pile(group, wanted.pile)),
        }
        return {name: rows() for name, (narrows, rows) in each.items() if narrows}

    def joined(self, masks: Iterable[int], *, are_hidden_too: bool = False) -> int:
        rows = self._all if are_hidden_too else self._shown
        for mask in masks:
            rows &= mask
        return rows

    def counts(self, masks: Mapping[str, int]) -> dict[str, dict[Any, int]]:
        def others(name: str) -> int:
            return self.joined(mask for other, mask in masks.items() if other != name)

        def with_bits(name: str, column: str, *each: int) -> list[int]:
            values = self._by_value(column, others(name)).items()
            return [sum(count for value, count in values if value & bits) for bits in each]

        counts = {name: self._by_entry(name, others(name)) for name in ("type", "requester")}
        counts["outcome"] = self._by_entry("outcome", others("outcome"))
        counts["source"] = self._by_source(others("source"))
        effects = with_bits("effect", "operations", *(bits_of([one]) for one in Effect))
        counts["effect"] = {one: count for one, count in zip(Effect, effects, strict=True) if count}
        counts["flagged"] = {True: (others("flagged") & self.flagged()).bit_count()}
        bits = self._rules.bits  # one pass for all flags but those that depend on the time
        flags = dict(zip(bits, with_bits("flag", "traits", *bits.values()), strict=True))
        for one in (rule.key for rule in self._rules.each if rule.rule is Rule.DAYS):
            flags[one] = (others("flag") & self._with_flags({one})).bit_count()
        counts["flag"] = {key: count for key, count in flags.items() if count}
        counts["form"] = {True: sum(with_bits("form", "traits", FORM))}
        counts["older"] = self._by_age(others("older"))
        return counts

    def _by_value(self, column: str, rows: int) -> Counter[int]:
        return Counter(self._of(column, rows))

    def _by_entry(self, name: str, rows: int) -> dict[Any, int]:
        table = self._snapshot.tables[name]
        return {table[at]: count for at, count in self._by_value(name, rows).most_common()}

    def _by_age(self, rows: int) -> dict[int, int]:
        """How many have waited longer than so many days; rows without a date are none of them."""
        moments = sorted(self._of("moments", rows))
        undated = bisect_right(moments, 0)
        ends = {days: bisect_left(moments, self._now - days * DAY) for days in AGES}
        return {days: max(0, end - undated) for days, end in ends.items()}

    def _of(self, column: str, rows: int) -> Iterable[int]:
        """What these rows have in a column."""
        return compress(
            self._snapshot.columns[column], rows.to_bytes(len(self._snapshot), "little")
        )

    def _by_source(self, rows: int) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for sources, count in self._by_entry("source", rows).items():
            counts.update(dict.fromkeys(sources, count))
        return dict(counts.most_common())

    def _with_terms(self, terms: Sequence[Term]) -> int:
        """Rows that have all of these words, in any order."""
        return self.joined(map(self._with_term, terms))

    def _with_term(self, term: Term) -> int:
        """The word itself may stand in a row's text, in a name, or in what the page calls it."""
        vocabulary = self._vocabulary
        rows = self._with_text(term)
        rows |= self._with_entry("requester", lambda name: term.is_in(_folded(name)))
        rows |= self._with_entry("source", lambda names: term.is_in(_folded(" ".join(names))))
        rows |= self._with_entry("type", lambda name: term.is_in(_folded(vocabulary.type(name))))
        said = [
            one for one in OPERATIONS if term.is_in(_folded(vocabulary.operations.get(one, "")))
        ]
        return rows | (self._with_bits("operations", _bits(said)) if said else 0)

    def _with_text(self, term: Term) -> int:
        text, ends = self._snapshot.text, self._snapshot.columns["ends"]
        looked_for = (term.text if term.is_anywhere else f" {term.text}").encode()
        rows, at = bytearray(len(self._snapshot)), text.find(looked_for)
        while at >= 0:
            place = bisect_right(ends, at)
            rows[place] = 1
            at = text.find(looked_for, ends[place])
        return int.from_bytes(rows, "little")

    def _among(self, name: str, values: Collection[str]) -> int:
        return self._with_entry(name, values.__contains__)

    def _with_entry(self, name: str, is_wanted: Callable[[Any], bool]) -> int:
        wanted = {at for at, entry in enumerate(self._snapshot.tables[name]) if is_wanted(entry)}
        return _mask(map(wanted.__contains__, self._snapshot.columns[name])) if wanted else 0

    def _with_bits(self, column: str, bits: int) -> int:
        values = self._snapshot.columns[column]
        return _mask(map({value for value in set(values) if value & bits}.__contains__, values))

    def _in_pile(self, group: Group, pile: str) -> int:
        return _mask(is_in_pile(marks_of(self._snapshot, group), pile))

    def flagged(self) -> int:
        """Rows whose decision is confirmed first."""
        return self._with_flags({one.key for one in self._rules.each if one.asks})

    def _with_flags(self, keys: Collection[str]) -> int:
        """Rows that have one of these: one pass for all that do not depend on the time."""
        rows = bits = 0
        for one in self._rules.each:
            if one.key in keys and one.rule is Rule.DAYS:
                waiting = self._in_time(0, self._now - one.more_than * DAY)
                rows |= waiting & self._with_bits("traits", self._rules.bits[one.key])
            elif one.key in keys:
                bits |= self._rules.bits[one.key]
        return rows | self._with_bits("traits", bits) if bits else rows

    def _in_time(self, since: float, until: float) -> int:
        """Rows without a date are in no time."""
        moments = self._snapshot.columns["moments"]
        return _mask(moment > 0 and since <= moment < until for moment in moments)


@lru_cache(maxsize=10_000)  # each word of each search is compared with all of them
def _folded(name: str) -> str:
    """The same of a name that many rows share."""
    return fold(name)


def bits_of(effects: Iterable[Effect]) -> int:
    chosen = frozenset(effects)
    return _bits(one for one in OPERATIONS if EFFECTS[one] in chosen)


def _bits(operations: Iterable[Any]) -> int:
    return sum(1 << OPERATIONS.index(one) for one in operations)


def _mask(is_in: Iterable[bool]) -> int:
    return int.from_bytes(bytes(is_in), "little")
