"""Hits decisions in flight with faults, and counts what was lost, doubled or told wrongly.

It ends with 1 if anything was, or if a moment was hit fewer than five times.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from sandbox.dashboard import NO_BUDGET, ROOT
from tests.bench.stage import Stage, running
from tests.faults.database import (
    RESTART,
    Database,
    Postgres,
    Sqlite,
    forget,
    let_leases_end,
    own_postgres,
)
from tests.faults.database import rows as ledger_rows
from tests.faults.held import Held
from tests.faults.many import Many
from tests.faults.moments import ANSWERS, OF_PROCESSES, OF_SQLITE, Moment
from tests.faults.oracle import Finding, Record, judge, judge_order
from tests.faults.pressing import Decision, Seat
from tests.faults.scenes import Scenes
from tests.faults.tenant import Peer

LEAST = 5  # hits of each moment, in each round
LOG = "dashboard.log"
KINDS = ("lost", "doubled", "told wrongly", "out of order", "late")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    is_good = True
    with tempfile.TemporaryDirectory(prefix="my-tasks-faults-") as name, ExitStack() as stack:
        folder = Path(name)
        if options.decisions:
            is_good &= report(Sqlite(folder / "db.sqlite3"), folder, options.decisions, options)
        if options.postgres_decisions:
            url = os.environ.get("TEST_POSTGRES_URL")
            if not url:
                print("PostgreSQL at TEST_POSTGRES_URL is missing", file=sys.stderr)
                return 1
            database = stack.enter_context(own_postgres(url))
            is_good &= report(database, folder, options.postgres_decisions, options)
    return 0 if is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    add = parser.add_argument
    add("--seed", type=int, default=1)
    add("--decisions", type=int, default=200, metavar="N", help="at least, on SQLite (200)")
    add("--postgres-decisions", type=int, default=0, metavar="N", help="on PostgreSQL (0)")
    add("--later", action="store_true", help="only what is sent after its press: undo, bulk runs")
    add("--log", type=Path, help="where to keep the dashboard's log")
    return parser


def report(database: Database, folder: Path, decisions: int, options: argparse.Namespace) -> bool:
    """Run rounds until there are so many decisions; print the table. Whether all was right."""
    kind = "PostgreSQL" if isinstance(database, Postgres) else "SQLite"
    rng, started = Random(f"{options.seed} {kind}"), time.monotonic()
    done: list[Decision] = []
    found: list[Finding] = []
    more = {"DATABASE_URL": database.url, "LOG_FORMAT": "json", "STATIC_FILES": "plain"}
    more |= NO_BUDGET  # a 429 for one would be a wait for all
    more["UNDO_SECONDS"] = "2"  # without a job worker nothing is held
    more["WEB_THREADS"] = "16"  # all that share a kill are in flight, also in a single worker
    with running(0, folder, ENV_FILE="", **more) as stage:
        peer = Peer(stage.tenant)
        while len(done) < decisions:
            for part in PARTS[1:] if options.later else PARTS:
                scenes = play(stage, peer, database, rng, part)
                done += scenes.decisions
                known = list(records(scenes))
                found += [finding for record in known for finding in judge(record)]
                found += judge_order(known)
    if options.log:
        options.log.write_bytes((folder / LOG).read_bytes())
    seconds = time.monotonic() - started
    print(f"\n{kind}, seed {options.seed}: {len(done)} decisions in {seconds:.0f} s")
    return print_table(done, found, expected(database, is_later=options.later))


def expected(database: Database, *, is_later: bool) -> list[Moment]:
    """The moments that have to be hit."""
    moments = OF_PROCESSES if isinstance(database, Postgres) else OF_SQLITE
    can_restart = RESTART in os.environ
    return [
        moment
        for moment in moments
        if (can_restart or moment is not Moment.HELD_RESTARTED)
        and (not is_later or moment.startswith(("held: ", "run: ")))
    ]


def play(
    stage: Stage, peer: Peer, database: Database, rng: Random, part: Callable[[Scenes], None]
) -> Scenes:
    """A part of a round, each moment five times; then what was left open is recovered."""
    peer.begin()
    forget(database)
    log = stage.folder / LOG
    offset = log.stat().st_size
    tasks = peer.tasks()
    for of_kind in tasks.values():
        rng.shuffle(of_kind)
    seats = (Seat(stage.port), Seat(stage.port))
    scenes = Scenes(stage, peer, database, rng, LEAST, tasks, seats, offset)
    part(scenes)
    time.sleep(2)  # the slowest call of a killed worker has ended by now
    let_leases_end(database)
    recover(stage, log)
    return scenes


def directly(scenes: Scenes) -> None:
    """Without a job worker every decision is sent at once."""
    if isinstance(scenes.database, Sqlite):
        scenes.answers()
    for scene in (scenes.others, scenes.repeats, scenes.two_verdicts, scenes.kills,
                  scenes.sigterm, scenes.locked, scenes.full):  # fmt: skip
        scene()


def while_held(scenes: Scenes) -> None:
    """On work items seeded anew: there are not enough for both."""
    Held(scenes, scenes.stage.folder / LOG).play()


def in_runs(scenes: Scenes) -> None:
    """The same for many decisions that are confirmed at once."""
    Many(Held(scenes, scenes.stage.folder / LOG)).play()


def recover(stage: Stage, log: Path) -> None:
    """What every start of the dashboard does."""
    assert stage.dashboard is not None
    command = [sys.executable, "manage.py", "recover"]
    with log.open("ab") as lines:
        subprocess.run(  # noqa: S603 - our own script
            command, cwd=ROOT, env=stage.dashboard.environment, check=True,
            stdout=lines, stderr=lines,
        )  # fmt: skip


def records(scenes: Scenes) -> Iterator[Record]:
    """What tenant, log and ledger have of each decision."""
    calls = [call for call in scenes.peer.calls() if call["api"] and call["method"] == "POST"]
    rows = ledger_rows(scenes.database)
    lines = list(logged(scenes.stage.folder / LOG, scenes.log_offset))
    for one in scenes.decisions:
        mine = [line for line in lines if line["work_item"] == one.item]
        record = Record(
            one,
            scenes.peer.mine,
            [call for call in calls if one.item in call["path"]],
            scenes.peer.standing(one),
            [f"{line['command']} {line['status']}" for line in mine],
            [row for row in rows if row["item_id"] == one.item],
        )
        if one.moment in ANSWERS:
            one.is_hit = bool(record.sent())
        yield record


def logged(log: Path, offset: int) -> Iterator[dict[str, Any]]:
    """The lines of decisions; a line that a killed worker did not finish is none."""
    with log.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            if b'"message": "decision"' in line:
                yield json.loads(line)


PARTS = (directly, while_held, in_runs)


def print_table(
    done: Sequence[Decision], found: Sequence[Finding], moments: Sequence[Moment]
) -> bool:
    hits = Counter(one.moment for one in done if one.is_hit)
    for moment in moments:
        print(f"  {moment:46}{hits[moment]:5}{'' if hits[moment] >= LEAST else '  TOO FEW'}")
    for finding in found:
        print(finding)
    kinds = Counter(finding.kind for finding in found)
    print(", ".join(f"{kinds[kind]} {kind}" for kind in KINDS))
    return not found and all(hits[moment] >= LEAST for moment in moments)


if __name__ == "__main__":
    sys.exit(main())
