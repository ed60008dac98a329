"""A selection of 200 is sent while the process that sends it is killed: every call is counted."""

import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sandbox.dashboard import NO_BUDGET
from tests.bench.stage import Stage, running
from tests.faults import run_pages
from tests.faults.__main__ import LOG, recover
from tests.faults.database import IS_HELD, Sqlite, let_leases_end, rows
from tests.faults.jobs import JobWorker, comes
from tests.faults.pressing import PERSONA, Seat, Sender
from tests.faults.tenant import Peer

TASKS, SELECTED = 561, 200  # of these are approvals
KILLED_AT = (
    60,
    130,
)  # in the order of the run; the tenant executes the first call and not the other
UNDER_WAY = 1.0  # seconds that such a call takes
PATIENCE = 120.0


@dataclass(frozen=True)
class Counted:
    """What the tenant saw of a run, and what the dashboard says of it."""

    items: Sequence[str]
    calls: Sequence[Mapping[str, Any]]
    seconds: float
    receipt: Mapping[str, Sequence[str]]
    statuses: Mapping[str, int]

    def sent(self, *, executed: bool = False) -> Counter[str]:
        """How often each was sent, or executed."""
        writes = [call for call in self.calls if call["method"] == "POST"]
        return Counter(item_of(call) for call in writes if call["executed"] or not executed)

    @property
    def lists_read(self) -> int:
        return sum(str(call["path"]).endswith("/work-items") for call in self.calls)

    @property
    def items_read(self) -> int:
        reads = [call for call in self.calls if call["method"] == "GET"]
        return len(reads) - self.lists_read


def item_of(call: Mapping[str, Any]) -> str:
    parts = call["path"].split("/")
    return str(parts[-1] if "bulk" in parts[-2] else parts[-3])


def played(folder: Path) -> Counted:
    """Confirm all that a list shows, and kill the job worker twice while it is sent."""
    more = {"LOG_FORMAT": "json", "STATIC_FILES": "plain", "UNDO_SECONDS": "2", **NO_BUDGET}
    database = Sqlite(folder / "db.sqlite3")
    with running(0, folder, ENV_FILE="", DATABASE_URL=database.url, **more) as stage:
        peer = Peer(stage.tenant)
        stage.tenant.give_tasks(PERSONA, TASKS)
        worker = started(stage, database)
        try:
            seat = Seat(stage.port)
            fields = all_that_match(seat)
            items = run_pages.items_of(fields)
            for place, how in zip(KILLED_AT, ({}, {"drop": True}), strict=True):
                peer.fault("POST", items[place], latency=UNDER_WAY, **how)
            run = run_pages.begin(seat, "approve", fields)
            stage.tenant.forget_calls()
            began = time.monotonic()
            for place in KILLED_AT:
                assert comes(partial(is_under_way, peer, items[place]), PATIENCE), "not sent"
                worker.signal(signal.SIGKILL)
                time.sleep(UNDER_WAY)
                let_leases_end(database, IS_HELD)
                recover(stage, folder / LOG)
                worker = started(stage, database)
            assert comes(database.has_ended, PATIENCE), "the run does not end"
            return Counted(
                items,
                [call for call in peer.calls() if call["api"]],
                time.monotonic() - began,
                run_pages.receipt(seat, run),
                Counter(row["status"] for row in rows(database)),
            )
        finally:
            worker.stop()


def started(stage: Stage, database: Sqlite) -> JobWorker:
    """A job worker, once it says that it lives."""
    assert stage.dashboard is not None
    worker = JobWorker(stage.dashboard.environment, stage.folder / LOG)
    own = f"SELECT 1 FROM jobs_heartbeat WHERE name LIKE '% {worker.pid}'"
    assert comes(lambda: bool(database.run(own))), "no heartbeat"
    return worker


def is_under_way(peer: Peer, item: str) -> bool:
    return any(item in call["path"] for call in peer.calls() if call["method"] == "POST")


def all_that_match(seat: Seat) -> run_pages.Fields:
    """All that a list with a filter shows, once it is read."""
    asked = [("all", "1"), ("type", "Approval")]
    visitor = Sender(seat.port, seat.cookie)
    path = f"/bulk/approve/?{urlencode(asked)}"
    assert comes(lambda: visitor.get(path).status == HTTPStatus.OK), "the list is not read"
    visitor.close()
    fields = run_pages.selection(seat, "approve", asked)
    # With the flagged ones.
    return [*fields, *(("include", one) for one in run_pages.items_of(fields))]
