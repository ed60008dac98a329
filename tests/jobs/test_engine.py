"""The alarm clock: what it wakes, when, and what it may not do."""

import pickle
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone
from huey import SqliteHuey
from huey.serializer import SignedSerializer

from taskmanager.jobs import heartbeat, registry
from taskmanager.jobs.engine import Engine, run, scan, wake
from taskmanager.jobs.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids for which the job "note" was done."""
    ids: list[str] = []
    monkeypatch.setitem(registry.JOBS, "note", ids.append)
    return ids


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite3"


def queue(file: Path) -> Engine:
    serializer = SignedSerializer(secret="a secret", salt="a salt")
    return Engine(SqliteHuey("test", filename=str(file), results=False, serializer=serializer))


@pytest.fixture
def working(file: Path) -> Iterator[Engine]:
    """A queue with a consumer at work."""
    engine = queue(file)
    consumer = engine.consumer(2)
    consumer.start()
    yield engine
    consumer.stop(graceful=True)


def wait_for(ids: list[str], count: int, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while len(ids) < count and time.monotonic() < until:
        time.sleep(0.02)


def test_an_alarm_set_by_one_process_rings_in_another(
    working: Engine, file: Path, done: list[str]
) -> None:
    queue(file).wake("note", "a", None)
    wait_for(done, 1)
    assert done == ["a"]


def test_an_alarm_rings_at_its_moment_and_not_before(working: Engine, done: list[str]) -> None:
    started = time.monotonic()
    working.wake("note", "later", timezone.now() + timedelta(seconds=2))
    working.wake("note", "now", None)
    wait_for(done, 2)
    assert done == ["now", "later"]
    assert 2 <= time.monotonic() - started < 5


def test_a_job_that_fails_stops_no_other(
    working: Engine, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: str) -> None:
        raise ValueError(key)

    monkeypatch.setitem(registry.JOBS, "fail", fail)
    working.wake("fail", "a", None)
    working.wake("nobody registered this", "a", None)
    working.wake("note", "b", None)
    wait_for(done, 1)
    assert done == ["b"]


def test_what_somebody_wrote_into_the_queue_is_not_run(
    working: Engine, file: Path, done: list[str]
) -> None:
    forged = SqliteHuey("test", filename=str(file), results=False)  # without the signature
    forged.storage.enqueue(pickle.dumps(("run", "x", None, None, 0, 0, ("note", "a"), {}, {})))
    working.wake("note", "b", None)
    wait_for(done, 1)
    assert done == ["b"]


def test_a_scan_asks_each_of_those_who_may_have_work(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    def broken() -> None:
        raise RuntimeError

    looks = [broken, lambda: done.append("scanned")]
    monkeypatch.setattr("taskmanager.jobs.engine.DUE_SCANS", looks)
    scan()
    assert done == ["scanned"]


def test_what_is_hourly_is_done_at_the_start_and_after_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[registry.Scan] = []
    monkeypatch.setattr(registry, "DUE_SCANS", looks)
    done: list[int] = []
    registry.hourly(lambda: done.append(1))
    now = [1000.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: now[0])
    for seconds in (0, 60, 3599, 3600, 3660):
        now[0] = 1000.0 + seconds
        looks[0]()
    assert len(done) == 2


def test_a_job_that_nobody_knows_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    run("unheard of", "a")
    assert "a job failed: unheard of" in caplog.text


def test_a_worker_lives_while_it_says_so() -> None:
    assert not heartbeat.is_worker_alive()
    heartbeat.beat()
    heartbeat.beat()
    assert heartbeat.is_worker_alive()
    assert Heartbeat.objects.count() == 1
    Heartbeat.objects.update(beaten_at=time.time() - heartbeat.ALIVE - 1)
    assert not heartbeat.is_worker_alive()
    heartbeat.beat()
    heartbeat.stop()
    assert not heartbeat.is_worker_alive()


class Flaky:
    """A queue whose connection was closed since it was used last."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.rung: list[str] = []

    def wake(self, name: str, key: str, at: object) -> None:
        if self.failures:
            self.failures -= 1
            raise OperationalError("the connection is lost")
        self.rung.append(key)


@pytest.mark.parametrize(("failures", "rung"), [(1, ["a"]), (2, [])])
def test_an_alarm_survives_one_closed_connection_and_never_an_error(
    monkeypatch: pytest.MonkeyPatch, failures: int, rung: list[str]
) -> None:
    flaky = Flaky(failures)
    monkeypatch.setattr("taskmanager.jobs.engine.engine", lambda: flaky)
    wake("note", "a")
    assert flaky.rung == rung
