"""Many people at once, while some decide: `python -m tests.bench.storm`.

The tenant counts as ISC's gateway does (100 calls in 10 s for each client) and refuses the rest.
Each person is somebody else, signed in before. Who is told to wait comes back when told to, as the
page does. It reports; it never fails because something was slow.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import cycle
from pathlib import Path

from sandbox.dashboard import NO_BUDGET
from sandbox.together import running
from tests.bench.__main__ import decisions
from tests.bench.crowd import Crowd
from tests.bench.polls import Polls
from tests.bench.stage import workers_of
from tests.bench.visitor import Answer, Visitor

PEOPLE, PATIENCE = 300, 300.0  # seconds after which somebody gives up
EVERY = 0.5  # seconds between two decisions of a storm
SECONDS = 120.0  # how long open widgets are watched
HOST = "http://portal.localhost"
PATHS = {"page": "/", "widget": "/widget/"}
FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}
HEADERS = {"/": {"Sec-Fetch-Dest": "document"}, "/widget/": FRAMED}


@dataclass
class Found:
    """What happened: seconds until each saw the page, and the decisions' statuses and times."""

    seconds: list[float] = field(default_factory=list)
    waits_told: int = 0
    decisions: list[tuple[int, float]] = field(default_factory=list)

    def decide(self, press: Callable[[], Answer]) -> None:
        answer = press()
        self.decisions.append((answer.status, answer.milliseconds))


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    scans = options.kind == "polls" and not options.no_scan
    more = {"FRAME_ANCESTORS": HOST} | (NO_BUDGET if options.no_budget else {})
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        more["GUNICORN_CMD_ARGS"] = f"--pid {folder / 'pid'} --log-level error"
        app, dashboard = stack.enter_context(running(folder, scans=scans, **more))
        crowd = Crowd(app, dashboard)
        deciders = crowd.with_tasks(options.deciders)
        cookies = crowd.signed_in(options.people)
        presses = [ready(dashboard.port, cookie) for cookie in deciders]
        crowd.wait_until_quiet()
        if options.kind == "polls":
            polls, workers = Polls(dashboard.port, cookies), workers_of(folder / "pid")
            used = sum(worker.cpu_ms() for worker in workers)
            found = watched(polls, presses, options.seconds)
            used = sum(worker.cpu_ms() for worker in workers) - used
            print(polls.report())
            each = used / (polls.count + len(found.decisions))
            print(f"  processor time of the workers: {each:.2f} ms for each poll or decision")
        else:
            found = storm(dashboard.port, cookies, presses, PATHS[options.kind])
            print(report(found))
        print(crowd.report(found.decisions))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.storm", description=__doc__)
    add = parser.add_argument
    add("kind", choices=[*PATHS, "polls"], nargs="?", default="widget", help="what they do")
    add("--people", type=int, default=PEOPLE)
    add("--deciders", type=int, default=1)
    add("--seconds", type=float, default=SECONDS, help="how long polls are watched")
    add("--no-budget", action="store_true", help="as it was without a budget")
    add("--no-scan", action="store_true", help="of polls: without the tenant scan")
    return parser


Presses = Sequence[Sequence[Callable[[], Answer]]]


def ready(port: int, cookie: str) -> list[Callable[[], Answer]]:
    """The decisions that this person can make, once their list has had its turn."""
    while not (found := decisions(Visitor(port, cookie), 100)):
        time.sleep(1)
    return found


def storm(
    port: int, cookies: Sequence[str], presses: Presses, path: str, every: float = EVERY
) -> Found:
    """All open the page in the same moment; the deciders press until the last one has it."""
    found, is_over = Found(), threading.Event()
    decider = threading.Thread(target=decide, args=(presses, found, is_over, every))
    decider.start()
    with ThreadPoolExecutor(len(cookies)) as pool:
        list(pool.map(lambda cookie: open_page(port, cookie, path, found), cookies))
    is_over.set()
    decider.join()
    return found


def watched(polls: Polls, presses: Presses, seconds: float) -> Found:
    """Widgets that have been open for a while ask by themselves, while each decider decides."""
    found, is_over = Found(), threading.Event()
    every = 10.0 / max(1, len(presses))
    decider = threading.Thread(target=decide, args=(presses, found, is_over, every))
    decider.start()
    polls.run(seconds)
    is_over.set()
    decider.join()
    return found


def open_page(port: int, cookie: str, path: str, found: Found) -> None:
    """Ask until the page comes, waiting as told each time."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        visitor = Visitor(port, cookie)
        answer = visitor.get(path, **HEADERS[path])
        visitor.close()
        assert answer.status == HTTPStatus.OK or "retry-after" in answer.headers, answer
        if answer.status == HTTPStatus.OK:
            found.seconds.append(time.monotonic() - started)
            return
        found.waits_told += 1
        time.sleep(float(answer.headers.get("retry-after", "1")))


def decide(presses: Presses, found: Found, is_over: threading.Event, every: float) -> None:
    """One decision after the other, of one decider after the other."""
    left = [iter(each) for each in presses]
    for each in cycle(left):
        press = next(each, None)
        if is_over.wait(every):
            return
        if press is not None:
            found.decide(press)


def report(found: Found) -> str:
    seconds = sorted(found.seconds)
    middle, late = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    return (
        f"{len(seconds)} people saw the page, after {middle:.1f} s (median), {late:.1f} s (p95), "
        f"{seconds[-1]:.1f} s (the last one); they were told to wait {found.waits_told} times"
    )


if __name__ == "__main__":
    main()
