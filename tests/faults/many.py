"""Faults while bulk runs are recorded, held and sent, with a job worker beside the server."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from tests.faults import run_pages
from tests.faults.database import IS_HELD, attempts, let_leases_end, rows
from tests.faults.held import MOST_BATCHES, WINDOW, Held
from tests.faults.jobs import comes
from tests.faults.moments import Kind, Moment
from tests.faults.pressing import Decision, Seat, Told
from tests.faults.scenes import VERDICTS

SIZE, LONG = 10, 12  # work items in a run
FEW_LINES = 1  # of them with several lines: the person has hardly any
WHILE_RECORDED = 0.12  # seconds within which a confirmation is answered
CALL_ENDS = 0.8  # seconds after a kill: what was under way has ended
OPEN = ("scheduled", "sending")
FAULTS = (
    {"status": 429, "retry_after": 1},
    {"status": 500, "after": True},
    {"status": 429, "retry_after": 2},
    {"status": 502, "after": True},
)


@dataclass
class Run:
    """What is confirmed together, in this order. `id` is empty where nobody was told it."""

    seat: Seat
    verb: str
    decisions: list[Decision]
    fields: run_pages.Fields
    id: str = ""


@dataclass
class Many:
    """The scenes of one round in which many decisions are confirmed at once."""

    held: Held
    runs: list[Run] = field(default_factory=list)

    def play(self) -> None:
        try:
            self.held.start()
            for scene in (self.in_turn, self.kills_while_recorded, self.kills_while_sent):
                scene()
            self.read_receipts()
        finally:
            self.held.stop()
            self.held.scenes.database.run("DELETE FROM jobs_heartbeat")

    # --- Confirming

    def ask(self, moment: Moment, size: int = SIZE, verb: str = "", seat: int = 0) -> Run:
        """Ask for a confirmation; what is approved or rejected has a few of several lines."""
        scenes, asking = self.held.scenes, self.held.scenes.seats[seat]
        verb = verb or scenes.verdict()
        if verb == "forward":
            taken = scenes.take(moment, size, Kind.FORWARD)
            for one in taken:
                one.target = taken[0].target
        else:
            few = min(FEW_LINES, len(scenes.tasks[Kind.LINES]))
            taken = scenes.take(moment, size - few) + scenes.take(moment, few, Kind.LINES)
            scenes.rng.shuffle(taken)
        form = run_pages.confirmation(asking, verb, taken)
        self.runs.append(Run(asking, verb, taken, form))
        return self.runs[-1]

    def confirm(self, run: Run) -> None:
        run.id = run.id or run_pages.begin(run.seat, run.verb, run.fields)

    def mark_hit(self, decisions: Sequence[Decision]) -> int:
        """What is neither sent nor ended now; how many."""
        ends = {row["item_id"]: row["status"] for row in rows(self.held.scenes.database)}
        for one in decisions:
            one.is_hit = one.is_hit or ends.get(one.item, OPEN[0]) in OPEN
        return sum(one.is_hit for one in decisions)

    # --- Nothing is killed

    def in_turn(self) -> None:
        """Five runs within one window, sent one after another: each with its own fault."""
        alone, undone = self.ask(Moment.RUN_ALONE), self.ask(Moment.RUN_UNDONE, verb="forward")
        others, answers = self.ask(Moment.RUN_OTHERS, LONG), self.ask(Moment.RUN_ANSWERS, LONG)
        stopped = self.ask(Moment.RUN_STOPPED, LONG, "forward")
        self._slow(stopped.decisions)
        faulty = self._answer_wrongly(answers.decisions)
        for run in (alone, undone, others, answers, stopped):
            self.confirm(run)
        for number, one in enumerate(alone.decisions):
            one.pressed_at = time.time() + number / 1000
        theirs = self._decide(others)
        for run, hit in ((alone, alone.decisions), (others, theirs), (answers, faulty)):
            self._only_hit(run, hit)
        time.sleep(self.held.scenes.rng.uniform(0.0, 0.8))
        self._press(undone, "undo")
        self._wait_for_calls(stopped, 3)
        self._press(stopped, "stop")
        self.held.drain()

    def _slow(self, decisions: Sequence[Decision]) -> None:
        scenes = self.held.scenes
        for one in decisions:
            scenes.peer.fault("POST", one.item, latency=scenes.rng.uniform(0.1, 0.3))

    def _answer_wrongly(self, decisions: Sequence[Decision]) -> list[Decision]:
        scenes = self.held.scenes
        chosen = scenes.rng.sample(decisions, 2 * len(FAULTS))
        for number, one in enumerate(chosen):
            scenes.peer.fault("POST", one.item, **FAULTS[number % len(FAULTS)])
        return chosen

    def _decide(self, run: Run) -> list[Decision]:
        """Somebody else decides half of them, in either way, and of several lines a single one."""
        scenes, half = self.held.scenes, len(run.decisions) // 2
        several = [one for one in run.decisions if len(one.lines) > 1]
        single = [one for one in run.decisions if one not in several]
        theirs = several + scenes.rng.sample(single, half - len(several))
        for number, one in enumerate(theirs):
            scenes.peer.decide(one, VERDICTS[number % len(VERDICTS)])
        return theirs

    def _only_hit(self, run: Run, hit: Sequence[Decision]) -> None:
        for one in run.decisions:
            one.is_hit = False
        self.mark_hit(hit)

    def _press(self, run: Run, name: str) -> None:
        self._only_hit(run, run.decisions)
        for one in run.decisions:
            one.step(name)
        run_pages.ask(self.held.scenes.seats[1], run.id, name)

    def _wait_for_calls(self, run: Run, count: int) -> None:
        """Until so many of them have reached the tenant."""
        peer = self.held.scenes.peer

        def have_come() -> bool:
            paths = [call["path"] for call in peer.calls() if call["method"] == "POST"]
            return sum(any(one.item in path for path in paths) for one in run.decisions) >= count

        assert comes(have_come), "a run does not go on"

    # --- Killed processes

    def kills_while_recorded(self) -> None:
        """Web workers only: one run is confirmed again as by a reload, the other is left so."""
        hits = 0
        for _ in range(MOST_BATCHES):
            if hits < self.held.scenes.count:
                hits += self._kill_while_recorded()
        self.held.rest()

    def _kill_while_recorded(self) -> int:
        """How many decisions were in confirmations that were never answered."""
        again = self.ask(Moment.RUN_KILL_WEB, 8)
        left = self.ask(Moment.RUN_KILL_WEB, 8, "forward", seat=1)
        with ThreadPoolExecutor(2) as pool:
            sent = [pool.submit(self.confirm, run) for run in (again, left)]
            time.sleep(self.held.scenes.rng.uniform(0.0, WHILE_RECORDED))
            self._kill_web()
        for future in sent:
            future.result()
        for run in (again, left):
            for one in run.decisions:
                one.is_hit = not run.id
        self.held.wait_for_web()
        self.confirm(again)
        return sum(one.is_hit for one in again.decisions + left.decisions)

    def _kill_web(self) -> None:
        self.held.scenes.kills_all = True
        self.held.scenes.kill()

    def kills_while_sent(self) -> None:
        """At any moment of the sending; the job worker alone is killed twice in a run."""
        self._kill_while_sent(Moment.RUN_KILL_JOBS, 2, (self.held.kill,))
        self._kill_while_sent(Moment.RUN_KILL_BOTH, 1, (self._kill_web, self.held.kill))

    def _kill_while_sent(
        self, moment: Moment, times: int, kills: Sequence[Callable[[], None]]
    ) -> None:
        run, scenes = self.ask(moment, LONG), self.held.scenes
        self._slow(run.decisions)
        self.confirm(run)
        for one in run.decisions:
            one.is_hit = False
        time.sleep(scenes.rng.uniform(WINDOW - 0.5, WINDOW))
        for number in range(times):
            if number:
                self._wait_for_calls(run, 4)
            time.sleep(scenes.rng.uniform(0.0, 0.6))
            self.mark_hit(run.decisions)
            for kill in kills:
                kill()
            time.sleep(CALL_ENDS)
            let_leases_end(scenes.database, IS_HELD)
            self.held.start()  # as a supervisor would
        self.held.rest()

    # --- Afterwards

    def read_receipts(self) -> None:
        """What each person is told in the end; a run that nobody was told is found by its rows."""
        for run in self.runs:
            run_id = run.id or self._recorded(run)
            if not run_id:
                continue
            groups = run_pages.receipt(run.seat, run_id)
            for one in run.decisions:
                one.groups = groups.get(one.item, [])
                for press in one.presses if one.groups else ():
                    press.told = Told(200, f"Receipt: {one.groups[-1]}")

    def _recorded(self, run: Run) -> str:
        items = [one.item for one in run.decisions]
        found = set(attempts(self.held.scenes.database, "run_id", items).values())
        assert len(found) <= 1
        return str(UUID(str(found.pop()))) if found else ""
