"""The same read of the same person at the same moment is one call."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from workitems.isc.single_flight import SingleFlight


class Calls:
    """Calls that wait until they are let go; counts them."""

    def __init__(self) -> None:
        self.count = 0
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.count += 1
        self.begun.set()
        assert self.go_on.wait(5)
        return f"answer {self.count}"


@pytest.fixture
def reads() -> SingleFlight[str]:
    return SingleFlight()


def started(pool: ThreadPoolExecutor, ask: Callable[[], str], calls: Calls) -> Future[str]:
    """One question, once its call is under way."""
    future = pool.submit(ask)
    assert calls.begun.wait(5)
    return future


def test_who_asks_meanwhile_gets_the_same_answer_from_one_call(reads: SingleFlight[str]) -> None:
    calls = Calls()
    with ThreadPoolExecutor(8) as pool:
        first = started(pool, lambda: reads.read("maria", "list", calls), calls)
        others = [pool.submit(reads.read, "maria", "list", calls) for _ in range(7)]
        calls.go_on.set()
        assert {one.result(5) for one in (first, *others)} == {"answer 1"}
    assert calls.count == 1


def test_later_it_is_asked_anew(reads: SingleFlight[str]) -> None:
    calls = Calls()
    calls.go_on.set()
    assert [reads.read("maria", "list", calls) for _ in range(2)] == ["answer 1", "answer 2"]


@pytest.mark.parametrize(("person", "what"), [("noor", "list"), ("maria", "another list")])
def test_nobody_gets_the_answer_to_another_question(
    reads: SingleFlight[str], person: str, what: str
) -> None:
    calls, other = Calls(), Calls()
    other.go_on.set()
    with ThreadPoolExecutor(1) as pool:
        started(pool, lambda: reads.read("maria", "list", calls), calls)
        assert reads.read(person, what, other) == "answer 1"
        calls.go_on.set()
    assert calls.count == other.count == 1


def test_an_error_is_everybodys_who_asked_and_nobodys_later(reads: SingleFlight[str]) -> None:
    calls = Calls()

    def fails() -> str:
        calls()
        raise TimeoutError("slow")

    with ThreadPoolExecutor(2) as pool:
        first = started(pool, lambda: reads.read("maria", "list", fails), calls)
        second = pool.submit(reads.read, "maria", "list", fails)
        calls.go_on.set()
        errors = [one.exception(5) for one in (first, second)]
    assert [str(error) for error in errors] == ["slow", "slow"]
    assert reads.read("maria", "list", lambda: "well again") == "well again"


def test_after_a_write_nobody_joins_a_read_that_began_before_it(reads: SingleFlight[str]) -> None:
    calls, later = Calls(), Calls()
    later.go_on.set()
    with ThreadPoolExecutor(1) as pool:
        before = started(pool, lambda: reads.read("maria", "list", calls), calls)
        reads.forget("maria")
        assert reads.read("maria", "list", later) == "answer 1"
        calls.go_on.set()
        assert before.result(5) == "answer 1"
    assert later.count == 1


def test_a_write_of_another_person_changes_nothing(reads: SingleFlight[str]) -> None:
    calls = Calls()
    with ThreadPoolExecutor(2) as pool:
        first = started(pool, lambda: reads.read("maria", "list", calls), calls)
        reads.forget("noor")
        second = pool.submit(reads.read, "maria", "list", calls)
        calls.go_on.set()
        assert first.result(5) == second.result(5)
    assert calls.count == 1
