"""PostgreSQL is lost in the middle of undo windows: its connections, and the server."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.faults.database import Postgres
from tests.faults.moments import Moment

if TYPE_CHECKING:
    from tests.faults.held import Held

PAGE = -0.6  # when a page asks, in seconds from the end of the window
FOR = 2.0  # seconds in which connections are dropped again and again


def play(held: "Held") -> None:
    database = held.scenes.database
    if not isinstance(database, Postgres):
        return
    _lose(held, Moment.HELD_DROPPED, lambda: _drop(database))
    if database.can_restart:
        _lose(held, Moment.HELD_RESTARTED, database.restart)


def _lose(held: "Held", moment: Moment, lose: Callable[[], None]) -> None:
    """Over the end of the windows, while pages ask and some are undone."""
    rng = held.scenes.rng
    batch = held.hold(moment, moment)
    steps = [(PAGE, one, "over") for one in batch[::2]]
    steps += [(rng.uniform(-1.2, 0.0), one, "undo") for one in batch[1::4]]
    with held.asking(steps):
        time.sleep(rng.uniform(0.6, 1.4))
        held.mark_hit(batch)
        lose()
    held.settle(batch)


def _drop(database: Postgres) -> None:
    until = time.monotonic() + FOR
    while time.monotonic() < until:
        database.drop_connections()
        time.sleep(0.05)
