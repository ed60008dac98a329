"""One scene for each kind of moment: press, let the fault happen, keep what the people are told."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.bench.stage import Stage
from tests.faults.database import Database, let_leases_end, rows
from tests.faults.moments import ANSWERS, Moment
from tests.faults.pressing import Decision, Press, Seat
from tests.faults.tenant import Peer

VERDICTS = ("approve", "reject")
THREADS = 6  # presses at once where the faults do not share anything
BATCH = 4  # decisions in flight that share a kill
MOST_BATCHES = 8
Sending = tuple[Seat, Decision, Press]


@dataclass
class Scenes:
    """A round on freshly seeded work items: `count` decisions at least for each moment."""

    stage: Stage
    peer: Peer
    database: Database
    rng: Random
    count: int
    items: list[tuple[str, str]]
    seats: Sequence[Seat]
    log_offset: int
    decisions: list[Decision] = field(default_factory=list)

    def take(self, moment: Moment, count: int) -> list[Decision]:
        taken = [Decision(moment, *self.items.pop()) for _ in range(count)]
        self.decisions += taken
        return taken

    def verdict(self) -> str:
        return self.rng.choice(VERDICTS)

    @contextmanager
    def sending(self, decisions: Sequence[Decision], *, whole: bool = False) -> Iterator[None]:
        """All of them pressed at once, while the block runs and until all are answered."""
        presses = [(one, one.press(self.verdict())) for one in decisions]
        with ThreadPoolExecutor(max(1, len(presses))) as pool:
            sent = [pool.submit(self.seats[0].send, *pair, whole=whole) for pair in presses]
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
        self.at_once([(seat, one, one.press(self.verdict())) for one in taken], THREADS)

    # --- Other people, and the same press again

    def others(self) -> None:
        for one in self.take(Moment.OTHER_BEFORE, self.count):
            press = one.press(self.verdict())
            self.peer.decide(one, _opposite(press.verdict))
            self.seats[0].send(one, press)
        meanwhile = self.take(Moment.OTHER_WHILE, self.count)
        for one in meanwhile:
            self.peer.fault("POST", one.item, latency=1.5)
        with self.sending(meanwhile):
            there = self.peer.wait_for("POST", meanwhile)
            for one in meanwhile:
                one.is_hit = one in there
                self.peer.decide(one, _opposite(one.presses[0].verdict))

    def repeats(self) -> None:
        twice = self.take(Moment.DOUBLE, self.count)
        thrice = self.take(Moment.TRIPLE, self.count)
        for one in twice + thrice:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.1, 0.6))
            verdict = self.verdict()
            first = one.press(verdict)
            for _ in range(1 if one in twice else 2):
                one.press(verdict, first.key)
            self.at_once([(self.seats[0], one, press) for press in one.presses], 3)

    def two_verdicts(self) -> None:
        for one in self.take(Moment.TWO_VERDICTS, self.count):
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.0, 0.4))
            pairs = zip(self.seats, VERDICTS, strict=True)
            self.at_once([(seat, one, one.press(verdict)) for seat, verdict in pairs], 2)

    # --- Killed processes

    def kills(self) -> None:
        moments: dict[Moment, Callable[[list[Decision]], None]] = {
            Moment.KILL_RANDOM: self._kill_at_random,
            Moment.KILL_BEFORE_SENDING: self._kill_before_sending,
            Moment.KILL_UPSTREAM: self._kill_upstream,
            Moment.KILL_AFTER_EXECUTION: self._kill_after_execution,
            Moment.KILL_THEN_REPEAT: self._kill_then_repeat,
        }
        for moment, kill in moments.items():
            hits = 0
            for _ in range(MOST_BATCHES):
                if hits >= self.count:
                    break
                batch = self.take(moment, BATCH)
                kill(batch)
                for one in batch:
                    one.is_hit = one.presses[0].told is None
                hits += sum(one.is_hit for one in batch)

    def _kill(self) -> None:
        """One worker, or all of them."""
        workers = self.stage.workers()
        for worker in self.rng.sample(workers, self.rng.choice((1, len(workers)))):
            os.kill(worker.pid, signal.SIGKILL)

    def _kill_at_random(self, batch: list[Decision]) -> None:
        for one in batch:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.02, 0.3))
        with self.sending(batch):
            time.sleep(self.rng.uniform(0.0, 0.3))
            self._kill()

    def _kill_before_sending(self, batch: list[Decision]) -> None:
        """For a whole item the row is recorded, then the item is read, then the call is sent."""
        for one in batch:
            self.peer.fault("GET", one.item, latency=1.5)
        with self.sending(batch, whole=True):
            self.peer.wait_for("GET", batch)
            self._kill()

    def _kill_upstream(self, batch: list[Decision]) -> None:
        for one in batch:
            self.peer.fault("POST", one.item, latency=self.rng.uniform(0.8, 1.2))
        with self.sending(batch):
            self.peer.wait_for("POST", batch)
            time.sleep(self.rng.uniform(0.0, 0.4))
            self._kill()

    def _kill_after_execution(self, batch: list[Decision]) -> None:
        """Executed, the answer lost, and killed while the item is read again."""
        for one in batch:
            self.peer.fault("POST", one.item, status=502, after=True)
            self.peer.fault("GET", one.item, latency=1.5)
        with self.sending(batch):
            self.peer.wait_for("GET", batch)
            self._kill()

    def _kill_then_repeat(self, batch: list[Decision]) -> None:
        self._kill_upstream(batch)
        firsts = [(one, one.presses[0]) for one in batch]
        again = [(self.seats[0], one, one.press(it.verdict, it.key)) for one, it in firsts]
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
