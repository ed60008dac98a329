"""A list as it was read once, kept so that 10,000 rows can be searched and sorted in milliseconds.

One value of each kind for all rows stands in one array, the words in one text: some 390 bytes a
row with what a page needs of it, in compressed blocks. Objects take ten times as much.
"""

import json
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

from workitems.domain.change_mark import EMPTY, with_item
from workitems.domain.facts import Facts
from workitems.domain.queue_query import mark_of, shown_mark
from workitems.domain.readings import Reading
from workitems.isc.schemas import UnreadableWorkItem, WorkItem, read_work_item

Row = WorkItem | UnreadableWorkItem

BLOCK: Final = 8  # rows that are compressed together: one of them costs to inflate them all
LEVEL: Final = 1  # zlib's fastest, for what is not kept in memory
RAW: Final = -zlib.MAX_WBITS  # without zlib's head and checksum: the seal is one
# Their type codes are array's; the numbers of sources, requesters and the like point into tables.
COLUMNS: Final[Mapping[str, str]] = {
    "marks": "Q",
    "moments": "q",
    "requester": "I",
    "source": "I",
    "type": "H",
    "outcome": "H",
    "operations": "H",
    "traits": "Q",
    "waits": "B",
    "alike": "Q",
    "person": "Q",
    "takes": "B",
    "since": "I",
    "ends": "I",
}
TABLES: Final = ("requester", "source", "type", "outcome")
KEPT_ORDERS: Final = 4  # by a search: oldest, newest, requester, source; of four bytes a row


@dataclass(frozen=True)
class Snapshot:
    """Rows as they were read, in ISC's order. `gone`: number of a reading -> how many it missed.

    `since` has, for each row, the reading in which it was found first. Rows stand in `blocks`, a
    line each; the first block is as it is, and the dictionary by which the others are compressed.
    """

    reading: Reading
    columns: Mapping[str, "array[int]"]
    tables: Mapping[str, tuple[Any, ...]]
    text: bytes
    blocks: tuple[bytes, ...]
    gone: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["marks"])

    @cached_property
    def size(self) -> int:
        """Bytes in memory, about."""
        arrays = sum(len(one) * one.itemsize for one in self.columns.values())
        tables = sum(len(str(entry)) + 60 for table in self.tables.values() for entry in table)
        orders = KEPT_ORDERS * 4 * len(self)
        return len(self.text) + arrays + tables + orders + sum(map(len, self.blocks))

    @cached_property
    def orders(self) -> dict[str, Sequence[int]]:
        """Orders that somebody has asked for, kept: of all rows, whatever is searched."""
        return {}

    def rows(self, places: Iterable[int]) -> list[Row]:
        """What ISC sent of these, read as if it had come now."""
        opened: dict[int, list[bytes]] = {}
        found = []
        for place in places:
            number, at = divmod(place, BLOCK)
            if number not in opened:
                opened[number] = self._inflated(number).split(b"\n")
            found.append(read_work_item(json.loads(opened[number][at])))
        return found

    def _inflated(self, number: int) -> bytes:
        first, block = self.blocks[0], self.blocks[number]
        return zlib.decompressobj(RAW, zdict=first).decompress(block) if number else block

    def seen_mark(self, place: int) -> str:
        """The row as `SeenRows` names it."""
        return shown_mark(self.columns["marks"][place])

    def new_since(self, number: int) -> int:
        """How many rows were found first after this reading."""
        return sum(since > number for since in self.columns["since"])

    def gone_since(self, number: int) -> int:
        return sum(count for reading, count in self.gone.items() if reading > number)

    def packed(self) -> bytes:
        """All of it, as `unpacked` takes it: a line that tells the lengths, and the parts."""
        parts = [self.text, *(self.columns[name].tobytes() for name in COLUMNS)]
        head = {
            "reading": vars(self.reading),
            "tables": self.tables,
            "gone": self.gone,
            "lengths": list(map(len, parts)),
            "blocks": list(map(len, self.blocks)),
        }
        loose = zlib.compress(json.dumps(head).encode() + b"\n" + b"".join(parts), LEVEL)
        return b"%d\n%b%b" % (len(loose), loose, b"".join(self.blocks))

    @classmethod
    def unpacked(cls, packed: bytes) -> "Snapshot":
        """Raises ValueError (or a child of it), KeyError or zlib.error for what is no snapshot."""
        length, rest = packed.split(b"\n", 1)
        line, loose = zlib.decompress(rest[: int(length)]).split(b"\n", 1)
        head = json.loads(line)
        text, *parts = _cut(loose, head["lengths"])
        columns = {}
        for (name, code), part in zip(COLUMNS.items(), parts, strict=True):
            columns[name] = array(code)
            columns[name].frombytes(part)
        tables = {name: tuple(map(_hashable, entries)) for name, entries in head["tables"].items()}
        gone = {int(number): count for number, count in head["gone"].items()}
        blocks = tuple(_cut(rest[int(length) :], head["blocks"]))
        return cls(Reading(**head["reading"]), columns, tables, text, blocks, gone)


