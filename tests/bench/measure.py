"""The measurements: time per request, requests per second, and bytes of a first visit."""

import gzip
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from statistics import quantiles
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from tests.bench.stage import Stage
from tests.bench.visitor import Answer, Visitor

Step = Callable[[], Answer]
WARM_UP = 20
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
    """The page and every file that it refers to, with an empty browser cache."""
    page = visitor.get("/")
    parts = {"/": page.wire_bytes}
    document = BeautifulSoup(text_of(page), "html.parser")
    tags = document.select("link[href], script[src], img[src]")
    for tag in tags:
        path = urljoin("/", str(tag.get("href") or tag.get("src")))
        if path not in parts:
            answer = visitor.get(path)
            assert answer.status == HTTPStatus.OK, path
            assert b"url(/" not in answer.body, f"{path} loads more files: count them here"
            parts[path] = answer.wire_bytes
    return Weight(parts)


def text_of(answer: Answer) -> str:
    is_packed = answer.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(answer.body) if is_packed else answer.body).decode()
