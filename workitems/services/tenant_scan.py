"""Reads what waits in the whole tenant, into two numbers and a mark for each owner.

It needs a personal access token of an administrator: without an owner, such a person's list is
the whole tenant's. SailPoint does not document that, so it is checked before anything is kept.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import shuffle
from typing import Any, Final, Protocol

from workitems.domain.change_mark import EMPTY, with_item
from workitems.isc.client import IscClient
from workitems.isc.errors import Forbidden, IscError, Rejected
from workitems.isc.schemas import WorkItem, WorkItemPage
from workitems.services.patience import Patience

logger = logging.getLogger("workitems.scan")
Each = Callable[..., Iterable[Any]]  # `map`, or one that makes several calls at once

PAGE: Final = 250  # the most that ISC gives at once
MOST_ASKED_SINGLY: Final = 300  # owners, in one pass
MOST_ASKED_BESIDES: Final = 20  # of those whose numbers have not changed: a pass stays short
MOST_PAGES: Final = 400  # before the list's length is believed again
HELD_EVERY: Final = 40  # pages: some seconds, and a write to the database each time
PATIENCE: Final = 600.0  # seconds that one call may wait for its turn in the budget, all in all


class ScanIsOff(Exception):
    """The scan cannot tell the truth about this tenant; its message is the reason, a sentence."""


@dataclass(frozen=True)
class Tally:
    """What waits for one owner: how many work items, their mark (`change_mark`), since when."""

    open: int = 0
    mark: str = EMPTY
    oldest_at: float | None = field(default=None, compare=False)  # the mark changes with it

    def plus(self, item: WorkItem) -> "Tally":
        known = [at for at in (self.oldest_at, item.created and item.created.timestamp()) if at]
        oldest_at = min(known, default=None)
        return Tally(self.open + 1, with_item(self.mark, item), oldest_at)


@dataclass(frozen=True)
class Found:
    """What becomes of an owner's row. `at` is when it was true, in epoch seconds.

    `completed` is None where nobody has asked; `mark` is "" where only the numbers are known.
    """

    open: int
    completed: int | None
    mark: str
    at: float


@dataclass(frozen=True)
class Kept:
    """A row as it stands. `changed_at`: epoch seconds, the scan's own changes or a decision's.

    `is_asked`: somebody has asked for this owner singly, so that both numbers are known.
    """

    open: int
    mark: str
    changed_at: float
    is_asked: bool

    @property
    def tally(self) -> Tally:
        return Tally(self.open, self.mark)


@dataclass(frozen=True)
class Published:
    """What a pass, begun at `as_of`, says: which rows have changed, and whose are in doubt.

    All others were true at `as_of`. `oldest_at`: since when the oldest waits, of everybody for whom
    something does; rows of an earlier version do not have it yet. `is_partial`: the list has rows
    that name no owner. Then a number counts only once somebody has asked for that owner singly.
    """

    found: Mapping[str, Found]
    doubtful: frozenset[str]
    oldest_at: Mapping[str, float | None]
    as_of: float
    is_partial: bool


class QueueStates(Protocol):
    """Where the numbers of all owners are kept."""

    def hold(self) -> bool:
        """Stay the one that scans."""

    def rows(self) -> Mapping[str, Kept]:
        """All rows, by owner."""

    def publish(self, published: Published) -> None:
        """Write what a pass has found."""


@dataclass
class Reading:
    """One pass over the tenant's list. Offsets shift while it is read: rows may be seen twice, or
    not at all. `is_steady`: the total was the same at both ends, and as many rows were seen.
    """

    begun_at: float
    owners: dict[str, Tally] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    unreadable: int = 0
    totals: list[int | None] = field(default_factory=list)

    def add(self, page: WorkItemPage) -> None:
        self.totals.append(page.total)
        for item in page.items:
            if not isinstance(item, WorkItem):
                self.unreadable += 1
            elif item.id not in self.seen:
                self.seen.add(item.id)
                self.owners[item.owner_id] = self.owners.get(item.owner_id, Tally()).plus(item)

    @property
    def is_steady(self) -> bool:
        first, last = self.totals[0], self.totals[-1]
        return first == last == len(self.seen) + self.unreadable

    @property
    def is_partial(self) -> bool:
        return bool(self.unreadable or self.owners.get(""))

    @property
    def oldest_at(self) -> dict[str, float | None]:
        return {owner_id: tally.oldest_at for owner_id, tally in self.owners.items() if owner_id}

    def of(self, owner_id: str) -> Tally:
        return self.owners.get(owner_id, Tally())


class TenantScan:
    """Call `run_pass` again and again: it keeps what the pass before has seen."""

    def __init__(
        self,
        client: IscClient,
        states: QueueStates,
        *,
        own_id: str,
        renew: Callable[[], bool],
        each: Each = map,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._states, self._own_id = client, states, own_id
        self._each, self._clock = each, clock
        self._patience = Patience(renew, PATIENCE, clock, sleep)
        self._before: Reading | None = None

    def run_pass(self) -> bool:
        """Read everything once, and publish it; False where that takes another pass.

        Raises ScanIsOff, and a child of IscError where ISC does not answer for now.
        """
        reading, kept = self._read(), self._states.rows()
        if not self._is_whole_tenant(reading, kept):
            return False
        before, self._before = self._before, reading
        if not reading.is_steady and before is None and not kept:
            logger.info("the list changed while it was read, and there is nothing to compare it to")
            return False
        found, doubtful = self._compared(reading, before, kept)
        oldest_at, as_of = reading.oldest_at, reading.begun_at
        self._states.publish(Published(found, doubtful, oldest_at, as_of, reading.is_partial))
        counts = (len(reading.seen), len(reading.owners), len(found), len(doubtful))
        line = "%d work items of %d owners: %d changed, %d in doubt; %.1f s"
        level = logging.DEBUG if before else logging.INFO  # the first one says that it works
        logger.log(level, line, *counts, self._clock() - reading.begun_at)
        return True

    def _read(self) -> Reading:
        reading, offset = Reading(self._clock()), PAGE
        page = self._page(0)
        reading.add(page)
        while len(page.items) == PAGE:
            # Several at once, because one takes much longer than its place in the budget.
            most = min(max(offset + PAGE, page.total or 0), offset + MOST_PAGES * PAGE)
            for number, page in enumerate(self._each(self._page, range(offset, most, PAGE))):
                if number % HELD_EVERY == 0:
                    self._states.hold()
                reading.add(page)
            offset += -(-(most - offset) // PAGE) * PAGE
        return reading

    def _page(self, offset: int) -> WorkItemPage:
        try:
            return self._patience.asked(
                lambda: self._client.list_tenant_work_items(limit=PAGE, offset=offset)
            )
        except Forbidden as error:
            raise ScanIsOff("The token may not list the work items of the tenant.") from error
        except Rejected as error:
            if offset == 0:
                raise
            first = self._page(0)
            if first.total is not None and first.total <= offset:
                return WorkItemPage((), first.total)  # the end, which some lists refuse to tell so
            reason = f"SailPoint lists only the first {offset} work items of this tenant."
            raise ScanIsOff(reason) from error

    def _is_whole_tenant(self, reading: Reading, kept: Mapping[str, Kept]) -> bool:
        """False while nothing proves it. Raises ScanIsOff where the list is the token's own."""
        if None in reading.totals:
            raise ScanIsOff("SailPoint does not say how long the list is.")
        if set(reading.owners) - {"", self._own_id}:
            return True
        others = (one for one, row in kept.items() if row.open and one != self._own_id)
        other = next(others, None)
        if other is None and not reading.owners:
            logger.info("nothing waits in the list: whether it is the tenant's is not known yet")
            return False
        # The administrator may have lost their level: then everybody else's would be gone.
        if other is None or self._waits(other):
            raise ScanIsOff("The list holds the work items of the token's own owner alone.")
        return True

    def _waits(self, owner_id: str) -> bool:
        try:
            return (
                self._patience.asked(lambda: self._client.summarise_work_items(owner_id)).open > 0
            )
        except Forbidden as error:
            raise ScanIsOff("The token may not see the work items of others.") from error

    def _compared(
        self, reading: Reading, before: Reading | None, kept: Mapping[str, Kept]
    ) -> tuple[dict[str, Found], frozenset[str]]:
        """What has changed since the rows were written, and whose numbers are still in doubt."""
        owners = {*reading.owners, *kept} - {""}
        changed = {one for one in owners if one not in kept or kept[one].tally != reading.of(one)}
        late = {one for one in changed if one in kept and kept[one].changed_at > reading.begun_at}
        doubtful = late
        if not reading.is_steady:
            # Seen alike twice, or as it was written: then no shift has hidden a row of it.
            doubtful |= {one for one in changed if not before or before.of(one) != reading.of(one)}
        asked, found = self._singly(doubtful, changed - doubtful, reading, kept), {}
        for one in changed - doubtful:
            tally = reading.of(one)
            found[one] = Found(tally.open, None, tally.mark, reading.begun_at)
        return found | asked, frozenset(doubtful - set(asked))

    def _singly(
        self, doubtful: set[str], changed: set[str], reading: Reading, kept: Mapping[str, Kept]
    ) -> dict[str, Found]:
        """Both numbers of owners in doubt, of those whose queue has changed, and of some others.

        A first pass tells what waits for everybody; what they have completed is asked bit by bit.
        """
        others = [one for one, row in kept.items() if not row.is_asked]
        shuffle(others)  # some may never be answered for
        wanted = dict.fromkeys([*doubtful, *(one for one in changed if one in kept)])
        wanted.update(dict.fromkeys(others[:MOST_ASKED_BESIDES]))
        owners = list(wanted)[:MOST_ASKED_SINGLY]
        asked = zip(owners, self._each(partial(self._single, reading), owners), strict=True)
        return {owner_id: found for owner_id, found in asked if found}

    def _single(self, reading: Reading, owner_id: str) -> Found | None:
        """None where nobody answers: the owner stays in doubt."""
        at, tally = self._clock(), reading.of(owner_id)
        try:
            summary = self._patience.asked(lambda: self._client.summarise_work_items(owner_id))
        except IscError:
            return None
        mark = tally.mark if summary.open == tally.open else ""
        return Found(summary.open, summary.completed, mark, at)
