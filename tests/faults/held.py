"""Faults while decisions are held for undo, with a job worker beside the server.

The job worker runs only here: without its heartbeat every decision is sent at once.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.faults import lost_database
from tests.faults.database import (
    IS_HELD,
    attempts,
    epoch,
    let_leases_end,
    move_due,
    open_items,
)
from tests.faults.jobs import JobWorker, comes
from tests.faults.moments import Moment
from tests.faults.pressing import Decision, Press, Seat
from tests.faults.scenes import Scenes

WINDOW = 2.6  # UNDO_SECONDS, and what the worker waits for the page
PAGE = -0.6  # when the page asks, in seconds from the end of the window
APART = 0.06  # seconds between two presses whose order counts
STILL = 1.5  # seconds without a change: who was sending is dead
MOST_BATCHES = 4
Step = tuple[float, Decision, str]  # seconds from the end of the window, and what is asked then


@dataclass
class Held:
    """The scenes of one round in which decisions are held."""

    scenes: Scenes
    log: Path
    workers: list[JobWorker] = field(default_factory=list)

    def play(self) -> None:
        try:
            self.start()
            for scene in (self.left_alone, self.asked_and_undone, self.another_scans,
                          self.kills, self.kills_upstream):  # fmt: skip
                scene()
            lost_database.play(self)
        finally:
            self.stop()
            self.scenes.database.run("DELETE FROM jobs_heartbeat")

    # --- The job worker

    def start(self) -> None:
        """Start one, and wait until it says that it lives."""
        worker = self._start()
        own = f"SELECT 1 FROM jobs_heartbeat WHERE name LIKE '% {worker.pid}'"
        assert comes(lambda: bool(self.scenes.database.run(own))), "no heartbeat"

    def _start(self) -> JobWorker:
        dashboard = self.scenes.stage.dashboard
        assert dashboard is not None
        self.workers.append(JobWorker(dashboard.environment, self.log))
        return self.workers[-1]

    def stop(self) -> None:
        while self.workers:
            self.workers.pop().stop()

    def kill(self) -> None:
        while self.workers:
            self.workers.pop().signal(signal.SIGKILL)

    # --- Pressing

    def hold(self, *moments: Moment, pause: float = 0.0) -> list[Decision]:
        """Press so many of each; one after another where there is a pause between."""
        taken = [one for moment in moments for one in self.scenes.take(moment, self.scenes.count)]
        pairs = [(one, self.scenes.press(one)) for one in taken]
        seat = self.scenes.seats[0]
        if not pause:
            self.scenes.at_once([(seat, *pair) for pair in pairs], len(pairs))
        for one, press in pairs if pause else ():
            one.pressed_at = time.time()
            seat.send(one, press)
            time.sleep(pause)
        self.mark_hit(taken)
        return taken

    def mark_hit(self, taken: Sequence[Decision]) -> None:
        """What is neither sent nor taken back now."""
        still = open_items(self.scenes.database)
        for one in taken:
            one.is_hit = one.item in still

    @contextmanager
    def asking(self, steps: Sequence[Step]) -> Iterator[None]:
        """Take each of these steps at its time, while the block runs and until all are answered."""
        items = [one.item for _, one, _ in steps]
        ids = attempts(self.scenes.database, "id", items)
        ends = attempts(self.scenes.database, "due_at", items)
        with ThreadPoolExecutor(max(1, len(steps))) as pool:
            asked = []
            for number, (seconds, one, name) in enumerate(steps):
                if one.item in ids:
                    seat = self.scenes.seats[number % 2]
                    row, at = str(UUID(str(ids[one.item]))), epoch(ends[one.item]) + seconds
                    asked.append(pool.submit(_ask, seat, row, one.step(name), at))
            yield
        for future in asked:
            future.result()

    def ask(self, steps: Sequence[Step]) -> None:
        with self.asking(steps):
            pass

    # --- Nothing is killed

    def left_alone(self) -> None:
        """Nobody asks: the worker sends them, in the order of the presses and in time."""
        batch = self.hold(Moment.HELD_ALONE, pause=APART)
        ends = attempts(self.scenes.database, "due_at", [one.item for one in batch])
        for one in batch:
            one.due_at = epoch(ends[one.item]) if one.is_hit else 0.0
        self.drain()

    def asked_and_undone(self) -> None:
        """Page, worker and undo at the same time; the clock jumps for others of the same window."""
        self.hold(Moment.HELD_ASKED, Moment.HELD_UNDONE, Moment.HELD_UNDONE_LATE, Moment.HELD_CLOCK)
        steps: list[Step] = []
        rng, at = self.scenes.rng, self._of
        steps += [(rng.uniform(PAGE, 0.1), one, "over") for one in at(Moment.HELD_ASKED)]
        steps += [(rng.uniform(-2.0, -0.8), one, "undo") for one in at(Moment.HELD_UNDONE)]
        for one in at(Moment.HELD_UNDONE_LATE):
            moment = rng.choice((PAGE, 0.0)) + rng.uniform(-0.1, 0.1)
            steps += [(moment, one, "undo"), (moment + rng.uniform(-0.02, 0.02), one, "over")]
        jumping = at(Moment.HELD_CLOCK)
        back, forth = jumping[::2], jumping[1::2]
        steps += [(PAGE, one, "over") for one in (*back[1:], *forth)]
        with self.asking(steps):
            move_due(self.scenes.database, [one.item for one in back], -1)
            move_due(self.scenes.database, [one.item for one in forth], 1)
            time.sleep(0.5)
            move_due(self.scenes.database, [one.item for one in forth], -1)
        self.drain()

    def _of(self, moment: Moment) -> list[Decision]:
        return [one for one in self.scenes.decisions if one.moment is moment]

    def another_scans(self) -> None:
        """The worker stands still, another sends what is due when it starts; then both go on."""
        first = self.workers[-1]
        batch = self.hold(Moment.HELD_STOPPED)
        first.signal(signal.SIGSTOP)
        time.sleep(WINDOW)
        self.mark_hit(batch)
        self.start()
        # It may have been stopped while it had the queue of the jobs locked.
        comes(lambda: not open_items(self.scenes.database), 5.0)
        first.signal(signal.SIGCONT)
        self.drain()
        self.workers.remove(first)
        first.stop()

    # --- Killed processes

    def kills(self) -> None:
        """At any moment of the window or of the sending; every other page asks to send."""
        both: tuple[Callable[[], None], ...] = (self.scenes.kill, self.kill)
        for moment, kills in (
            (Moment.HELD_KILL_WEB, both[:1]),
            (Moment.HELD_KILL_JOBS, both[1:]),
            (Moment.HELD_KILL_BOTH, both),
        ):
            hits = 0
            for _ in range(MOST_BATCHES):
                if hits < self.scenes.count:
                    hits += self._kill_at_random(moment, kills)

    def _kill_at_random(self, moment: Moment, kills: Sequence[Callable[[], None]]) -> int:
        batch, rng = self.hold(moment), self.scenes.rng
        for one in batch:
            self.scenes.peer.fault("POST", one.item, latency=rng.uniform(0.1, 0.3))
        delay = rng.uniform(0.0, WINDOW + 0.6)
        late = self.scenes.take(moment, 2) if self.scenes.kill in kills else []
        with self.asking([(PAGE, one, "over") for one in batch[::2]]):
            time.sleep(delay)
            with self.scenes.sending(late):  # perhaps recorded, and no alarm set
                time.sleep(rng.uniform(0.0, 0.06))
                self.mark_hit(batch)
                for kill in kills:
                    kill()
            if not self.workers:
                self.start()  # as a supervisor would
        for one in late:
            one.is_hit = one.presses[0].told is None
        batch += late
        self.settle(batch)
        return sum(one.is_hit for one in batch)

    def kills_upstream(self) -> None:
        """One after another, by page and worker in turn; every other call is never executed."""
        batch = self.hold(Moment.HELD_KILL_UPSTREAM)
        for number, one in enumerate(batch):
            how = {"drop": True} if number % 2 else {}
            self.scenes.peer.fault("POST", one.item, latency=0.7, **how)
            one.is_hit = False
        for number in range(2 * len(batch)):
            waiting = [one for one in batch if one.item in open_items(self.scenes.database)]
            if all(one.is_hit for one in batch):
                break
            is_page, steps = number % 2 == 1, [(0.0, one, "over") for one in waiting[:1]]
            with self.asking(steps if is_page else ()):
                self._wait_for_call(batch)
                (self._kill_web if is_page else self.kill)()
            time.sleep(0.8)  # its call has ended by now
            let_leases_end(self.scenes.database, IS_HELD)
            if is_page:
                self._start()  # its call may be the next to be killed, before its heartbeat
            else:
                self.wait_for_web()
        self.settle(batch)

    def _kill_web(self) -> None:
        self.scenes.kills_all = True
        self.scenes.kill()

    def _wait_for_call(self, batch: Sequence[Decision]) -> None:
        """Until one more of them has reached the tenant for the first time."""

        def has_come() -> bool:
            calls = [call["path"] for call in self.scenes.peer.calls() if call["method"] == "POST"]
            for one in batch:
                if not one.is_hit and any(one.item in path for path in calls):
                    one.is_hit = True
                    return True
            return False

        comes(has_come, 8.0)

    # --- Afterwards

    def drain(self) -> None:
        """Until nothing is held or being sent any more."""
        assert comes(lambda: not open_items(self.scenes.database)), "something is never sent"

    def settle(self, batch: Sequence[Decision]) -> None:
        """Have the rest sent, and let the pages ask."""
        self.rest()
        unknown = [one for one in batch if any(press.told is None for press in one.presses)]
        self.ask([(0.0, one, "over") for one in unknown])

    def rest(self) -> None:
        """Let the leases of killed senders end, and start the worker anew."""
        self.wait_for_web()
        self._wait_until_still()
        if open_items(self.scenes.database):
            self.stop()
            let_leases_end(self.scenes.database, IS_HELD)
            self.start()
        self.drain()

    def wait_for_web(self) -> None:
        assert self.scenes.stage.dashboard is not None
        self.scenes.stage.dashboard.wait_until_ready(lambda: False)

    def _wait_until_still(self) -> None:
        """Until nothing is left, or nothing has changed for a while though it is all due."""
        seen, since = open_items(self.scenes.database), time.monotonic()
        while seen and time.monotonic() - since < STILL:
            time.sleep(0.1)
            now = open_items(self.scenes.database)
            ends = attempts(self.scenes.database, "due_at", sorted(now)).values()
            if now != seen or any(epoch(end) > time.time() for end in ends):
                seen, since = now, time.monotonic()


def _ask(seat: Seat, row: str, press: Press, at: float) -> None:
    time.sleep(max(0.0, at - time.time()))
    seat.ask(row, press)
