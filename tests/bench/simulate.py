"""Open widgets on a simulated clock: `python -m tests.bench.simulate [--widgets 30000]`.

Budget, turns of the polls, scan and its tables are the product's own, and the limit that refuses
calls is the sandbox's own. Only time, the network and the work items are pretended.
"""

import argparse
import heapq
import os
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import time_machine

from sandbox.limits import RateLimit
from tests.bench.measure import percentile

if TYPE_CHECKING:
    from workitems.domain.results import Counts
    from workitems.isc.budget import SharedBudget
    from workitems.isc.schemas import WorkItem, WorkItemPage, WorkItemSummary

WIDGETS, ITEMS, MINUTES = 30_000, 50_000, 10.0
CHANGES_A_MINUTE = 50  # decisions here, and as many new work items
AT_ONCE = 4  # calls of the scan
LATENCY = 0.15  # seconds of a call to SailPoint
START = 1_800_000_000.0  # epoch seconds


class SimulatedClock:
    """Time passes by `advance` alone, and what was planned for meanwhile happens in its order."""

    def __init__(self) -> None:
        self.seconds = START
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._machine = time_machine.travel(START, tick=False)
        self._time = self._machine.start()

    def now(self) -> float:
        return self.seconds

    def plan(self, after: float, action: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._plans, (self.seconds + after, self._number, action))

    def advance(self, seconds: float) -> None:
        until = self.seconds + seconds
        while self._plans and self._plans[0][0] <= until:
            moment, _, action = heapq.heappop(self._plans)
            self._move_to(max(moment, self.seconds))
            action()
        self._move_to(max(until, self.seconds))

    def _move_to(self, moment: float) -> None:
        self.seconds = moment
        self._time.move_to(moment)

    def stop(self) -> None:
        self._machine.stop()


