"""Measures response times, memory and page weight, and prints whether the targets are met.

A missed target is not a failure, because speed and load differ between machines.
"""

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import timeit
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup

from sandbox.dashboard import DashboardFailed, public_url
from tests.bench.measure import (
    CLIENTS,
    WARM_UP,
    Step,
    Timing,
    first_visit,
    percentile,
    side_by_side,
    text_of,
    throughput,
    timing,
)
from tests.bench.stage import WORKERS, Stage, bare, running
from tests.bench.visitor import Visitor, sign_in

LATENCIES_MS = (0, 100)
OVERHEAD_AIM_MS, WEIGHT_AIM, WORKER_AIM_MB = 10.0, 40_000, 90.0
RATIO_AIM = 1.5  # of the processor time of a page that does nothing but show the rows
MOST_REQUESTS = 260  # the heavy queue has 285 items to approve; some are used to warm up


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    latencies = LATENCIES_MS if options.latency is None else (options.latency,)
    print(f"{os.cpu_count()} cores for tenant, dashboard ({WORKERS} workers) and clients together")
    print(f"This Python adds a million numbers in {yardstick():.0f} ms")
    try:
        for latency in latencies:
            with (
                tempfile.TemporaryDirectory(prefix="my-tasks-bench-") as folder,
                running(latency, Path(folder)) as stage,
            ):
                report(stage, latency, options.requests)
    except DashboardFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--requests", type=int, default=200, choices=range(2, MOST_REQUESTS + 1), metavar="N",
        help=f"measured requests of each kind, at most {MOST_REQUESTS} (200)")  # fmt: skip
    add("--latency", type=int, metavar="MS", help="of each upstream call (0, then 100)")
    return parser


def report(stage: Stage, latency: int, requests: int) -> None:
    """Measure and print everything for one latency."""
    cookie = sign_in(public_url(stage.port), "heavy")
    visitor = Visitor(stage.port, cookie)
    count = requests + WARM_UP
    print(f"\nUpstream latency {latency} ms, {requests} requests each (milliseconds)")
    print(f"{'':22}{'p50':>7}{'p95':>7}{'over p50':>10}{'over p95':>10}{'CPU':>7}  upstream calls")
    with bare(stage) as other:
        both = {"page": visitor, "plain": Visitor(other.port, "")}
        steps = {name: partial(each.get, "/") for name, each in both.items()}
        found = side_by_side(requests, page=(stage, steps["page"]), plain=(other, steps["plain"]))
    page, plain = found["page"], found["plain"]
    print_timing("dashboard, 50 rows", page)
    print_timing("bare page, 50 rows", plain)
    print_timing("detail fragment", timing(stage, details(stage, visitor, count)))
    print_timing("decision", timing(stage, iter(decisions(visitor, count))))
    stage.tenant.reset()
    rate = throughput(stage, cookie, 2 * requests)
    print(f"\n{rate:.1f} dashboards per second for {CLIENTS} clients at once")
    print_aim("p50 overhead", percentile(page.overheads, 50), OVERHEAD_AIM_MS, "ms")
    ratio = page.cpu_per_request / plain.cpu_per_request
    print_aim("CPU of the dashboard over the bare page's", ratio, RATIO_AIM, "times")
    print_memory(stage)
    print_weight(Visitor(stage.port, cookie))
    visitor.close()


def yardstick() -> float:
    """Milliseconds for a million additions, to compare the speed and load of machines."""
    return statistics.median(timeit.repeat("n += 1", "n = 0", number=10**6, repeat=15)) * 1000


def details(stage: Stage, visitor: Visitor, count: int) -> Iterator[Step]:
    for item, _ in stage.tenant.approvals(count):
        yield partial(visitor.fragment, f"/work-items/{item}/")


def decisions(visitor: Visitor, count: int) -> list[Step]:
    """Approve one work item after another, as the buttons of the list do: none of the flagged."""
    found: list[Step] = []
    page, numbers = None, itertools.count(1)
    while page is None or (len(found) < count and page.select("article")):
        number = next(numbers)
        page = BeautifulSoup(text_of(visitor.get(f"/?page={number}")), "html.parser")
        buttons = page.select(
            "form[method=post] button[formaction*='/work-items/'][formaction*='/approve/']"
        )
        for button in buttons[: count - len(found)]:
            hidden = [
                *button.find_parent("form").select("input[name]"),
                *page.select("#badge input[name]"),
            ]
            fields = {str(tag["name"]): str(tag["value"]) for tag in hidden}
            address = str(button["formaction"])
            found.append(partial(visitor.post, address, fields | {"surface": "list"}))
    return found


def print_timing(name: str, found: Timing) -> None:
    numbers = [percentile(found.totals, 50), percentile(found.totals, 95)]
    over = [percentile(found.overheads, 50), percentile(found.overheads, 95)]
    calls = " or ".join(map(str, sorted(found.upstream_calls)))
    columns = "".join(f"{number:7.1f}" for number in numbers)
    columns += "".join(f"{number:10.1f}" for number in over)
    print(f"{name:22}{columns}{found.cpu_per_request:7.1f}  {calls}")


def print_memory(stage: Stage) -> None:
    sizes = [worker.megabytes() for worker in stage.workers()]
    if not sizes:
        print("worker memory: not measured, this system has no /proc")
        return
    for resident, proportional in sizes:
        print_aim("worker RSS", resident, WORKER_AIM_MB, "MB", f"PSS {proportional:.1f} MB")


def print_weight(visitor: Visitor) -> None:
    weight = first_visit(visitor)
    requests = f"{len(weight.parts)} requests"
    print_aim("first visit", weight.total / 1000, WEIGHT_AIM / 1000, "KB", requests)
    for path, size in weight.parts.items():
        print(f"    {size:7,}  {path}")


def print_aim(name: str, found: float, aim: float, unit: str, more: str = "") -> None:
    verdict = "met" if found <= aim else "NOT met"
    print(f"{name}: {found:.2f} {unit} (aim {aim:g} {unit}: {verdict}){', ' if more else ''}{more}")


if __name__ == "__main__":
    sys.exit(main())
