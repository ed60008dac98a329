"""What one decision of a bulk run costs does not grow with the size of the run."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from workitems import runs, schedule
from workitems.models import Attempt, BulkRun

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the steps of SQLite"),
]
OWNER = "o" * 32


def begun(size: int, ended: int) -> BulkRun:
    """A run of so many approvals, all due, of which the first ones have been sent."""
    now = timezone.now() - timedelta(minutes=5)
    values = {"owner_id": OWNER, "actor_id": OWNER, "command": "approve"}
    run = BulkRun.objects.create(key=f"of {size}", asked_at=now, due_at=now, **values)
    Attempt.objects.bulk_create(
        Attempt(
            key=f"{number} of {size}",
            item_id=f"item-{number}",
            session="s",
            surface="page",
            status="succeeded" if number < ended else "scheduled",
            asked_at=now + timedelta(microseconds=number),
            due_at=now,
            is_live=number >= ended,
            live_until=now,
            sealed="x" * 1000,
            run=run,
            **values,
        )
        for number in range(size)
    )
    return run


def steps(work: Callable[[], object]) -> int:
    """What the database does for it."""
    counted: list[int] = []
    connection.connection.set_progress_handler(lambda: counted.append(1), 1)
    try:
        work()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return len(counted)


@pytest.mark.parametrize(
    "work",
    [
        lambda run: schedule.claim(run.owner_id),
        lambda run: schedule.claim(run.owner_id, urgent=True),
        lambda run: runs.check_end(run.pk),
    ],
    ids=["the next one", "the next one that is urgent", "whether any is left"],
)
def test_it_costs_as_much_in_a_run_of_many_as_of_few(work: Callable[[BulkRun], object]) -> None:
    few = begun(40, 20)
    cost = steps(partial(work, few))
    few.delete()
    assert steps(partial(work, begun(800, 400))) < 1.2 * cost
