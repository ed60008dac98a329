"""Requests run at a stack depth at which CPython does not map and unmap memory on each call."""

import resource
import sys
from collections.abc import Callable

import pytest

from taskmanager.wsgi import with_room


def leaf(number: int) -> int:
    return number + 1


def calls_at(depth: int) -> None:
    """Make two hundred calls at this stack depth."""
    if depth:
        calls_at(depth - 1)
        return
    for number in range(200):
        leaf(number)


def calls_at_every_depth() -> None:
    for depth in range(300):
        calls_at(depth)


def page_faults(work: Callable[[], object]) -> int:
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


@pytest.mark.skipif(
    sys.platform != "linux" or sys.implementation.name != "cpython",
    reason="counts the page faults of a thread",
)
def test_no_depth_of_calls_maps_memory_again_and_again() -> None:
    assert page_faults(with_room(calls_at_every_depth)) < page_faults(calls_at_every_depth) / 4


def test_arguments_and_answer_pass_through() -> None:
    assert with_room(lambda one, two: (two, one))(1, 2) == (2, 1)
