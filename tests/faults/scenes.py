"""One scene for each kind of moment: press, let the fault happen, keep what the people are told."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.bench.stage import Stage
from tests.faults.database import Database, let_leases_end, rows
from tests.faults.moments import ANSWERS, Kind, Moment
from tests.faults.pressing import Decision, Press, Seat
from tests.faults.tenant import Peer, Task

VERDICTS = ("approve", "reject")
THREADS = 6  # presses at once where the faults do not share anything
BATCH = 4  # decisions of each kind in flight that share a kill
TARGETS = ("approver", "agent", "empty")  # to whom is forwarded
MOST_BATCHES = 8
REPEATS = {Moment.DOUBLE: 1, Moment.TRIPLE: 2}
Sending = tuple[Seat, Decision, Press]


@dataclass
class Scenes:
    """A round on freshly seeded work items: `count` decisions at least for each moment."""

    stage: Stage
    peer: Peer
    database: Database
    rng: Random
    count: int
    tasks: Mapping[Kind, list[Task]]
    seats: Sequence[Seat]
    log_offset: int
    decisions: list[Decision] = field(default_factory=list)
    kills_all: bool = False

    def take(self, moment: Moment, count: int, kind: Kind | None = None) -> list[Decision]:
        of_one_line = moment.kind in {Kind.HELD, Kind.RUN}
        tasks = self.tasks[kind or (Kind.ONE_LINE if of_one_line else moment.kind)]
        taken = [Decision(moment, *tasks.pop(), self._target()) for _ in range(count)]
        self.decisions += taken
        return taken

    def _target(self) -> str:
        return str(self.peer.people[self.rng.choice(TARGETS)]["id"])

    def verdict(self) -> str:
        return self.rng.choice(VERDICTS)

    def press(self, one: Decision) -> Press:
        """The first press of a decision."""
        kind, verdict = one.moment.kind, self.verdict()
        if kind is Kind.LINES or one.moment is Moment.KILL_BEFORE_SENDING:
            return one.press(f"{verdict}-all")
        if kind is Kind.HELD:
            return one.press(verdict)
        return one.press(kind or verdict)

    @contextmanager
    def sending(self, decisions: Sequence[Decision]) -> Iterator[None]:
        """All of them pressed at once, while the block runs and until all are answered."""
        presses = [(one, self.press(one)) for one in decisions]
        with ThreadPoolExecutor(max(1, len(presses))) as pool:
            sent = [pool.submit(self.seats[0].send, *pair) for pair in presses]
            yield
        for future in sent:
            future.result()

    def at_once(self, presses: Sequence[Sending], threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            sent = [pool.submit(seat.send, one, press) for seat, one, press in presses]
        for future in sent:
            future.result()

    # --- What the tenant answers

    def answers(self) -> None:
        """Every way in which the tenant's answer may fail, mixed and several at once."""
        taken = [one for moment in ANSWERS for one in self.take(moment, self.count)]
        self.rng.shuffle(taken)
        for one in taken:
            self.peer.fault("POST", one.item, **ANSWERS[one.moment])
        seat = self.seats[0]
        self.at_once([(seat, one, self.press(one)) for one in taken], THREADS)

    # --- Other people, and the same press again

    def others(self) -> None:
        for one in self.take(Moment.OTHER_BEFORE, self.count):
            press = self.press(one)
            self.peer.decide(one, _opposite(press.command))
            self.seats[0].send(one, press)
        meanwhile = self.take(Moment.OTHER_WHILE, self.count)
        for one in meanwhile:
            self.peer.fault("POST", one.item, latency=1.5)
        with self.sending(meanwhile):
            there = self.peer.wait_for("POST", meanwhile)
            for one in meanwhile:
                one.is_hit = one in there
                self.peer.decide(one, _opposite(one.presses[0].command))

    def repeats(self) -> None:
        moments = [moment for moment in Moment if moment.fault in REPEATS]
        for one in [one for moment in moments for one in self.take(moment, self.count)]:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.1, 0.6))
            first = self.press(one)
            for _ in range(REPEATS[one.moment.fault]):
                one.press(first.command, first.key)
            self.at_once([(self.seats[0], one, press) for press in one.presses], 3)

    def two_verdicts(self) -> None:
        for one in self.take(Moment.TWO_VERDICTS, self.count):
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.0, 0.4))
            pairs = zip(self.seats, VERDICTS, strict=True)
            self.at_once([(seat, one, one.press(verdict)) for seat, verdict in pairs], 2)

    # --- Killed processes

    def kills(self) -> None:
        faults: dict[Moment, Callable[[list[Decision]], None]] = {
            Moment.KILL_RANDOM: self._kill_at_random,
            Moment.KILL_BEFORE_SENDING: self._kill_before_sending,
            Moment.KILL_UPSTREAM: self._kill_upstream,
            Moment.KILL_AFTER_EXECUTION: self._kill_after_execution,
            Moment.KILL_THEN_REPEAT: self._kill_then_repeat,
        }
        for fault, kill in faults.items():
            moments = [moment for moment in Moment if moment.fault is fault]
            hits = Counter[Moment]()
            for number in range(MOST_BATCHES):
                self.kills_all = number > 0  # a single worker may have had none of the first ones
                few = [moment for moment in moments if hits[moment] < self.count]
                batch = [one for moment in few for one in self.take(moment, BATCH)]
                if batch:
                    kill(batch)
                for one in batch:
                    one.is_hit = one.presses[0].told is None
                hits.update(one.moment for one in batch if one.is_hit)

    def kill(self) -> None:
        """One worker, or all of them."""
        workers = self.stage.workers()
        count = len(workers) if self.kills_all else self.rng.choice((1, len(workers)))
        for worker in self.rng.sample(workers, count):
            os.kill(worker.pid, signal.SIGKILL)

    def _kill_at_random(self, batch: list[Decision]) -> None:
        for one in batch:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.02, 0.3))
        with self.sending(batch):
            time.sleep(self.rng.uniform(0.0, 0.3))
            self.kill()

    def _kill_before_sending(self, batch: list[Decision]) -> None:
        """For a whole item the row is recorded, then the item is read, then the call is sent."""
        for one in batch:
            self.peer.fault("GET", one.item, latency=1.5)
        with self.sending(batch):
            self.peer.wait_for("GET", batch)
            self.kill()

    def _kill_upstream(self, batch: list[Decision]) -> None:
        for one in batch:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.8, 1.2))
        with self.sending(batch):
            self.peer.wait_for("POST", batch)
            time.sleep(self.rng.uniform(0.0, 0.4))
            self.kill()

    def _kill_after_execution(self, batch: list[Decision]) -> None:
        """Executed, the answer lost, and killed while the item is read again."""
        for one in batch:
            self.peer.fault("POST", one.item, status=502, after=True)
            self.peer.fault("GET", one.item, latency=1.5)
        with self.sending(batch):
            self.peer.wait_for("GET", batch)
            self.kill()

    def _kill_then_repeat(self, batch: list[Decision]) -> None:
        self._kill_upstream(batch)
        firsts = [(one, one.presses[0]) for one in batch]
        again = [(self.seats[0], one, one.press(it.command, it.key)) for one, it in firsts]
        self.at_once(again, len(batch))

    def sigterm(self) -> None:
        """Stop as a deployment does, while some are under way and more are pressed; start anew."""
        assert self.stage.dashboard is not None
        early = self.take(Moment.SIGTERM, self.count)
        late = self.take(Moment.SIGTERM, 2)
        for one in early:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.3, 1.5))
        with self.sending(early):
            there = self.peer.wait_for("POST", early)
            with self.sending(late):
                self.stage.dashboard.stop()
        for one in early + late:
            one.is_hit = one in there
        let_leases_end(self.database)  # of the kills before: the start has them to recover
        self.stage.dashboard.start()
        self.stage.dashboard.wait_until_ready(lambda: False)

    # --- The database

    def locked(self) -> None:
        """Locked longer than writers wait: before some are recorded, after others are sent."""
        sent = self.take(Moment.LOCKED_AT_CLOSE, self.count)
        fresh = self.take(Moment.LOCKED_AT_BEGIN, self.count)
        for one in sent:
            self.peer.fault("POST", one.item, latency=1.5)
        with self.sending(sent):
            self.peer.wait_for("POST", sent)
            with self.database.locked(), self.sending(fresh):
                time.sleep(self.database.hold)
        self._mark_hit(sent, fresh)

    def full(self) -> None:
        fresh = self.take(Moment.FULL_AT_BEGIN, self.count)
        with self.database.full("INSERT"), self.sending(fresh):
            pass
        sent = self.take(Moment.FULL_AT_CLOSE, self.count)
        with self.database.full("UPDATE"), self.sending(sent):
            pass
        self._mark_hit(sent, fresh)

    def _mark_hit(self, unclosed: list[Decision], unrecorded: list[Decision]) -> None:
        ends = {row["item_id"]: row["status"] for row in rows(self.database)}
        for one in unclosed:
            one.is_hit = ends.get(one.item) == "sending"
        for one in unrecorded:
            one.is_hit = one.item not in ends


def _opposite(verdict: str) -> str:
    return VERDICTS[1 - VERDICTS.index(verdict)]
