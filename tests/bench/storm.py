"""Many people open the dashboard at once, while one decides: `python -m tests.bench.storm`.

The tenant counts as ISC's gateway does (100 calls in 10 s for each client) and refuses the rest.
Each person is somebody else, signed in before. Who is told to wait comes back when told to, as the
page does. It reports; it never fails because something was slow.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from sandbox.dashboard import NO_BUDGET, public_url
from sandbox.people import Person, Persona, personas, personas_by_id
from sandbox.server import SandboxApp
from sandbox.together import running
from tests.bench.__main__ import decisions
from tests.bench.measure import percentile
from tests.bench.visitor import Visitor, sign_in

PEOPLE, PATIENCE = 300, 300.0  # seconds after which somebody gives up
SIGN_INS_AT_ONCE = 8
EVERY = 0.5  # seconds between two decisions
DECIDER = "heavy"


@dataclass
class Found:
    """What happened: seconds until each saw the page, and the decisions' statuses and times."""

    seconds: list[float] = field(default_factory=list)
    waits_told: int = 0
    decisions: list[tuple[int, float]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.storm", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--no-budget", action="store_true", help="as it was without a budget")
    options = parser.parse_args(arguments)
    keys = invite(options.people)
    more = NO_BUDGET if options.no_budget else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), LOG_LEVEL="ERROR", **more) as (app, port),
    ):
        with ThreadPoolExecutor(SIGN_INS_AT_ONCE) as pool:
            cookies = list(pool.map(lambda key: sign_in(public_url(port), key), keys))
        cookie = sign_in(public_url(port), DECIDER)
        time.sleep(20)  # what signing in has read is over: the window begins empty
        presses = decisions(Visitor(port, cookie), 100)
        time.sleep(11)
        app.sandbox.calls.clear()
        report(app, storm(port, cookies, presses))


def invite(count: int) -> list[str]:
    """So many people who can sign in; returns their keys."""
    keys = [f"guest{number}" for number in range(count)]
    for key in keys:
        person = Person(key, "Guest", key, "", "", "", "", "ACTIVE", "active", "")
        personas()[key] = Persona(key, person, (), "")
    personas_by_id.cache_clear()
    return keys


def storm(port: int, cookies: Sequence[str], presses: Sequence[object]) -> Found:
    """All open the page in the same moment; the decider presses until the last one has it."""
    found, is_over = Found(), threading.Event()
    decider = threading.Thread(target=decide, args=(presses, found, is_over))
    decider.start()
    with ThreadPoolExecutor(len(cookies)) as pool:
        list(pool.map(lambda cookie: open_page(port, cookie, found), cookies))
    is_over.set()
    decider.join()
    return found


def open_page(port: int, cookie: str, found: Found) -> None:
    """Ask until the page comes, waiting as told each time."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        visitor = Visitor(port, cookie)
        answer = visitor.get("/")
        visitor.close()
        if answer.status == HTTPStatus.OK:
            found.seconds.append(time.monotonic() - started)
            return
        found.waits_told += 1
        time.sleep(float(answer.headers.get("retry-after", "1")))


def decide(presses: Sequence[object], found: Found, is_over: threading.Event) -> None:
    for press in presses:
        if is_over.wait(EVERY):
            return
        answer = press()  # type: ignore[operator]
        found.decisions.append((answer.status, answer.milliseconds))


def report(app: SandboxApp, found: Found) -> None:
    statuses = Counter(call.status for call in app.sandbox.api_calls)
    refused = statuses[HTTPStatus.TOO_MANY_REQUESTS]
    print(f"{sum(statuses.values())} upstream calls, {refused} of them answered with 429")
    seconds = sorted(found.seconds)
    print(f"{len(seconds)} people saw the page, after {statistics.median(seconds):.1f} s (median),")
    print(f"  {percentile(seconds, 95):.1f} s (p95), {seconds[-1]:.1f} s (the last one)")
    print(f"  they were told to wait {found.waits_told} times")
    times = [milliseconds for _, milliseconds in found.decisions]
    print(f"{len(times)} decisions meanwhile: {dict(Counter(s for s, _ in found.decisions))}")
    if len(times) > 1:
        print(f"  p50 {percentile(times, 50):.0f} ms, p95 {percentile(times, 95):.0f} ms")


if __name__ == "__main__":
    main()
