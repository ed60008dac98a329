"""Searching whole lists: `python -m tests.bench.index`. Ends with 1 where a limit is missed.

A list of ten thousand tasks is read within the budget and searched; the plain list is compared with
that of somebody who has ten, and with another version's (`--against`); and what kept lists cost is
measured in a process of its own, on SQLite and on PostgreSQL (TEST_POSTGRES_URL).
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import cycle, islice, product
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from sandbox.dashboard import ROOT, Dashboard, dashboard_environment, public_url
from tests.bench.measure import WARM_UP, Timing, percentile, side_by_side
from tests.bench.stage import Stage, running
from tests.bench.visitor import Visitor, sign_in
from tests.faults.database import own_postgres

LARGE: Final = 10_431
FEW: Final = 10
LISTS, ROWS_EACH = 200, 2_000
LATENCIES_MS: Final = (0, 50)
BUDGET, WINDOW = 100, 10.0  # calls in so many seconds, as ISC counts them
LIMITS: Final[Mapping[str, float]] = {
    "seconds until all of it is read": 60,
    "calls in any ten seconds": BUDGET / 2,
    "milliseconds of a search, p95": 100,
    "CPU of ten rows of ten thousand, over those of ten": 1.1,
    "CPU of the plain list, over the other version's": 1.1,
    "lists closed for want of memory": 0,
}
TEXTS = ("", "give", "emea group", "req 00", "sántos")
NARROWED: Final[Sequence[Mapping[str, str]]] = (
    {},
    {"effect": "give"},
    {"flagged": "on", "older": "7"},
)
ORDERS = ({"sort": "requester", "group": "source"}, {"sort": "newest", "group": "type"})
WHOLE = "SELECT 1 FROM workitems_queuesnapshot WHERE is_whole AND held_until = 0 AND total = ?"
PATIENCE: Final = 300.0  # seconds
START = "import sys, django; django.setup(); from tests.bench import kept_lists as lists; "


@dataclass
class Report:
    """Prints figures, and remembers which limits were missed."""

    missed: list[str] = field(default_factory=list)

    def limited(self, name: str, found: float) -> None:
        limit = LIMITS[name]
        is_met = found <= limit
        print(f"{name}: {found:.2f} (at most {limit:g}: {'met' if is_met else 'MISSED'})")
        if not is_met:
            self.missed.append(name)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    report = Report()
    for latency in LATENCIES_MS if options.latency is None else (options.latency,):
        print(f"\nUpstream latency {latency} ms")
        whole_list(report, latency, options.requests)
        plain_list(report, latency, options.requests, options.against)
    kept_lists(report)
    print(f"\nMissed: {', '.join(report.missed) or 'nothing'}")
    return 1 if report.missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.index", description=__doc__)
    add = parser.add_argument
    add("--requests", type=int, default=150, help="of each kind (150)")
    add("--latency", type=int, metavar="MS", help="of each upstream call (0, then 50)")
    add("--against", type=Path, metavar="FOLDER", help="a checkout of another version")
    return parser


def searches() -> list[str]:
    """Thirty addresses: texts, filters and orders, each with each; all of them are page 3."""
    return [
        "/?" + urlencode({"q": text, **narrowed, **order, "page": "3"})
        for text, narrowed, order in product(TEXTS, NARROWED, ORDERS)
    ]


def whole_list(report: Report, latency: int, requests: int) -> None:
    """Read it within the budget, and search it."""
    with stage(latency, ISC_BUDGET=str(BUDGET)) as found:
        visitor = large_owner(found)
        warm(found, "approver")
        print_memory("before it is read", found)
        found.tenant.forget_calls()
        report.limited("seconds until all of it is read", until_read(found, visitor))
        report.limited("calls in any ten seconds", most_in_window(found.tenant.moments()))
        print_memory("read", found)
        print(f"the first search in a worker: {visitor.get(searches()[0]).milliseconds:.1f} ms")
        warm(found, "empty")
        print_memory("opened and searched by each worker", found)
        taken = Timing(found)
        taken.add(partial(visitor.get, each) for each in islice(cycle(searches()), requests))
        p50, p95 = percentile(taken.totals, 50), percentile(taken.totals, 95)
        print(f"a search: p50 {p50:.1f} ms, CPU {taken.cpu_per_request:.1f} ms")
        report.limited("milliseconds of a search, p95", p95)


def plain_list(report: Report, latency: int, requests: int, against: Path | None) -> None:
    """The first rows, which do not wait for the rest: of two people, and of two versions."""
    with ExitStack() as stack:
        here = stack.enter_context(stage(latency, PAGE_SIZE=str(FEW)))
        pages = {"many": (here, large_owner(here))}
        here.tenant.give_tasks("agent", FEW)
        pages["few"] = here, signed_in(here, "agent")
        until_read(here, pages["many"][1])
        if against:
            other = stack.enter_context(stage(latency, against, PAGE_SIZE=str(FEW)))
            pages["other"] = other, large_owner(other)
        steps = {name: (on, partial(who.get, "/")) for name, (on, who) in pages.items()}
        found = side_by_side(requests, **steps)
    for name, timing in found.items():
        p50, p95 = percentile(timing.totals, 50), percentile(timing.totals, 95)
        print(f"  {name}: p50 {p50:.1f}, p95 {p95:.1f}, CPU {timing.cpu_per_request:.2f} ms")
    many = found["many"].cpu_per_request
    few = found["few"].cpu_per_request
    report.limited("CPU of ten rows of ten thousand, over those of ten", many / few)
    if against:
        ratio = many / found["other"].cpu_per_request
        report.limited("CPU of the plain list, over the other version's", ratio)


def kept_lists(report: Report) -> None:
    """Sizes and times of what is kept, in processes of their own."""
    with ExitStack() as stack:
        urls = {"SQLite": ""}
        if address := os.environ.get("TEST_POSTGRES_URL"):
            urls["PostgreSQL"] = stack.enter_context(own_postgres(address)).url
        for name, url in urls.items():
            print(f"\nKept lists, {name}")
            with tempfile.TemporaryDirectory(prefix="my-tasks-bench-") as folder:
                environment = settings(Path(folder)) | ({"DATABASE_URL": url} if url else {})
                Dashboard(environment, 0).migrate()
                print_figures(measured(environment, "large"))
                many = measured(environment, "many")
                print_figures(many)
                report.limited("lists closed for want of memory", LISTS - many["lists open"])


def settings(folder: Path) -> dict[str, str]:
    """Of a dashboard that is not started."""
    return dashboard_environment(
        tenant="http://127.0.0.1:9",
        profile="openid",
        client_id="bench",
        client_secret=None,
        port=0,
        folder=folder,
    )


def measured(environment: Mapping[str, str], kind: str) -> dict[str, float]:
    """What `kept_lists.py` prints."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", f"{START}lists.main(lists.{kind})"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "taskmanager.settings"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


