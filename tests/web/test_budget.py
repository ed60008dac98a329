"""One budget of upstream calls for everybody: what people are told when it is used up."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.conf import LazySettings

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from workitems.isc.budget import Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.models import Attempt
from workitems.wiring import budget as budget_of_settings
from workitems.wiring import budget_of

pytestmark = pytest.mark.django_db
Limited = Callable[[int], SharedBudget]


@pytest.fixture
def limited(settings: LazySettings) -> Iterator[Limited]:
    """Gives this process a budget of so many calls in 10 s."""

    def give(limit: int) -> SharedBudget:
        settings.ISC_BUDGET, settings.WEB_CONCURRENCY = limit, 0  # and the job worker
        budget = budget_of_settings()
        assert isinstance(budget, SharedBudget)
        return budget

    budget_of.cache_clear()
    yield give
    budget_of.cache_clear()


def use_up(budget: SharedBudget, purpose: Purpose) -> int:
    """How many calls had a place before one was told to wait."""
    count = 0
    with suppress(OverBudget):
        while True:
            budget.take(purpose)
            count += 1
    return count


def test_a_page_over_the_budget_makes_no_call_and_says_when_it_is_its_turn(
    approver: Browser, sandbox: Sandbox, limited: Limited
) -> None:
    use_up(limited(100), Purpose.VIEW)
    calls = len(sandbox.api_calls)
    response = approver.get("/")
    page = parsed(response)
    assert response.status_code == 429
    assert "Many people are at work right now" in words(page.select_one("main"))
    assert f"in {response['Retry-After']} seconds" in words(page.select_one("main"))
    assert 5 < int(response["Retry-After"]) <= 11
    assert len(sandbox.api_calls) == calls


def test_in_the_page_it_is_asked_again_when_it_is_its_turn(
    approver: Browser, limited: Limited
) -> None:
    use_up(limited(100), Purpose.VIEW)
    response = approver.fragment("/?tab=completed")
    assert response.status_code == 429
    assert response["HX-Retarget"] == "#notices"
    notice = parsed(response).select_one("[data-retry-after]")
    assert notice["data-retry-after"] == response["Retry-After"]


def test_a_decision_goes_out_where_pages_have_to_wait(
    approver: Browser, sandbox: Sandbox, limited: Limited
) -> None:
    row = single(dashboard(approver))
    budget = limited(100)
    use_up(budget, Purpose.BACKGROUND)
    use_up(budget, Purpose.VIEW)
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert words(parsed(response).select_one("#status")).endswith(": Approved.")
    assert len(writes(sandbox)) == 1


def test_a_decision_over_the_budget_is_told_as_not_sent_and_can_be_pressed_again(
    approver: Browser, sandbox: Sandbox, limited: Limited
) -> None:
    row = single(dashboard(approver))
    use_up(limited(100), Purpose.DECISION)
    response = press(approver, row, "Approve")
    assert response.status_code == 429
    assert "It was not sent yet. Please press the button again in" in words(parsed(response))
    assert writes(sandbox) == []
    assert Attempt.objects.get().status == "not-sent"
    budget_of.cache_clear()  # ten seconds later
    again = press(approver, row, "Approve")
    assert words(parsed(again).select_one("#status")).endswith(": Approved.")
    assert len(writes(sandbox)) == 1


def test_the_numbers_of_open_pages_give_way_to_what_somebody_looks_at(
    approver: Browser, sandbox: Sandbox, limited: Limited
) -> None:
    use_up(limited(100), Purpose.BACKGROUND)
    assert approver.fragment("/counts/").status_code == 429
    assert sandbox.api_calls == []
    response = approver.get("/")
    assert response.status_code == 200
    assert [call.path for call in sandbox.api_calls] == ["/v2024/work-items"]
    assert words(parsed(response).select_one("#badge")) == "34 open"


def test_a_rate_limit_for_one_is_a_wait_for_all(
    approver: Browser, as_user: AsUser, sandbox: Sandbox, limited: Limited
) -> None:
    limited(100)
    sandbox.fault("GET", "/completed$", status=429, retry_after=300)
    first = approver.fragment("/?tab=completed")
    assert (first.status_code, first["Retry-After"]) == (429, "300")
    assert "SailPoint asks us to wait 300 seconds" in words(parsed(first))
    calls = len(sandbox.api_calls)
    other = as_user("agent")
    for response in (other.get("/"), other.fragment("/counts/")):
        assert response.status_code == 429
        assert 290 < int(response["Retry-After"]) <= 301
    assert len(sandbox.api_calls) == calls


@pytest.mark.parametrize(("processes", "calls"), [(1, 80), (2, 40), (4, 20)])
def test_processes_divide_the_budget(processes: int, calls: int) -> None:
    budget_of.cache_clear()
    budget = budget_of(100, processes, 8)
    assert isinstance(budget, SharedBudget)
    assert use_up(budget, Purpose.VIEW) == calls
    budget_of.cache_clear()
