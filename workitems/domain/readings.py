"""How a list was read, and how much of it can be searched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reading:
    """How a list was read.

    `number` counts the readings of this list; `begun_at` is in epoch seconds. `total` is how long
    ISC said that it is, None where it did not. `reach`: how many rows ISC shows at most, where it
    has refused others. `is_whole`: all of it, or all within reach, while its length stayed the
    same; `is_steady` is false where the length has changed at each attempt. `mark` is that of the
    whole list (`change_mark`), "" while it is not whole.
    """

    number: int = 1
    begun_at: float = 0.0
    total: int | None = None
    reach: int | None = None
    is_whole: bool = False
    is_steady: bool = True
    mark: str = ""


@dataclass(frozen=True)
class PileFacts:
    """What a page says of a pile. `mark`: as addresses carry it, "" for a row that stands alone;
    `seen`: as `SeenRows` names the row that stands for it.

    Of its `rows`, `decided` take a decision on the whole and `completed` can be marked complete, of
    those that have no flag that asks; `flagged` have one. `takes`: what at least one of them takes,
    flagged or not. `people`: how many all are about, 0 where one is about several. `moment`: epoch
    seconds of the oldest, 0 where none has a date.
    """

    mark: str
    seen: str
    rows: int = 1
    takes: int = 0
    decided: int = 0
    completed: int = 0
    flagged: int = 0
    people: int = 0
    moment: int = 0


@dataclass(frozen=True)
class Index:
    """How much of a list can be searched, and what a search of it has found.

    `rows` of `total` are read, in the present reading. `reading` is the last one, None while there
    is none, and `covered` how many rows it has; the page shows them where it `is_searched`.
    `length` is how many of them are still in the list. `piles`: where rows are asked for in groups,
    what each row of the page stands for, of `entries` on all pages. `pile` is the one whose rows
    are all that is shown.
    """

    rows: int
    total: int | None
    is_reading: bool
    has_failed: bool = False
    reading: Reading | None = None
    covered: int = 0
    is_searched: bool = False
    length: int = 0
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    piles: tuple[PileFacts, ...] = ()
    pile: PileFacts | None = None
    entries: int | None = None
    new: int = 0
    gone: int = 0
