"""The measurements: time per request, requests per second, and bytes of a first visit."""

import gzip
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from statistics import quantiles
from urllib.parse import urljoin

import brotli
from bs4 import BeautifulSoup

from tests.bench.stage import Stage
from tests.bench.visitor import Answer, Visitor

Step = Callable[[], Answer]
WARM_UP, TURN = 20, 10
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes
}  # fmt: skip
SCRIPT_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*["']([./][^"']+)["']""", re.MULTILINE)
STYLE_LOADS = re.compile(r"@import|url\((?![\"']?data:)")
CLIENTS = 16


@dataclass
class Timing:
    """Times in milliseconds. `overheads`: total minus the request's slowest upstream call."""

    stage: Stage
    totals: list[float] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    upstream_calls: set[int] = field(default_factory=set)
    cpu: float = 0.0

    @property
    def cpu_per_request(self) -> float:
        return self.cpu / len(self.totals)

    def add(self, steps: Iterable[Step]) -> None:
        """Run the steps one after another."""
        workers = self.stage.workers()
        before = sum(worker.cpu_ms() for worker in workers)
        for step in steps:
            self.stage.tenant.durations()
            answer = step()
            upstream = self.stage.tenant.durations()
            assert answer.status == HTTPStatus.OK, answer
            self.totals.append(answer.milliseconds)
            self.overheads.append(answer.milliseconds - max(upstream, default=0.0))
            self.upstream_calls.add(len(upstream))
        self.cpu += sum(worker.cpu_ms() for worker in workers) - before


@dataclass(frozen=True)
class Weight:
    """Transferred bytes by URL, in loading order."""

    parts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def timing(stage: Stage, steps: Iterator[Step]) -> Timing:
    """Run the steps one after another; the first ones warm up and are not counted."""
    Timing(stage).add(islice(steps, WARM_UP))
    found = Timing(stage)
    found.add(steps)
    return found


def side_by_side(count: int, **pages: tuple[Stage, Step]) -> dict[str, Timing]:
    """Ask for the pages in turn, ten times each: the machine's speed changes within a run."""
    for stage, step in pages.values():
        Timing(stage).add([step] * WARM_UP)
    found = {name: Timing(stage) for name, (stage, _) in pages.items()}
    for _ in range(-(-count // TURN)):
        for name, (_stage, step) in pages.items():
            found[name].add([step] * TURN)
    return found


def throughput(stage: Stage, cookie: str, requests: int) -> float:
    """Dashboards per second for 16 people who reload without pause, each on one connection."""
    share = -(-requests // CLIENTS)

    def reload(count: int) -> None:
        visitor = Visitor(stage.port, cookie)
        for _ in range(count):
            assert visitor.get("/").status == HTTPStatus.OK
        visitor.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        # Warm up: every worker thread opens its connections.
        list(clients.map(reload, [2] * CLIENTS))
        started = time.perf_counter()
        list(clients.map(reload, [share] * CLIENTS))
        return share * CLIENTS / (time.perf_counter() - started)


def first_visit(visitor: Visitor) -> Weight:
    """The page and every file that a browser loads for it with an empty cache, each once.

    `visitor` has been given no cookie yet but the session's.
    """
    page = visitor.get("/")
    parts = {"/": page.wire_bytes}
    document = BeautifulSoup(text_of(page), "html.parser")
    tags = document.select("link[href], script[src], img[src]")
    waiting = [urljoin("/", str(tag.get("href") or tag.get("src"))) for tag in tags]
    while waiting:
        path = waiting.pop(0)
        if path in parts:
            continue
        answer = visitor.get(path)
        assert answer.status == HTTPStatus.OK, path
        parts[path] = answer.wire_bytes
        waiting += [urljoin(path, address) for address in loaded_by(path, text_of(answer))]
    return Weight(parts)


def loaded_by(path: str, source: str) -> list[str]:
    """The files that a script imports; a style sheet must not load any."""
    if path.endswith(".js"):
        return SCRIPT_IMPORT.findall(source)
    assert not STYLE_LOADS.search(source), f"{path} loads more files: count them here"
    return []


def text_of(answer: Answer) -> str:
    unpack = UNPACK[answer.headers.get("content-encoding", "identity")]
    return unpack(answer.body).decode()
