"""Which part of the budget a call takes: it follows from what is done, and for what."""

import pytest

from taskmanager.core.http import session_for_this_thread
from workitems.isc.budget import Purpose
from workitems.isc.errors import OverBudget
from workitems.isc.single_flight import SingleFlight
from workitems.isc.transport import Sharing, Transport


class Exhausted:
    """A budget in which nothing is left; it knows what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[Purpose] = []

    def take(self, purpose: Purpose) -> None:
        self.asked.append(purpose)
        raise OverBudget(retry_after=1.0)

    def refused(self, retry_after: float) -> float:
        return retry_after

    def turn(self, after: float, *, is_free: bool = False) -> float:
        return after


@pytest.mark.parametrize(
    ("purpose", "read", "written"),
    [
        (Purpose.VIEW, Purpose.VIEW, Purpose.DECISION),
        (Purpose.BACKGROUND, Purpose.BACKGROUND, Purpose.DECISION),
        (Purpose.DECISION, Purpose.DECISION, Purpose.DECISION),
        (Purpose.RUN, Purpose.RUN, Purpose.RUN),  # many of them leave room for whoever decides one
    ],
)
def test_what_is_written_is_a_decision_unless_a_run_writes_it(
    purpose: Purpose, read: Purpose, written: Purpose
) -> None:
    budget = Exhausted()
    sharing = Sharing(budget, SingleFlight(), "maria", purpose)
    transport = Transport(
        "http://127.0.0.1:9",
        lambda: "token",
        session_factory=session_for_this_thread,
        sharing=sharing,
    )
    for method in ("GET", "POST"):
        with pytest.raises(OverBudget):
            transport.send(method, "/v2024/work-items")
    assert budget.asked == [read, written]
