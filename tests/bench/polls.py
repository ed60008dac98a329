"""Widgets that stand open: each asks again when it was told to."""

import heapq
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.bench.measure import percentile
from tests.bench.visitor import HTMX, Answer, Visitor

CONNECTIONS = 8
MINUTE = 60.0
PATH = "/widget/counts/"


@dataclass(order=True)
class Widget:
    """`at` is when it asks next; the rest is what its page knows."""

    at: float
    cookie: str = field(compare=False)
    etag: str = field(default="", compare=False)


class Polls:
    """All of them begin within the first minute, as pages do that were opened at any time."""

    def __init__(self, port: int, cookies: Sequence[str]) -> None:
        self._port = port
        now = time.monotonic()
        self._widgets = [Widget(now + random.uniform(0, MINUTE), one) for one in cookies]  # noqa: S311
        heapq.heapify(self._widgets)
        self._lock = threading.Lock()
        self._answers: list[tuple[Answer, float]] = []

    def run(self, seconds: float) -> None:
        """Ask for so long."""
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._ask, args=[until]) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, until: float) -> None:
        while (now := time.monotonic()) < until:
            with self._lock:
                widget = heapq.heappop(self._widgets) if self._widgets[0].at <= now else None
            if widget is None:
                time.sleep(0.005)
                continue
            visitor = Visitor(self._port, widget.cookie)
            answer = visitor.get(PATH, **HTMX, **{"If-None-Match": widget.etag})
            visitor.close()
            told = answer.headers.get("next-poll") or answer.headers.get("retry-after") or MINUTE
            widget.etag = answer.headers.get("etag", widget.etag)
            widget.at = time.monotonic() + float(told)
            with self._lock:
                heapq.heappush(self._widgets, widget)
                self._answers.append((answer, float(told)))

    @property
    def count(self) -> int:
        return len(self._answers)

    def report(self) -> str:
        """How they were answered, how old the numbers were, and when they may ask again."""
        statuses = Counter(answer.status for answer, _ in self._answers)
        ages = [float(a.headers["age"]) for a, _ in self._answers if "age" in a.headers]
        waits = [told for _, told in self._answers]
        times = [answer.milliseconds for answer, _ in self._answers]
        known = {HTTPStatus(status).phrase: count for status, count in sorted(statuses.items())}
        lines = [f"{len(self._answers)} polls: {known}"]
        for name, values, unit in (
            ("answered after", times, "ms"),
            ("numbers were old", ages, "s"),
            ("told to ask again after", waits, "s"),
        ):
            if values:
                p50, p95 = percentile(values, 50), percentile(values, 95)
                lines.append(
                    f"  {name}: p50 {p50:.0f}, p95 {p95:.0f}, most {max(values):.0f} {unit}"
                )
        return "\n".join(lines)
