"""Numbers are kept for seconds, per person and queue, and end with the first decision."""

import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.e2e.reading import decide_elsewhere
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import count, dashboard, single
from workitems.models import Attempt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings: LazySettings) -> None:
    settings.COUNTS_SECONDS = 10


def reads(sandbox: Sandbox) -> list[str]:
    """The last part of each path that was read; the list's own is "work-items"."""
    return [call.path.rpartition("/")[2] for call in sandbox.api_calls if call.method == "GET"]


def test_page_badge_and_widget_share_what_they_read(approver: Browser, sandbox: Sandbox) -> None:
    approver.get("/")
    assert sorted(reads(sandbox)) == ["summary", "work-items"]
    approver.get("/")
    approver.fragment("/counts/")
    approver.fragment("/?tab=completed")
    assert sorted(reads(sandbox)) == ["completed", "summary", "work-items", "work-items"]


def test_a_decision_ends_them_at_once(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    press(approver, single(page), "Approve")
    again = dashboard(approver)
    assert reads(sandbox).count("summary") == 2
    assert count(again, "open") == count(page, "open") - 1
    assert count(again, "completed") == count(page, "completed") + 1


def test_so_does_a_decision_of_another_process(approver: Browser, sandbox: Sandbox) -> None:
    """Its row in the ledger tells."""
    approver.get("/")
    now = timezone.now()
    row = Attempt(
        key="k", item_id="i", approval_item_id="", owner_id=approver.persona_id, actor_id="noor",
        session="s", command="approve", surface="page", status="sending", asked_at=now,
        sent_at=now, is_live=True, live_until=now,
    )  # fmt: skip
    row.seal({})
    row.save()
    approver.get("/")
    assert reads(sandbox).count("summary") == 2


def test_a_list_that_has_changed_elsewhere_asks_for_the_numbers_anew(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    decide_elsewhere(sandbox, "approver", "Treasury dashboards for Ximena")
    again = dashboard(approver)
    assert reads(sandbox).count("summary") == 2
    assert count(again, "open") == count(page, "open") - 1
    assert count(again, "completed") == count(page, "completed") + 1


def test_nobody_gets_the_numbers_of_another(
    approver: Browser, as_user: AsUser, sandbox: Sandbox
) -> None:
    first, other = dashboard(approver), dashboard(as_user("agent"))
    assert reads(sandbox).count("summary") == 2
    assert count(first, "open") != count(other, "open")


def test_an_admins_look_is_kept_apart_from_the_owners_own(
    admin: Browser, approver: Browser, sandbox: Sandbox
) -> None:
    approver.get("/")
    admin.get(f"/?owner={approver.persona_id}")
    assert reads(sandbox).count("summary") == 2


def test_numbers_that_sailpoint_did_not_tell_are_not_kept(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.fault("GET", "/summary$", status=500)
    approver.get("/")
    page = parsed(approver.get("/"))
    assert "open" in words(page.select_one("#badge"))
    assert reads(sandbox).count("summary") == 2


def test_after_their_time_they_are_read_anew(approver: Browser, sandbox: Sandbox) -> None:
    approver.get("/")
    cache.clear()  # ten seconds later
    approver.get("/")
    assert reads(sandbox).count("summary") == 2


@pytest.fixture
def framed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)


def widget(browser: Browser, address: str = "/widget/") -> BeautifulSoup:
    return parsed(browser.get(address, headers={"Sec-Fetch-Dest": "iframe"}))


@pytest.mark.usefixtures("framed")
def test_a_widget_opens_with_one_call_and_again_with_none(
    approver: Browser, sandbox: Sandbox
) -> None:
    first = widget(approver)
    assert reads(sandbox) == ["work-items"]
    again = widget(approver)
    assert reads(sandbox) == ["work-items"]
    titles = [[words(title) for title in page.select(".task__title")] for page in (first, again)]
    assert titles[0] == titles[1] != []
    # Its list tells how many are open; the other number is left out until somebody has asked.
    assert words(first.select_one("#count-open")) == str(len(titles[0]))
    assert words(first.select_one("#count-completed")) == ""
    assert words(first.select_one("#badge")) == f"{len(titles[0])} open"


@pytest.mark.usefixtures("framed")
def test_a_list_that_is_shown_again_claims_to_be_no_younger(approver: Browser) -> None:
    times = [widget(approver).select_one("#badge [name=as_of]")["value"] for _ in range(2)]
    assert times[0] == times[1]


@pytest.mark.usefixtures("framed")
@pytest.mark.parametrize("first", ["/widget/", "/widget/badge/"])
def test_a_badge_beside_a_widget_shares_what_either_reads(
    approver: Browser, sandbox: Sandbox, first: str
) -> None:
    pages = {path: widget(approver, path) for path in (first, "/widget/badge/", "/widget/")}
    waits = words(pages["/widget/"].select_one("#count-open"))
    assert words(pages["/widget/badge/"].select_one("#badge")) == f"{waits} open tasks"
    assert reads(sandbox).count("work-items") == 1
    assert reads(sandbox).count("summary") == (0 if first == "/widget/" else 1)


@pytest.mark.usefixtures("framed")
def test_a_widget_shows_both_numbers_where_a_page_has_just_read_them(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    sandbox.calls.clear()
    assert count(widget(approver), "completed") == count(page, "completed")
    assert reads(sandbox) == ["work-items"]


@pytest.mark.usefixtures("framed")
def test_a_decision_ends_what_a_widget_has_read(approver: Browser, sandbox: Sandbox) -> None:
    first = widget(approver)
    press(approver, single(first), "Approve")
    assert count(widget(approver), "open") == count(first, "open") - 1
    assert reads(sandbox) == ["work-items"] * 2


@pytest.mark.usefixtures("framed")
def test_whoever_asks_a_widget_for_its_list_anew_gets_it_anew(
    approver: Browser, sandbox: Sandbox
) -> None:
    widget(approver)
    approver.fragment("/widget/")
    assert reads(sandbox).count("work-items") == 2


@pytest.mark.usefixtures("framed")
def test_a_widget_never_shows_the_tasks_of_another(approver: Browser, as_user: AsUser) -> None:
    theirs = {words(title) for title in widget(approver).select(".task__title")}
    mine = {words(title) for title in widget(as_user("agent")).select(".task__title")}
    assert mine
    assert mine & theirs == set()