@dataclass(frozen=True)
class Kept:
    """What is kept of a list: how far the present reading of it is, and what the last one found.

    `rows` of `total` are read. `reading` is the one that `snapshot` gives, None where there is
    none. `failed_at`: epoch seconds, 0 where the last one ended well.
    """

    rows: int
    total: int | None
    failed_at: float = 0.0
    is_reading: bool = False
    reading: Reading | None = None
    snapshot: Callable[[], Snapshot | None] = field(default=lambda: None, repr=False)


class Builder:
    """Takes rows as they come, each once: offsets shift while a list is read.

    `before` is what was read of the same list earlier: what it has is not new.
    """

    def __init__(
        self,
        facts_of: Callable[[Row], Facts],
        number: int,
        before: Snapshot | None = None,
    ) -> None:
        self._facts_of, self._number, self._before = facts_of, number, before
        self._columns = {name: array(code) for name, code in COLUMNS.items()}
        self._tables: dict[str, dict[Any, int]] = {name: {} for name in TABLES}
        self._texts: list[bytes] = []
        self._lines: list[bytes] = []
        self._blocks: list[bytes] = []
        self._length = 0
        self.mark = EMPTY  # of all that has come (`change_mark`)
        self._seen: set[int] = set()
        earlier = before.columns if before else {}
        self._earlier = dict(zip(earlier.get("marks", ()), earlier.get("since", ()), strict=True))

    def __len__(self) -> int:
        return len(self._columns["marks"])

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            facts = self._facts_of(row)
            mark = mark_of(facts.id) if facts.id else 0
            if mark and mark in self._seen:
                continue
            self._seen.add(mark)
            self._append(mark, facts)
            if isinstance(row, WorkItem):
                self.mark = with_item(self.mark, row)
            self._lines.append(json.dumps(row.raw, separators=(",", ":")).encode())
            if len(self._lines) == BLOCK:
                self._blocks.append(self._block())
                self._lines.clear()

    def built(self, reading: Reading, hidden: frozenset[int] = frozenset()) -> Snapshot:
        """What has come so far. `hidden`: the marks of rows that were known to leave."""
        rest = [self._block()] if self._lines else []
        tables = {name: tuple(table) for name, table in self._tables.items()}
        columns = {name: array(one.typecode, one) for name, one in self._columns.items()}
        gone = dict(self._before.gone) if self._before else {}
        if missed := (self._earlier.keys() - self._seen - hidden) if reading.is_whole else ():
            gone[self._number] = len(missed)
        blocks = (*self._blocks, *rest)
        return Snapshot(reading, columns, tables, b"".join(self._texts), blocks, gone)

    def _append(self, mark: int, facts: Facts) -> None:
        text = f" {facts.words}\n".encode()
        self._texts.append(text)
        self._length += len(text)
        entries = {"source": facts.sources, "requester": facts.requester}
        entries |= {"type": facts.type, "outcome": facts.outcome}
        values = {name: self._entry(name, entry) for name, entry in entries.items()}
        values |= {"marks": mark, "moments": facts.moment, "operations": facts.operations}
        values |= {"traits": facts.traits, "waits": facts.waits, "ends": self._length}
        values |= {"alike": facts.alike, "person": facts.person, "takes": facts.takes}
        values["since"] = self._earlier.get(mark, self._number if self._before else 0)
        for name, value in values.items():
            self._columns[name].append(value)

    def _entry(self, name: str, entry: object) -> int:
        table = self._tables[name]
        return table.setdefault(entry, len(table))

    def _block(self) -> bytes:
        lines = b"\n".join(self._lines)
        if not self._blocks:
            return lines
        deflate = zlib.compressobj(wbits=RAW, zdict=self._blocks[0])
        return deflate.compress(lines) + deflate.flush()


def _cut(whole: bytes, lengths: Sequence[int]) -> list[bytes]:
    ends = list(accumulate(lengths, initial=0))
    return [whole[start:end] for start, end in pairwise(ends)]


def _hashable(entry: Any) -> Any:
    return tuple(entry) if isinstance(entry, list) else entry
