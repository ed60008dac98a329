"""The measurements: time per request, requests per second, and bytes of a first visit."""

import gzip
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from statistics import quantiles
from urllib.parse import urljoin

import brotli
from bs4 import BeautifulSoup

from tests.bench.stage import Stage
from tests.bench.visitor import Answer, Visitor

Step = Callable[[], Answer]
WARM_UP = 20
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes
}  # fmt: skip
SCRIPT_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*["']([./][^"']+)["']""", re.MULTILINE)
STYLE_LOADS = re.compile(r"@import|url\((?![\"']?data:)")
CLIENTS = 16


@dataclass(frozen=True)
class Timing:
    """Times in milliseconds. `overheads`: total minus the slowest upstream call of the request."""

    totals: list[float]
    overheads: list[float]
    upstream_calls: set[int]
    cpu_per_request: float


@dataclass(frozen=True)
class Weight:
    """Transferred bytes by URL, in loading order."""

    parts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def timing(stage: Stage, steps: Iterable[Step]) -> Timing:
    """Run the steps one after another; the first ones warm up and are not counted."""
    totals, overheads, calls = [], [], set()
    workers = stage.workers()
    cpu_before = 0.0
    for number, step in enumerate(steps):
        if number == WARM_UP:
            cpu_before = sum(worker.cpu_ms() for worker in workers)
        stage.tenant.durations()
        answer = step()
        upstream = stage.tenant.durations()
        assert answer.status == HTTPStatus.OK, answer
        if number >= WARM_UP:
            totals.append(answer.milliseconds)
            overheads.append(answer.milliseconds - max(upstream))
            calls.add(len(upstream))
    used = sum(worker.cpu_ms() for worker in workers) - cpu_before
    return Timing(totals, overheads, calls, used / len(totals))


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
    """The page and every file that a browser loads for it with an empty cache, each once."""
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
