"""A selection of 2,000 is sent while a colleague decides: `python -m tests.bench.many`.

Within a budget of 100 calls in 10 s, as ISC counts them; that run is not waited for, as half of the
budget is its part. Then another one without a budget, to its end. It ends with 1 where the
colleague waits longer than the limit, or where a task was not sent once.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Final

from sandbox.dashboard import public_url
from tests.bench.__main__ import decisions
from tests.bench.index import BUDGET, most_in_window
from tests.bench.measure import Step, percentile, text_of
from tests.bench.stage import Stage, running
from tests.bench.visitor import Visitor, sign_in
from tests.faults import run_pages
from tests.faults.database import Sqlite
from tests.faults.jobs import JobWorker, comes
from tests.faults.pressing import PERSONA, Seat

SELECTED: Final = 2_000
COLLEAGUE, TASKS = "agent", 600  # of which enough can be approved
LATENCY: Final = 50  # milliseconds of each upstream call
LIMIT: Final = 50.0  # milliseconds above that, p95
WARM_UP: Final = 5  # decisions
ALONE, BESIDE = 20, 75  # decisions before the run begins, and meanwhile: one each second
PATIENCE: Final = 600.0  # seconds


def main() -> int:
    is_good = beside_a_colleague()
    return 0 if to_the_end() and is_good else 1


def beside_a_colleague() -> bool:
    # Nothing is held for an undo: a press is answered once SailPoint has.
    more = {"ISC_BUDGET": str(BUDGET), "UNDO_SECONDS": "0"}
    with (
        tempfile.TemporaryDirectory(prefix="my-tasks-bench-") as folder,
        running(LATENCY, Path(folder), **more) as stage,
        working(stage),
    ):
        presses = iter(colleague(stage))
        above(islice(presses, WARM_UP))
        print(f"load of the machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        alone = above(islice(presses, ALONE))
        stage.tenant.give_tasks(PERSONA, SELECTED)
        seat = Seat(stage.port)
        form = selection(stage, seat)
        stage.tenant.forget_calls()
        began = time.monotonic()
        run_pages.begin(seat, "forward", form)
        print(f"{SELECTED:,} decisions recorded in {time.monotonic() - began:.1f} s")
        beside = above(islice(presses, BESIDE))
        moments = stage.tenant.moments()
    print(f"upstream calls meanwhile: {len(moments)}, {most_in_window(moments)} in ten seconds")
    print_times("alone", alone)
    print_times("beside the run", beside)
    is_met = percentile(beside, 95) <= LIMIT
    print(f"p95 at most {LIMIT:g} ms: {'met' if is_met else 'MISSED'}")
    return is_met


def to_the_end() -> bool:
    """Send all of it; whether that was one call for each."""
    with (
        tempfile.TemporaryDirectory(prefix="my-tasks-bench-") as folder,
        running(0, Path(folder), UNDO_SECONDS="0") as stage,
        working(stage),
    ):
        stage.tenant.give_tasks(PERSONA, SELECTED)
        seat = Seat(stage.port)
        form = selection(stage, seat)
        stage.tenant.forget_calls()
        began = time.monotonic()
        run = run_pages.begin(seat, "forward", form)
        is_over = Sqlite(stage.folder / "dashboard.sqlite3").has_ended
        assert comes(is_over, PATIENCE), "the run does not end"
        seconds = time.monotonic() - began
        calls = [call for call in stage.tenant.calls() if call["method"] == "POST"]
        told = run_pages.receipt(seat, run)
    sent = Counter(call["path"] for call in calls if call["path"].endswith("/forward"))
    is_exact = len(sent) == len(told) == SELECTED and {*sent.values()} == {1}
    print(f"{sent.total():,} calls for {SELECTED:,} decisions in {seconds:.0f} s, without a budget")
    return is_exact


@contextmanager
def working(on: Stage) -> Iterator[None]:
    """A job worker beside the server."""
    assert on.dashboard is not None
    worker = JobWorker(on.dashboard.environment, on.folder / "dashboard.log")
    try:
        yield
    finally:
        worker.stop()


def colleague(on: Stage) -> list[Step]:
    """The decisions that they can make."""
    on.tenant.give_tasks(COLLEAGUE, TASKS)
    visitor = Visitor(on.port, sign_in(public_url(on.port), COLLEAGUE))
    found = decisions(visitor, WARM_UP + ALONE + BESIDE)
    assert len(found) == WARM_UP + ALONE + BESIDE, f"only {len(found)} can be approved at once"
    return found


def selection(on: Stage, seat: Seat) -> run_pages.Fields:
    """The confirmation of all that somebody's list shows, once it is read."""
    visitor = Visitor(on.port, seat.cookie)
    address = "/bulk/forward/?all=1"
    assert comes(lambda: visitor.get(address).status == HTTPStatus.OK, PATIENCE), "list not read"
    visitor.close()
    form = run_pages.selection(seat, "forward", [("all", "1")])
    items = run_pages.items_of(form)
    assert len(items) == SELECTED, f"{len(items)} are selected"
    filled = [("target", on.tenant.person_id(COLLEAGUE)), ("comment", "Please take these over.")]
    return [*form, *filled, *(("include", item) for item in items)]


def above(presses: Iterable[Step]) -> list[float]:
    """Press one each second; the milliseconds of each above those of the upstream call."""
    found = []
    for press in presses:
        answer = press()
        assert answer.status == HTTPStatus.OK, f"{answer.status}: {text_of(answer)[:300]}"
        found.append(answer.milliseconds - LATENCY)
        time.sleep(max(0.0, 1 - answer.milliseconds / 1000))
    return found


def print_times(name: str, found: list[float]) -> None:
    p50, p95 = percentile(found, 50), percentile(found, 95)
    print(f"a decision {name}, above {LATENCY} ms: p50 {p50:.1f}, p95 {p95:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
