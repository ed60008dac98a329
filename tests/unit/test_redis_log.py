"""The budget in Redis: shared by processes, and what happens while Redis is not there."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from tests.redis_server import RedisServer
from tests.unit.test_budget import taken
from workitems.isc import redis_link
from workitems.isc.budget import ON_ITS_WAY, WINDOW, Pause, Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.isc.redis_log import RedisLog
from workitems.wiring import budget_of

DECISION, VIEW, BACKGROUND = Purpose.DECISION, Purpose.VIEW, Purpose.BACKGROUND
SLOWEST = 0.6  # seconds: a time-out of 0.25, on a machine that does something else too


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is tried again at once, and counts again soon after."""
    monkeypatch.setattr(redis_link, "TRIED_EVERY", 0.05)
    monkeypatch.setattr(redis_link, "SETTLED_AFTER", 0.1)


def budget_at(server: RedisServer, *, processes: int = 4) -> tuple[SharedBudget, RedisLog]:
    log = RedisLog(server.link(least=processes))
    return SharedBudget(100, log=log, waiting=0, clock=log.clock), log


def seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_two_budgets_share_their_places_in_order_of_urgency(redis_server: RedisServer) -> None:
    with Redis.from_url(redis_server.url) as admin:
        admin.flushall()
    (one, _), (other, _) = budget_at(redis_server), budget_at(redis_server)
    assert taken(one, BACKGROUND, 30) + taken(other, BACKGROUND) == 50
    assert taken(one, VIEW, 10) + taken(other, VIEW) == 30
    assert taken(one, BACKGROUND) == 0
    assert sum(taken(each, DECISION, 8) for each in (one, other)) in {15, 16}


SPEND = """
import sys, time
from workitems.isc.budget import Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.isc.redis_link import RedisLink
from workitems.isc.redis_log import RedisLog
log = RedisLog(RedisLink(sys.argv[1], "tests", least=4))
budget = SharedBudget(100, log=log, waiting=0, clock=log.clock)
count, until = 0, time.monotonic() + 1.5
promises = [log.promise("free", 0.0, 0.001) for _ in range(200)]
while time.monotonic() < until:
    try:
        budget.take(Purpose.VIEW)
        count += 1
    except OverBudget:
        time.sleep(0.001)
print(count, *promises)
"""


def run_each(source: str, *arguments: str, times: int = 4) -> list[str]:
    command = [sys.executable, "-c", source, *arguments]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
        for _ in range(times)
    ]
    return [one.communicate(timeout=60)[0] for one in running]


def test_processes_together_never_exceed_it_and_no_two_promises_are_the_same(
    server: RedisServer,
) -> None:
    words = [one.split() for one in run_each(SPEND, server.url)]
    assert sum(int(count) for count, *_ in words) == 80
    promises = [float(moment) for _, *moments in words for moment in moments]
    assert len(promises) == len(set(promises)) == 800


REFUSED = """
import sys
from workitems.isc.budget import SharedBudget
from workitems.isc.redis_link import RedisLink
from workitems.isc.redis_log import RedisLog
log = RedisLog(RedisLink(sys.argv[1], "tests"))
SharedBudget(100, log=log, clock=log.clock).refused(30)
"""


def test_a_refusal_of_one_process_is_a_wait_for_all(server: RedisServer) -> None:
    budget, _ = budget_at(server)
    budget.take(VIEW)
    run_each(REFUSED, server.url, times=1)
    with pytest.raises(OverBudget) as caught:
        budget.take(DECISION)
    assert 25 < caught.value.retry_after <= 30


def test_without_redis_each_process_has_its_part_less_what_it_has_used(
    server: RedisServer,
) -> None:
    budget, _ = budget_at(server)
    assert taken(budget, VIEW, 15) == 15
    server.kill()
    assert taken(budget, VIEW) == 5  # a quarter of 80


def test_a_redis_that_was_never_there_stops_nobody(server: RedisServer) -> None:
    server.kill()
    budget, _ = budget_at(server)
    assert taken(budget, VIEW) == 20
    assert budget.refused(30) == pytest.approx(30, abs=0.1)
    assert taken(budget, DECISION) == 0
    assert budget.turn(60) >= 60


@pytest.mark.parametrize("harm", ["kill", "hang"])
def test_no_call_is_slow_while_redis_is_away(server: RedisServer, harm: str) -> None:
    budget, log = budget_at(server)
    budget.take(VIEW)
    getattr(server, harm)()
    until, times = time.monotonic() + 1.5, []
    while time.monotonic() < until:
        times.append(seconds(log.pause))
        times.append(seconds(lambda: taken(budget, VIEW, 1)))
        time.sleep(0.01)
    assert max(times) < SLOWEST
    assert sum(one > 0.1 for one in times) <= 3  # the loss, and once a second


def test_redis_that_hung_is_used_again(server: RedisServer, quick: None) -> None:
    budget, log = budget_at(server)
    server.hang()
    budget.take(VIEW)
    assert log._link.is_settling
    server.go_on()
    time.sleep(0.1)
    budget.take(VIEW)  # it is tried
    time.sleep(0.15)
    budget.take(VIEW)
    assert not log._link.is_settling


