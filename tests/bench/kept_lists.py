"""What a kept list costs in a process like a worker: run by `index.py`, in a dashboard's settings.

Prints one JSON object. Times are of the processor, in milliseconds; where a database is asked, the
time that passes.
"""

import json
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Final, TypeVar

from django.conf import settings
from django.http import QueryDict

from sandbox.people import people_by_alias
from sandbox.seed import varied
from taskmanager.core import crypto
from taskmanager.signin.request import session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.values import Person
from tests.bench.index import LARGE, LISTS, ROWS_EACH, searches
from tests.bench.stage import Worker
from workitems.domain.facts import Judge
from workitems.domain.policy import Policy
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.readings import Reading
from workitems.domain.search import Found, find
from workitems.domain.snapshots import Builder, Snapshot
from workitems.isc.schemas import read_work_item
from workitems.models import QueueSnapshot
from workitems.scope import Owner, QueueScope
from workitems.snapshot_store import OPEN, SnapshotStore
from workitems.view_models.finding import vocabulary
from workitems.web.list_filter import QueueFilter

Value = TypeVar("Value")
ACTOR: Final = Person("bench", "Bench", "bench", is_admin=True)
TIMES: Final = 7
NAME: Final = "of the bench"


def main(measure: Callable[[str], dict[str, float]]) -> None:
    """Measure `large` or `many`, each in a process of its own."""
    session = SessionStore()
    session.save()
    json.dump(measure(session_row(session)), sys.stdout)


def large(session: str) -> dict[str, float]:
    """One list of ten thousand: each step from its rows to a page of a search."""
    building, snapshot = timed(partial(read, LARGE), times=1)
    packing, packed = timed(snapshot.packed)
    purpose = crypto.Purpose.SNAPSHOT
    sealing, sealed = timed(partial(crypto.seal_bytes, packed, row=NAME, purpose=purpose))
    unsealing, _ = timed(partial(crypto.unseal_bytes, sealed, row=NAME, purpose=purpose))
    unpacking, _ = timed(partial(Snapshot.unpacked, packed))
    storing, store = timed(partial(keep, session, "large", snapshot), times=1, clock=CLOCK)
    row = QueueSnapshot.objects.filter(rows=LARGE)
    loading, _ = timed(lambda: row.values("version", "sealed").first(), clock=CLOCK)
    looking, _ = timed(partial(store.kept, Tab.PENDING), clock=CLOCK)
    before = resident()
    opened(store)
    grown = resident() - before
    return {
        "build, ms": building,
        "pack, ms": packing,
        "seal, ms": sealing,
        "pack, seal and store, ms": storing,
        "sealed, bytes": len(sealed),
        "size, bytes": snapshot.size,
        "grown by opening, MB": grown,
        "read the row's numbers, ms": looking,
        "read the sealed row, ms": loading,
        "unseal, ms": unsealing,
        "unpack, ms": unpacking,
        **searched(snapshot),
    }


def searched(snapshot: Snapshot) -> dict[str, float]:
    """Finding and reading rows of the third page, warm, over searches of many kinds."""
    finding, reading = [], []
    for query in queries():
        milliseconds, found = timed(partial(found_in, snapshot, query))
        finding.append(milliseconds)
        places = found.places[query.offset : query.offset + query.size] or found.places[:1]
        reading.append(timed(partial(snapshot.rows, places))[0])
    return {
        "find, ms": median(finding),
        "find, most, ms": max(finding),
        "rows, ms": median(reading),
        "rows, most, ms": max(reading),
    }


def many(session: str) -> dict[str, float]:
    """200 lists of 2,000 tasks, opened one after another and then looked at in turn."""
    snapshot = read(ROWS_EACH)
    stores = [keep(session, f"owner {number}", snapshot) for number in range(LISTS)]
    before = resident()
    opening, still_open = [], []
    for store in stores:
        milliseconds, one = timed(partial(opened, store), times=1)
        opening.append(milliseconds)
        still_open.append(weakref.ref(one))
        del one
    grown, query = resident() - before, next(queries())
    kept = sum(one() is not None for one in still_open)
    paging = [timed(partial(page, store, query), times=1)[0] for store in stores]
    return {
        "lists open": kept,
        "their size, bytes": OPEN.size,
        "grown, MB": grown,
        "SNAPSHOT_MEGABYTES": settings.SNAPSHOT_MEGABYTES,
        "open one, ms": median(opening),
        "a page of one, ms": median(paging),
    }


def read(count: int) -> Snapshot:
    """As `QueueReading` makes it of what a tenant sends."""
    owner = people_by_alias()["noor.haddad"]
    judge = Judge(settings.FLAG_RULES, Policy(settings.TYPE_COMMANDS), ACTOR.id)
    builder = Builder(judge.facts_of, number=1)
    rows = [entry.body for entry in varied.entries(owner, count, time.time())]
    builder.add(map(read_work_item, rows))
    return builder.built(Reading(1, time.time(), count, is_whole=True))


def keep(session: str, owner: str, snapshot: Snapshot) -> SnapshotStore:
    store = SnapshotStore(QueueScope(ACTOR, Owner(owner)), session)
    turn = store.claim(Tab.PENDING)
    assert turn
    assert turn.finish(snapshot)
    return store


def opened(store: SnapshotStore) -> Snapshot:
    kept = store.kept(Tab.PENDING)
    assert kept
    snapshot = kept.snapshot()
    assert snapshot
    return snapshot


def page(store: SnapshotStore, query: QueueQuery) -> None:
    snapshot = opened(store)
    snapshot.rows(found_in(snapshot, query).places[: query.size])


def queries() -> Iterator[QueueQuery]:
    for search in searches():
        yield QueueFilter(QueryDict(search[2:])).query()


def found_in(snapshot: Snapshot, query: QueueQuery) -> Found:
    words = vocabulary(settings.LANGUAGE_CODE)
    return find(
        snapshot,
        query.wanted,
        sort=query.sort,
        group=query.group,
        now=time.time(),
        rules=settings.FLAG_RULES,
        vocabulary=words,
    )


CPU: Final = time.process_time
CLOCK: Final = time.perf_counter


def timed(
    call: Callable[[], Value], times: int = TIMES, clock: Callable[[], float] = CPU
) -> tuple[float, Value]:
    """The median of so many calls in milliseconds, and what the last one gave."""
    taken = []
    for _ in range(times):
        started = clock()
        value = call()
        taken.append((clock() - started) * 1000)
    return median(taken), value


def resident() -> float:
    return Worker(os.getpid()).megabytes()[0]
