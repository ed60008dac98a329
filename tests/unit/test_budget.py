"""The budget of calls: who waits for whom, for how long, and what a 429 of SailPoint changes."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from workitems.isc.budget import PATIENCE, CallLog, MemoryLog, Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.isc.machine_log import MachineLog
from workitems.isc.redis_log import RedisLog
from workitems.wiring import budget_of

DECISION, VIEW, BACKGROUND = Purpose.DECISION, Purpose.VIEW, Purpose.BACKGROUND
WINDOW, COUNTED = 10.0, 10.5  # seconds that SailPoint counts a call, and that we do


class Clock:
    """Time that passes only when somebody sleeps, or the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["in memory", "in a file", "in Redis"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> CallLog:
    """Of one process, of all on a machine, and of all machines: people see no difference."""
    if request.param == "in memory":
        return MemoryLog()
    if request.param == "in a file":
        return MachineLog(tmp_path / "calls", 2)
    server = request.getfixturevalue("redis_server")
    return RedisLog(server.link(str(tmp_path)))


@pytest.fixture
def budget(clock: Clock, log: CallLog) -> SharedBudget:
    return SharedBudget(100, log=log, clock=clock, sleep=clock.sleep)


def taken(budget: SharedBudget, purpose: Purpose, most: int = 200) -> int:
    """How many calls of this kind find a place before one is told to wait."""
    for count in range(most):
        try:
            budget.take(purpose)
        except OverBudget:
            return count
    return most


def told(budget: SharedBudget, purpose: Purpose) -> float:
    with pytest.raises(OverBudget) as caught:
        budget.take(purpose)
    return caught.value.retry_after


def test_each_purpose_may_fill_its_part_and_the_more_urgent_come_on_top(
    budget: SharedBudget,
) -> None:
    assert taken(budget, BACKGROUND) == 50
    assert taken(budget, VIEW) == 30
    assert taken(budget, DECISION) == 15
    assert taken(budget, BACKGROUND) == taken(budget, VIEW) == taken(budget, DECISION) == 0


def test_decisions_alone_may_fill_almost_all_and_then_nothing_else_goes_out(
    budget: SharedBudget,
) -> None:
    assert taken(budget, DECISION) == 95
    assert taken(budget, VIEW) == 0


def test_places_come_back_as_the_window_moves(budget: SharedBudget, clock: Clock) -> None:
    taken(budget, VIEW)
    clock.now += COUNTED - 0.5
    assert clock.slept == []
    budget.take(VIEW)  # half a second is waited
    assert sum(clock.slept) == pytest.approx(0.5, abs=0.01)


def test_a_wait_beyond_patience_is_told_at_once_and_not_waited(
    budget: SharedBudget, clock: Clock
) -> None:
    taken(budget, VIEW)
    clock.now += COUNTED - PATIENCE - 0.5
    assert told(budget, VIEW) == pytest.approx(PATIENCE + 0.5, abs=0.2)
    assert clock.slept == []


def test_what_asks_by_itself_never_waits(budget: SharedBudget, clock: Clock) -> None:
    taken(budget, BACKGROUND)
    clock.now += COUNTED - 0.5
    told(budget, BACKGROUND)
    assert clock.slept == []


def test_those_who_are_told_to_wait_are_told_different_times(budget: SharedBudget) -> None:
    taken(budget, BACKGROUND)
    waits = [told(budget, BACKGROUND) for _ in range(100)]
    assert waits == sorted(waits)
    # 50 in 10 s: a hundred of them take 20 s from the first place on.
    assert waits[-1] - waits[0] == pytest.approx(99 * WINDOW / 50, abs=0.1)


def test_open_pages_slow_down_together(budget: SharedBudget) -> None:
    """Fifty calls in ten seconds: three hundred pages have a turn each minute, and no more."""
    assert [budget.turn(60) for _ in range(2)] == pytest.approx([60, 60.2])
    waits = [budget.turn(60) for _ in range(1000)]
    assert waits[-1] == pytest.approx(60 + 1001 * 0.2, abs=0.1)


def test_what_costs_no_call_slows_down_much_later(budget: SharedBudget) -> None:
    waits = [budget.turn(60, is_free=True) for _ in range(30_001)]
    assert waits[-1] == pytest.approx(120, abs=0.1)


def test_turns_follow_the_share_that_is_left(budget: SharedBudget, clock: Clock) -> None:
    for _ in range(2):
        budget.refused(1)
        clock.now += 2
    first = budget.turn(60)
    assert budget.turn(60) - first == pytest.approx(WINDOW / 37, abs=0.01)


def test_in_no_window_are_there_more_calls_than_the_budget(
    budget: SharedBudget, clock: Clock
) -> None:
    times: list[float] = []
    for number in range(3000):
        try:
            budget.take((DECISION, VIEW, BACKGROUND)[number % 3])
        except OverBudget:
            clock.now += 0.05
        else:
            times.append(clock.now)
    assert len(times) > 500
    within = [sum(start <= other < start + WINDOW for other in times) for start in times]
    assert max(within) <= 95


def test_a_refusal_stops_everybody_until_its_end(budget: SharedBudget, clock: Clock) -> None:
    assert budget.refused(300) == 300
    assert [told(budget, purpose) > 299 for purpose in Purpose] == [True] * len(Purpose)
    clock.now += 299.5
    budget.take(DECISION)
    assert sum(clock.slept) == pytest.approx(0.5, abs=0.01)


def test_the_refusals_of_calls_that_were_under_way_are_one(
    budget: SharedBudget, clock: Clock
) -> None:
    budget.refused(5)
    clock.now += 1
    assert budget.refused(5) == 5
    clock.now += 5.1
    assert taken(budget, VIEW) == 80


def test_a_standing_refusal_without_a_time_is_asked_less_and_less(
    budget: SharedBudget, clock: Clock
) -> None:
    """Somebody who asks again as soon as the page lets them: 20 s of 429 with Retry-After 0."""
    asked, start = 0, clock.now
    while clock.now < start + 20:
        try:
            budget.take(VIEW)
        except OverBudget as error:
            clock.now += error.retry_after
        else:
            asked += 1
            budget.refused(0)
    assert asked == 5


def test_a_repeated_refusal_makes_the_budget_smaller_and_quiet_gives_it_back(
    budget: SharedBudget, clock: Clock
) -> None:
    budget.refused(1)
    clock.now += 2
    assert taken(budget, VIEW) == 80
    budget.refused(1)
    clock.now += COUNTED + 3
    assert taken(budget, VIEW) == 60
    clock.now += 5 * 60 + WINDOW
    assert taken(budget, VIEW) == 80


def test_the_budget_never_gets_smaller_than_a_quarter(budget: SharedBudget, clock: Clock) -> None:
    for _ in range(20):
        clock.now += budget.refused(0) + 0.1
    clock.now += COUNTED
    assert 20 <= taken(budget, VIEW) <= 25


def test_a_tiny_budget_still_lets_one_call_out(clock: Clock) -> None:
    budget = SharedBudget(1, clock=clock, sleep=clock.sleep)
    assert [taken(budget, purpose) for purpose in (BACKGROUND, VIEW, DECISION)] == [1, 0, 0]


def test_threads_together_keep_to_the_budget(budget: SharedBudget) -> None:
    ends: Counter[str] = Counter()

    def many(purpose: Purpose) -> None:
        for _ in range(40):
            try:
                budget.take(purpose)
                ends[purpose] += 1
            except OverBudget:
                ends["told"] += 1

    threads = [threading.Thread(target=many, args=[one]) for one in (VIEW, BACKGROUND) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends[VIEW] + ends[BACKGROUND] == 80
    assert ends[BACKGROUND] <= 50


def test_few_threads_wait_for_what_is_looked_at_and_any_for_decisions(clock: Clock) -> None:
    waiting, go_on = threading.Barrier(3), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.wait(5)
        go_on.wait(5)
        clock.sleep(seconds)

    budget = SharedBudget(100, waiting=1, clock=clock, sleep=sleep)
    taken(budget, DECISION)
    clock.now += COUNTED - 0.5
    threads = [threading.Thread(target=budget.take, args=[one]) for one in (VIEW, DECISION)]
    for thread in threads:
        thread.start()
    waiting.wait(5)  # both wait
    assert told(budget, VIEW) >= 0.4  # there is no seat left
    go_on.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("start", [0.0, 5.0])
def test_the_clock_may_begin_anywhere(start: float, clock: Clock) -> None:
    clock.now = start
    budget = SharedBudget(100, clock=clock, sleep=clock.sleep)
    assert taken(budget, VIEW) == 80
    assert budget.refused(3) == 3


SPEND = """
import sys, time
from pathlib import Path
from workitems.isc.budget import Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.isc.machine_log import MachineLog
budget = SharedBudget(100, log=MachineLog(Path(sys.argv[1]), 4), waiting=0)
count, until = 0, time.monotonic() + 1.5
while time.monotonic() < until:
    try:
        budget.take(Purpose.VIEW)
        count += 1
    except OverBudget:
        time.sleep(0.001)
print(count)
"""


def test_processes_of_one_machine_never_exceed_it_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SPEND, str(tmp_path / "calls")]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
        for _ in range(4)
    ]
    counts = [int(one.communicate(timeout=60)[0]) for one in running]
    assert sum(counts) == 80