def test_a_restarted_redis_is_used_again_and_the_pause_goes_on(
    server: RedisServer, quick: None
) -> None:
    budget, log = budget_at(server)
    budget.refused(0.3)
    server.kill()
    assert taken(budget, VIEW) == 0
    server.start()
    time.sleep(0.1)
    assert taken(budget, VIEW) == 0  # SailPoint's pause has not ended
    time.sleep(1.2)
    assert taken(budget, VIEW) == 80
    assert not log._link.is_settling


def test_a_redis_that_lost_its_scripts_and_data_is_not_believed_at_once(
    server: RedisServer, admin: "Redis"
) -> None:
    budget, _ = budget_at(server)
    assert taken(budget, VIEW, 60) == 60
    admin.flushall()
    admin.script_flush()
    assert taken(budget, VIEW) <= 1  # not a whole budget once more


def test_what_is_called_without_redis_counts_when_it_is_back(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "TRIED_EVERY", 0.05)
    budget, log = budget_at(server, processes=1)
    server.hang()
    assert taken(budget, VIEW, 50) == 50
    server.go_on()
    time.sleep(0.1)
    assert taken(budget, VIEW) == 30
    assert log._link.is_settling


def test_redis_that_refuses_to_write_is_away(server: RedisServer, admin: "Redis") -> None:
    budget, log = budget_at(server)
    budget.take(VIEW)
    admin.config_set("min-replicas-to-write", "1")
    assert taken(budget, VIEW) == 19
    assert log._link.is_settling


def test_a_key_that_holds_something_else_is_one_loss_and_no_return(
    server: RedisServer, admin: "Redis", quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    budget, log = budget_at(server)
    admin.set(log._calls, "not ours")
    for _ in range(10):
        budget.take(VIEW)
        time.sleep(0.03)
    assert len(caplog.messages) == 1


def test_the_loss_and_the_return_are_said_once_and_never_the_address(
    server: RedisServer, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "workitems")
    budget, _ = budget_at(server)
    server.kill()
    for _ in range(10):
        taken(budget, VIEW, 1)
        time.sleep(0.03)
    server.start()
    for _ in range(5):
        time.sleep(0.06)
        taken(budget, VIEW, 1)
    assert len(caplog.messages) == 2
    assert "ConnectionError" in caplog.messages[0]
    assert "127.0.0.1" not in caplog.text


def test_the_living_are_counted_and_the_last_count_is_kept(
    server: RedisServer, admin: "Redis", quick: None
) -> None:
    _, log = budget_at(server, processes=1)
    link = log._link
    now = link.clock()
    others = {"other": now, "another": now - 10, "gone": now - 31}
    admin.zadd(link.key("processes"), others)
    link._due_at = 0.0
    log.pause()
    assert link.processes == 3
    server.kill()
    log.pause()
    assert link.processes == 3


def test_the_clock_is_that_of_redis_also_when_it_is_away(
    server: RedisServer, admin: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: wrong)
    _, log = budget_at(server)
    whole, part = admin.time()
    assert log.clock() == pytest.approx(whole + part / 1e6, abs=0.2)
    server.kill()
    log.pause()
    assert log.clock() == pytest.approx(whole + part / 1e6, abs=1)


def test_a_process_whose_clock_is_behind_overlooks_no_call(
    server: RedisServer,
) -> None:
    _, log = budget_at(server)
    now = log.clock()
    assert [log.put(VIEW, 2, now + 0.02), log.put(VIEW, 2, now)] == [0.0, 0.0]
    assert log.put(VIEW, 2, now) > 9


def test_every_key_expires_by_itself_and_old_calls_go(server: RedisServer, admin: "Redis") -> None:
    budget, log = budget_at(server)
    taken(budget, BACKGROUND)
    budget.refused(1)
    now = log.clock()
    log.put(VIEW, 80, now + 11)
    assert admin.zcard(log._calls) == 1
    keys = admin.keys("*")
    assert len(keys) == 4
    assert all(admin.ttl(key) > 0 for key in keys)


def test_a_pause_that_is_not_ours_is_none(server: RedisServer, admin: "Redis") -> None:
    _, log = budget_at(server)
    for text in ("{}", "nonsense", "[1]", '["a", "b", "c", "d"]', "3"):
        admin.set(log._pause, text)
        assert log.pause() == Pause()


def test_redis_settles_for_as_long_as_a_call_counts() -> None:
    assert redis_link.SETTLED_AFTER >= WINDOW + ON_ITS_WAY


def test_redis_outranks_the_file(redis_server: RedisServer, tmp_path: Path) -> None:
    links = [redis_server.link(str(tmp_path)) for _ in range(2)]
    one, other = (budget_of(100, 2, 8, tmp_path / "calls", link) for link in links)
    assert isinstance(one, SharedBudget)
    assert isinstance(other, SharedBudget)
    assert taken(one, BACKGROUND, 30) + taken(other, BACKGROUND) == 50
    assert not (tmp_path / "calls").exists()
