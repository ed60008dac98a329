"""Of a worker's threads only a share waits for other servers, and decisions have one more place."""

import time
from contextvars import copy_context

from taskmanager.core.places import Places, asking, may_wait


def test_who_finds_no_place_is_told_so_soon() -> None:
    places = Places(2, patience=0.2)
    assert places.take(urgent=False)
    assert places.take(urgent=False)

    begun = time.monotonic()
    refused = [places.take(urgent=False) for _ in range(5)]

    assert refused == [None] * 5
    assert 0.2 <= time.monotonic() - begun < 0.4  # the first one alone waited


def test_a_place_that_is_given_back_is_taken_by_the_next() -> None:
    places = Places(1, patience=0.05)
    held = places.take(urgent=False)
    assert held
    assert places.take(urgent=False) is None

    places.give_back(held)

    assert places.take(urgent=False)


def test_a_decision_has_a_place_where_readers_have_all_others() -> None:
    places = Places(1, spare=1, patience=0.05)
    assert places.take(urgent=False)
    assert places.take(urgent=False) is None
    spare = places.take(urgent=True)
    assert spare
    assert places.take(urgent=True) is None

    places.give_back(spare)

    assert places.take(urgent=False) is None
    assert places.take(urgent=True)


def test_a_request_takes_one_place_and_gives_it_back_at_its_end() -> None:
    places = Places(1, patience=0.05)
    for _ in range(3):
        with asking(places):
            assert may_wait()
            assert may_wait(urgent=True)
            assert places.take(urgent=False) is None


def test_outside_of_a_request_there_is_no_limit() -> None:
    assert may_wait()


def test_what_goes_on_after_its_request_takes_no_place() -> None:
    """Nobody would give it back: after a few of them the process would never wait again."""
    places = Places(1, patience=0.05)
    with asking(places):
        later = copy_context()
    assert later.run(may_wait)
    assert places.take(urgent=False)