def test_a_refusal_of_one_process_stops_the_others(tmp_path: Path, clock: Clock) -> None:
    one, other = (
        SharedBudget(100, log=MachineLog(tmp_path / "calls", 2), clock=clock, sleep=clock.sleep)
        for _ in range(2)
    )
    one.refused(30)
    assert told(other, DECISION) == pytest.approx(30, abs=0.2)
    clock.now += 31
    other.refused(0)  # again, and soon: somebody else uses the client
    clock.now += COUNTED
    assert taken(one, VIEW) == 60


def test_what_the_machine_counted_before_it_was_started_anew_counts_no_more(
    tmp_path: Path,
) -> None:
    """The file outlives it, and its clock began again at zero: all of it seems to be to come."""
    later = Clock()
    later.now = time.monotonic() + 500_000
    old = MachineLog(tmp_path / "calls", 2)
    before = SharedBudget(100, log=old, clock=later, sleep=later.sleep)
    taken(before, DECISION)
    before.turn(60)
    before.refused(30)
    old._connection.execute("UPDATE boot SET started_at = started_at - 500000")
    budget = SharedBudget(100, log=MachineLog(tmp_path / "calls", 2))
    assert taken(budget, VIEW) == 80
    assert budget.turn(60) == pytest.approx(60, abs=1)