class PretendTenant:
    """What waits for whom, and the limit of each client."""

    def __init__(self, clock: SimulatedClock, owners: Sequence[str], items: int) -> None:
        self._clock, self._limit = clock, RateLimit(clock)  # type: ignore[arg-type]
        self.items: list[WorkItem] = []
        self.completed: dict[str, int] = {}
        self.calls: dict[str, int] = {"scan": 0, "dashboard": 0}
        self.refused = 0
        for _ in range(items):
            self.add(random.choice(owners))  # noqa: S311

    def call(self, client: str) -> None:
        """One call, counted; raises RateLimited as ISC's gateway refuses."""
        from workitems.isc.errors import RateLimited  # noqa: PLC0415 - after the set-up

        self.calls[client] += 1
        wait = self._limit.seconds_to_wait(client, "v2024")
        if wait is not None:
            self.refused += 1
            raise RateLimited("429", retry_after=wait)

    def add(self, owner: str) -> None:
        from workitems.isc.schemas import WorkItem  # noqa: PLC0415

        self.items.append(WorkItem(id=f"{random.getrandbits(64):x}", owner_id=owner))

    def finish_one(self) -> str:
        """A work item is decided; returns whose it was."""
        item = self.items.pop(random.randrange(len(self.items)))  # noqa: S311
        self.completed[item.owner_id] = self.completed.get(item.owner_id, 0) + 1
        return item.owner_id

    def waiting(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for item in self.items:
            found[item.owner_id] = found.get(item.owner_id, 0) + 1
        return found


class ScanClient:
    """The two reads of the tenant scan, within its own budget."""

    def __init__(
        self, tenant: PretendTenant, budget: "SharedBudget", clock: SimulatedClock
    ) -> None:
        self._tenant, self._budget, self._clock = tenant, budget, clock
        self._number = 0

    def list_tenant_work_items(self, *, limit: int, offset: int) -> "WorkItemPage":
        from workitems.isc.schemas import WorkItemPage  # noqa: PLC0415

        self._asked()
        items = self._tenant.items
        return WorkItemPage(tuple(items[offset : offset + limit]), len(items))

    def summarise_work_items(self, owner_id: str) -> "WorkItemSummary":
        from workitems.isc.schemas import WorkItemSummary  # noqa: PLC0415

        self._asked()
        waits = sum(item.owner_id == owner_id for item in self._tenant.items)
        completed = self._tenant.completed.get(owner_id, 0)
        return WorkItemSummary(open=waits, completed=completed, total=waits + completed)

    def _asked(self) -> None:
        from workitems.isc.budget import Purpose  # noqa: PLC0415

        self._budget.take(Purpose.DECISION)
        self._tenant.call("scan")
        self._number += 1
        if self._number % AT_ONCE == 0:  # they were under way together
            self._clock.advance(LATENCY)


@dataclass
class Widget:
    """One that stands open: whose, and the numbers that it shows."""

    owner: str
    shown: "Counts"


@dataclass
class Ages:
    """Seconds: how old numbers were when a page got them, and when it replaced them."""

    told: list[float] = field(default_factory=list)
    replaced: list[float] = field(default_factory=list)


class Simulation:
    """Widgets that poll, people who decide, and the tenant scan, unless `has_scan` is false."""

    def __init__(self, widgets: int, items: int, *, has_scan: bool = True) -> None:
        from workitems.domain.results import Counts  # noqa: PLC0415
        from workitems.isc.budget import SharedBudget  # noqa: PLC0415

        self.clock = SimulatedClock()
        owners = [f"person{number}" for number in range(widgets)]
        self.tenant = PretendTenant(self.clock, owners, items)
        times: dict[str, Any] = {"clock": self.clock.now, "sleep": self.clock.advance}
        self._budget = SharedBudget(100, **times)
        self._scan_budget = SharedBudget(100, **times)
        self._has_scan = has_scan
        self.ages, self.polls, self.waits_told, self.decisions = Ages(), 0, 0, 0
        for owner in owners:
            widget = Widget(owner, Counts(as_of=START))
            self.clock.plan(random.uniform(0, 60), lambda one=widget: self._poll(one))  # type: ignore[misc]  # noqa: S311
        self._plan_change(self._decide)
        self._plan_change(lambda: self.tenant.add(random.choice(owners)))  # noqa: S311

    def run(self, minutes: float) -> None:
        """Let so much time pass; the scan reads all the while."""
        until = self.clock.now() + minutes * 60
        scan = self._scan() if self._has_scan else None
        while self.clock.now() < until:
            started = self.clock.now()
            if scan is not None:
                scan()
            self.clock.advance(max(0.0, 10.0 - (self.clock.now() - started)))
        self.clock.stop()

    def _scan(self) -> Callable[[], bool]:
        from workitems.queue_states import DatabaseQueueStates  # noqa: PLC0415
        from workitems.services.tenant_scan import TenantScan  # noqa: PLC0415

        states = DatabaseQueueStates("simulation")
        states.hold()
        client: Any = ScanClient(self.tenant, self._scan_budget, self.clock)
        times: dict[str, Any] = {"clock": self.clock.now, "sleep": self.clock.advance}
        return TenantScan(client, states, own_id="admin", renew=lambda: True, **times).run_pass

    def _poll(self, widget: Widget) -> None:
        from workitems.isc.errors import OverBudget  # noqa: PLC0415
        from workitems.queue_states import told_by_scan  # noqa: PLC0415
        from workitems.web.polling import EVERY, SPREAD  # noqa: PLC0415

        self.polls += 1
        known = widget.shown
        scanned = told_by_scan(widget.owner, known) if self._has_scan else None
        spread = random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311
        try:
            widget.shown = scanned or self._asked(widget.owner)
            wait = self._budget.turn(EVERY * spread, is_free=scanned is not None)
        except OverBudget as error:
            self.waits_told += 1
            wait = error.retry_after
        else:
            self.ages.told.append(self.clock.now() - widget.shown.as_of)
            self.ages.replaced.append(self.clock.now() - known.as_of)
        self.clock.plan(wait, lambda: self._poll(widget))

    def _asked(self, owner: str) -> "Counts":
        from workitems.domain.results import Counts  # noqa: PLC0415
        from workitems.isc.budget import Purpose  # noqa: PLC0415

        self._budget.take(Purpose.BACKGROUND)
        self.tenant.call("dashboard")
        return Counts(0, 0, as_of=self.clock.now())

    def _decide(self) -> None:
        from workitems.isc.budget import Purpose  # noqa: PLC0415
        from workitems.queue_states import left  # noqa: PLC0415

        self._budget.take(Purpose.DECISION)
        self.tenant.call("dashboard")
        self.decisions += 1
        left(self.tenant.finish_one(), completed=1)

    def _plan_change(self, change: Callable[[], None]) -> None:
        def happen() -> None:
            change()
            self._plan_change(change)

        self.clock.plan(random.expovariate(CHANGES_A_MINUTE / 60), happen)

    def report(self) -> str:
        ages = (("when told", self.ages.told), ("when replaced", self.ages.replaced))
        told = [
            f"  {name}: p50 {percentile(some, 50):.0f} s, p95 {percentile(some, 95):.0f} s, "
            f"most {max(some):.0f} s"
            for name, some in ages
        ]
        return "\n".join(
            [
                f"{self.polls} polls, {self.waits_told} told to wait; {self.decisions} decisions",
                f"upstream calls: {self.tenant.calls}, answered with 429: {self.tenant.refused}",
                "age of the numbers",
                *told,
            ]
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.simulate", description=__doc__)
    parser.add_argument("--widgets", type=int, default=WIDGETS)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--no-scan", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        simulation = Simulation(options.widgets, options.items, has_scan=not options.no_scan)
        simulation.run(options.minutes)
        print(simulation.report())


def set_up(folder: Path) -> None:
    """Django, with a database of its own."""
    os.environ |= {
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "taskmanager.settings",
        "PUBLIC_URL": "http://localhost:8000",
        "ISC_BASE_URL": "http://127.0.0.1:9",
        "OIDC_CLIENT_ID": "simulation",
        "SECRET_KEY": "only-for-a-simulation-" + "0" * 40,
        "DATABASE_URL": f"sqlite:///{folder / 'simulation.sqlite3'}",
        "TENANT_SCAN_CLIENT_ID": "simulation",
        "TENANT_SCAN_CLIENT_SECRET": "simulation",
    }
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
