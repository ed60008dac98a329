"""What a person hears of a write that failed: always whether it was sent."""

import re

import pytest

from workitems.domain import results
from workitems.isc import errors
from workitems.view_models.problem import WORDS, Problem

SAID = re.compile(
    r"not sent|nothing was (sent|changed)|did not say whether|it stays as it was", re.IGNORECASE
)
LIMITED = (errors.RateLimited, errors.OverBudget)


def problem(kind: type[errors.IscError], *, is_write: bool) -> Problem:
    more = {"retry_after": 3.0} if kind in LIMITED else {}
    return Problem.of(kind("for the log", **more), is_write=is_write)


@pytest.mark.parametrize("kind", [*WORDS, *LIMITED, errors.UnusableId])
def test_a_write_that_failed_says_whether_it_was_sent(kind: type[errors.IscError]) -> None:
    told = problem(kind, is_write=True)
    assert SAID.search(f"{told.title}. {told.text}"), told


@pytest.mark.parametrize("kind", [errors.TimedOut, errors.UnexpectedReply, errors.RateLimited])
def test_a_read_that_failed_says_nothing_of_sending(kind: type[errors.IscError]) -> None:
    assert not SAID.search(str(problem(kind, is_write=False).text))


def test_an_end_that_nobody_knows_is_not_called_nothing() -> None:
    assert "Nothing was" not in problem(errors.OutcomeUnknown, is_write=True).text
    assert "Nothing was" not in problem(results.LedgerUnreadable, is_write=True).text
