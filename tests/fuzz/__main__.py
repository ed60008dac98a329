"""Send hostile inputs to the dashboard and judge each answer. Repeats by seed and number."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import tests.environment  # noqa: F401 - the settings of the tests
from tests.faults.database import Sqlite, own_postgres

if TYPE_CHECKING:
    from tests.fuzz.people import Input

PERSONAS = ("approver", "admin", "agent")
FRESH = 25  # inputs until the tenant's queues are as at first


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--postgres", action="store_true", help="at TEST_POSTGRES_URL")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="my-tasks-fuzz-") as name, ExitStack() as stack:
        database: Any = Sqlite(Path(name) / "db.sqlite3")
        if options.postgres:
            database = stack.enter_context(own_postgres(os.environ["TEST_POSTGRES_URL"]))
        os.environ |= {"DATABASE_URL": database.url, "LOG_LEVEL": "WARNING"}
        os.environ["FRAME_ANCESTORS"] = "http://intranet.localhost:9000"
        os.environ["DJANGO_SETTINGS_MODULE"] = "taskmanager.settings"
        begin()
        is_good = run(options)
        from django.db import connections  # noqa: PLC0415

        connections.close_all()
    return 0 if is_good else 1


def begin() -> None:
    """A dashboard with an empty database."""
    import django  # noqa: PLC0415 - it reads the environment
    from django.core.management import call_command  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    django.setup()
    setup_test_environment()
    call_command("migrate", verbosity=0)


def run(options: argparse.Namespace) -> bool:
    from tests.fuzz.people import made  # noqa: PLC0415 - needs Django
    from tests.fuzz.sending import Sender  # noqa: PLC0415

    sender, hit, bad, started = Sender(), Counter[str](), 0, time.monotonic()
    for number in range(options.first, options.first + options.count):
        if number % 1000 == 0:
            print(f"{number}: {time.monotonic() - started:.0f} s", flush=True)
        if number % FRESH == 0 or number == options.first:
            sender.refresh()
        one: Input = made(Random(f"{options.seed} {number}"), sender.items, sender.lines)
        status, wrong = sender.send(one, Random(f"{options.seed} {number} upstream"))
        hit[f"{one.kind}: {status}"] += 1
        if wrong:
            bad += 1
            hit[f"{one.kind}: WRONG"] += 1
            print(f"--seed {options.seed} --first {number} --count 1: {repr(one)[:1500]}")
            print(*sender.upstream.did, *wrong, sep="\n", flush=True)
    seconds = time.monotonic() - started
    print(f"{options.count} inputs in {seconds:.0f} s, {bad} wrong")
    for kind, number in sorted(hit.items()):
        print(f"  {kind:<20} {number}")
    return bad == 0


if __name__ == "__main__":
    sys.exit(main())