def test_a_second_process_of_the_same_start_counts_on(tmp_path: Path, clock: Clock) -> None:
    one, other = (
        SharedBudget(100, log=MachineLog(tmp_path / "calls", 2), clock=clock, sleep=clock.sleep)
        for _ in range(2)
    )
    assert taken(one, VIEW, 50) + taken(other, VIEW) == 80


def test_a_log_that_cannot_be_used_leaves_each_process_its_part(
    tmp_path: Path, clock: Clock
) -> None:
    log = MachineLog(tmp_path / "calls", 4)
    budget = SharedBudget(100, log=log, clock=clock, sleep=clock.sleep)
    log._connection.close()
    assert taken(budget, VIEW) == 20
    assert budget.refused(30) == 30
    assert told(budget, DECISION) > 29


def test_nobody_else_writes_while_old_calls_are_deleted(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bucket counts first and deletes then: two at once would delete calls that count."""
    log = MachineLog(tmp_path / "calls", 2)
    other, leak, tried = sqlite3.connect(tmp_path / "calls", timeout=0), log._bucket.leak, []

    def watched(moment: int) -> int:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        tried.append(moment)
        return leak(moment)

    monkeypatch.setattr(log._bucket, "leak", watched)
    assert log.put(VIEW, 80, clock.now) == 0.0
    assert len(tried) == 1
    other.close()


def test_a_file_that_cannot_be_opened_leaves_each_process_its_part(tmp_path: Path) -> None:
    budget_of.cache_clear()
    budget = budget_of(100, 4, 8, tmp_path / "no such folder" / "calls")
    assert isinstance(budget, SharedBudget)
    assert taken(budget, VIEW) == 20
    budget_of.cache_clear()


def test_the_file_keeps_the_last_seconds_only(tmp_path: Path, clock: Clock) -> None:
    log = MachineLog(tmp_path / "calls", 2)
    budget = SharedBudget(100, log=log, clock=clock, sleep=clock.sleep)
    for _ in range(300):
        clock.now += 0.5
        budget.take(VIEW)
    (count,) = log._connection.execute("SELECT COUNT(*) FROM calls").fetchone()
    assert count < 60