@contextmanager
def stage(latency: int, root: Path = ROOT, /, **more: str) -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="my-tasks-bench-") as folder,
        running(latency, Path(folder), root, **more) as found,
    ):
        yield found


def signed_in(on: Stage, persona: str) -> Visitor:
    return Visitor(on.port, sign_in(public_url(on.port), persona))


def large_owner(on: Stage) -> Visitor:
    """Somebody with ten thousand tasks, whose list nobody has looked at yet."""
    visitor = signed_in(on, "empty")
    on.tenant.give_tasks("empty", LARGE)
    return visitor


def warm(on: Stage, persona: str) -> None:
    """Have each worker search this person's list: a new connection goes to any of them."""
    cookie = sign_in(public_url(on.port), persona)
    for search in searches()[:WARM_UP]:
        with closing(Visitor(on.port, cookie)) as visitor:
            assert visitor.get(search).status == HTTPStatus.OK


def until_read(on: Stage, visitor: Visitor) -> float:
    """Look at the list; the seconds until all of it can be searched."""
    started = time.monotonic()
    assert visitor.get("/").status == HTTPStatus.OK
    with closing(sqlite3.connect(on.folder / "dashboard.sqlite3")) as database:
        while not database.execute(WHOLE, [LARGE]).fetchone():
            assert time.monotonic() - started < PATIENCE, "the list is not read"
            time.sleep(0.2)
    return time.monotonic() - started


def most_in_window(moments: Sequence[float]) -> int:
    ordered = sorted(moments)
    return max(bisect_left(ordered, one + WINDOW) - at for at, one in enumerate(ordered))


def print_memory(when: str, on: Stage) -> None:
    sizes = sorted(worker.megabytes()[0] for worker in on.workers())
    print(f"RSS of the workers, {when}: {', '.join(f'{size:.1f} MB' for size in sizes)}")


def print_figures(figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        print(f"  {name}: {value:,.2f}")


if __name__ == "__main__":
    sys.exit(main())
