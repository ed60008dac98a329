"""The same read of the same person at the same moment is one call in all processes."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from tests.redis_server import RedisServer
from tests.unit.test_single_flight import Calls
from workitems import wiring
from workitems.isc import shared_flight
from workitems.isc.shared_flight import Seals, SharedFlight
from workitems.isc.transport import Reply

if TYPE_CHECKING:
    from redis import Redis


def unseal(sealed: str, key: str) -> str | None:
    owner, answer = json.loads(sealed[::-1])
    return str(answer) if owner == key else None


SEALS = Seals(
    mark=lambda text: str(abs(hash(text))),
    seal=lambda answer, key: json.dumps([key, answer])[::-1],
    unseal=unseal,
)


@pytest.fixture
def flights(server: RedisServer) -> list[SharedFlight[str]]:
    """Of three processes; threads of one process have one of them."""
    return [SharedFlight(server.link(), SEALS) for _ in range(3)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as pool:
        yield pool


def first(pool: ThreadPoolExecutor, flight: SharedFlight[str], calls: Calls) -> "Future[str]":
    future = pool.submit(flight.read, "maria", "list", calls)
    assert calls.begun.wait(5)
    return future


def wait_until_awaited(admin: "Redis") -> None:
    waited = threading.Event()
    while not admin.keys("*:awaited:*"):
        waited.wait(0.01)


def test_processes_that_ask_meanwhile_get_the_answer_to_one_call(
    flights: list[SharedFlight[str]], pool: ThreadPoolExecutor, admin: "Redis"
) -> None:
    calls, never = Calls(), Calls()
    futures = [first(pool, flights[0], calls)]
    futures += [pool.submit(one.read, "maria", "list", never) for one in flights[1:] * 4]
    wait_until_awaited(admin)
    calls.go_on.set()
    assert {one.result(5) for one in futures} == {"answer 1"}
    assert (calls.count, never.count) == (1, 0)


def test_later_it_is_asked_anew(flights: list[SharedFlight[str]]) -> None:
    calls = Calls()
    calls.go_on.set()
    answers = [one.read("maria", "list", calls) for one in flights]
    assert answers == ["answer 1", "answer 2", "answer 3"]


@pytest.mark.parametrize(("person", "what"), [("noor", "list"), ("maria", "another list")])
def test_nobody_gets_the_answer_to_another_question(
    flights: list[SharedFlight[str]], pool: ThreadPoolExecutor, person: str, what: str
) -> None:
    calls = Calls()
    future = first(pool, flights[0], calls)
    assert flights[1].read(person, what, lambda: "own") == "own"
    calls.go_on.set()
    assert future.result(5) == "answer 1"


def test_after_a_write_no_process_joins_a_read_that_began_before_it(
    flights: list[SharedFlight[str]], pool: ThreadPoolExecutor
) -> None:
    calls = Calls()
    future = first(pool, flights[0], calls)
    flights[2].forget("noor")
    flights[1].forget("maria")
    assert flights[2].read("maria", "list", lambda: "after the write") == "after the write"
    calls.go_on.set()
    assert future.result(5) == "answer 1"


def test_who_waits_for_a_call_that_fails_calls_itself(
    flights: list[SharedFlight[str]], pool: ThreadPoolExecutor, admin: "Redis"
) -> None:
    calls = Calls()

    def fails() -> str:
        calls()
        raise TimeoutError("slow")

    future = pool.submit(flights[0].read, "maria", "list", fails)
    assert calls.begun.wait(5)
    other = pool.submit(flights[1].read, "maria", "list", lambda: "own")
    wait_until_awaited(admin)
    calls.go_on.set()
    assert str(future.exception(5)) == "slow"
    assert other.result(5) == "own"


def test_who_waits_for_a_process_that_is_gone_calls_itself(
    flights: list[SharedFlight[str]],
    pool: ThreadPoolExecutor,
    admin: "Redis",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_flight, "LONGEST", 0.3)
    calls = Calls()
    future = first(pool, flights[0], calls)
    assert flights[1].read("maria", "list", lambda: "own") == "own"  # after the bound
    (key,) = admin.keys("*:read:*")
    admin.delete(key)  # it has expired
    other = pool.submit(flights[1].read, "maria", "list", lambda: "own")
    assert other.result(5) == "own"
    calls.go_on.set()
    future.result(5)


def wired() -> SharedFlight[Reply]:
    """What a new process has by the settings."""
    wiring.redis_link.cache_clear()
    wiring.reads.cache_clear()
    made = wiring.reads()
    wiring.redis_link.cache_clear()
    wiring.reads.cache_clear()
    assert isinstance(made, SharedFlight)
    return made


@pytest.mark.parametrize("harm", ["kill", "hang"])
def test_without_redis_every_process_reads_alone(
    flights: list[SharedFlight[str]], pool: ThreadPoolExecutor, server: RedisServer, harm: str
) -> None:
    calls = Calls()
    future = first(pool, flights[0], calls)
    getattr(server, harm)()
    assert flights[1].read("maria", "list", lambda: "own") == "own"
    flights[1].forget("maria")
    calls.go_on.set()
    assert future.result(5) == "answer 1"


def test_what_stands_in_redis_is_sealed_short_lived_and_names_nobody(
    server: RedisServer, pool: ThreadPoolExecutor, admin: "Redis"
) -> None:
    """As the settings wire it, in two processes."""
    reply = Reply(200, [{"id": "item-of-maria"}], {"X-Total-Count": "1"}, "request-1")
    begun, go_on = threading.Event(), threading.Event()

    def call() -> Reply:
        begun.set()
        assert go_on.wait(5)
        return reply

    what = ("/v2024/work-items", "limit=50", "en")
    with override_settings(REDIS_URL=server.url):
        one, other = wired(), wired()
        futures = [pool.submit(one.read, "maria", what, call)]
        assert begun.wait(5)
        futures.append(pool.submit(other.read, "maria", what, call))
        wait_until_awaited(admin)
        go_on.set()
        same = [future.result(5) for future in futures]
        one.forget("maria")
    for flight in (one, other):
        flight._link.close()
    assert same[1] == reply
    assert same[1].headers["x-total-count"] == "1"  # type: ignore[index]
    keys = admin.keys("*")
    everything = " ".join(
        f"{key} {admin.get(key) if admin.type(key) == 'string' else ''}" for key in keys
    )
    assert ":answer:" in everything
    assert not any(word in everything for word in ("maria", "work-items", "en'", "request-1"))
    assert all(0 < admin.pttl(key) <= 60_000 for key in keys)
    assert all(0 < admin.pttl(key) <= 5000 for key in keys if ":answer:" in key)
