"""The budget under many people: how many calls were made, and none of them refused."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import LazySettings

from sandbox.people import personas, personas_by_id
from sandbox.together import running
from tests.bench.__main__ import decisions
from tests.bench.crowd import Crowd
from tests.bench.simulate import Simulation
from tests.bench.storm import HOST, storm
from tests.bench.visitor import Visitor

WIDGETS = 120  # more than the tenant takes in ten seconds
# Seconds between two decisions. Fewer than may go out: on a machine that does much else, a call is
# longer on its way than the budget allows for, and some room keeps the tenant from refusing one.
EVERY = 1.5


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """The people of a crowd are not there for the tests that come after."""
    before = dict(personas())
    yield
    personas().clear()
    personas().update(before)
    personas_by_id.cache_clear()


@pytest.mark.parametrize("path", ["/widget/", "/"])
def test_a_storm_is_never_refused_and_every_decision_goes_out(tmp_path: Path, path: str) -> None:
    with running(tmp_path, LOG_LEVEL="ERROR", FRAME_ANCESTORS=HOST) as (app, dashboard):
        crowd = Crowd(app, dashboard)
        (decider,) = crowd.with_tasks(1)
        cookies = crowd.signed_in(WIDGETS)
        with closing(Visitor(dashboard.port, decider)) as visitor:
            presses = [decisions(visitor, 100)]
            crowd.wait_until_quiet()
            found = storm(dashboard.port, cookies, presses, path, EVERY)
        calls = crowd.calls()
        assert len(found.seconds) == WIDGETS
        assert crowd.refused() == 0
        assert {status for status, _ in found.decisions} == {200}
        assert calls["decisions"] == len(found.decisions) > 5
        if path == "/widget/":
            assert calls["reads"] == WIDGETS
        else:  # the list, and its numbers where the background has room
            assert WIDGETS <= calls["reads"] <= 2 * WIDGETS


@pytest.mark.django_db
@pytest.mark.parametrize("has_scan", [True, False])
def test_open_widgets_on_a_simulated_clock_are_never_refused(
    settings: LazySettings, has_scan: bool
) -> None:
    settings.TENANT_SCAN_CLIENT_ID = "simulation"
    simulation = Simulation(widgets=2_000, items=2_500, has_scan=has_scan)
    simulation.run(minutes=4)
    assert simulation.tenant.refused == 0
    assert simulation.decisions > 100
    polled = simulation.tenant.calls["dashboard"] - simulation.decisions
    if has_scan:  # but in the first seconds, before a pass is published
        assert polled <= 100
        assert simulation.polls > 5_000
        assert max(simulation.ages.told[3_000:]) < 60
    else:
        assert polled <= 4 * 60 * 5  # half of the budget
