"""The tenant scan: numbers of every owner from a token of its own, and pages that cost no call."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from sandbox.entries import Entry
from sandbox.handle import Sandbox
from tests.e2e.reading import decide_elsewhere
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import poll, press
from tests.web.test_decide import dashboard, single
from workitems.isc.schemas import WorkItemPage
from workitems.models import QueueState, TenantScanState
from workitems.queue_states import DatabaseQueueStates, scanned
from workitems.services.tenant_scan import ScanIsOff, TenantScan
from workitems.wiring import tenant_scan

pytestmark = pytest.mark.django_db
During = Callable[[Callable[[], None]], None]
SUMMARY = "/v2024/work-items/summary"
HOST = "https://portal.example.com"


@pytest.fixture(autouse=True)
def configured(settings: LazySettings, sandbox: Sandbox) -> None:
    admin = sandbox.persona("admin")
    settings.TENANT_SCAN_CLIENT_ID = admin.pat_id
    settings.TENANT_SCAN_CLIENT_SECRET = admin.pat_secret
    settings.FRAME_ANCESTORS = (HOST,)


@pytest.fixture(autouse=True)
def every_row_names_its_owner(configured: None, sandbox: Sandbox) -> list[Entry]:
    """Takes out those that do not; returns them."""
    odd = sandbox.world.queue(sandbox.persona("odd").id, done=False)
    entries = [entry for entry in map(sandbox.world.get, odd) if entry]
    for entry in entries:
        sandbox.world.put(replace(entry, done=True))
    return entries


@pytest.fixture
def scan() -> TenantScan:
    states = DatabaseQueueStates("a test")
    assert states.hold()
    return tenant_scan(states)


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> During:
    """Has something happen in the tenant after the first page of the next pass was read."""

    def plan(happen: Callable[[], None]) -> None:
        read = TenantScan._page

        def page(self: TenantScan, offset: int) -> object:
            found = read(self, offset)
            if offset == 0:
                monkeypatch.setattr(TenantScan, "_page", read)
                happen()
            return found

        monkeypatch.setattr(TenantScan, "_page", page)

    return plan


def truth(sandbox: Sandbox) -> dict[str, int]:
    """How many work items wait for whom, by the tenant's own record."""
    entries = [sandbox.world.get(key) for key in sandbox.world.queue(None, done=False)]
    return dict(Counter(entry.owner for entry in entries if entry and entry.owner))


def known() -> dict[str, int]:
    return {row.owner_id: row.open for row in QueueState.objects.all() if row.open}


def calls(sandbox: Sandbox) -> list[str]:
    return [call.path for call in sandbox.api_calls]


def first_of(sandbox: Sandbox, owner: str) -> Entry:
    entry = sandbox.world.get(sandbox.world.queue(owner, done=False)[0])
    assert entry
    return entry


def moved(sandbox: Sandbox, entry: Entry, owner: str) -> None:
    """Have the work item forwarded in the tenant, past the dashboard."""
    body = entry.body
    if isinstance(body, dict):
        body = {**body, "ownerId": owner}
    sandbox.world.put(replace(entry, owner=owner, body=body))


def test_a_pass_finds_everybodys_numbers(scan: TenantScan, sandbox: Sandbox) -> None:
    assert scan.run_pass()
    assert known() == truth(sandbox)
    assert len(truth(sandbox)) > 3
    total = len(sandbox.world.queue(None, done=False))
    assert len(calls(sandbox)) == total // 250 + 1  # nobody is asked singly
    assert not any("ownerId" in call.query for call in sandbox.api_calls)


def test_it_keeps_numbers_and_marks_and_nothing_else(scan: TenantScan, sandbox: Sandbox) -> None:
    scan.run_pass()
    kept = str(list(QueueState.objects.values()))
    for entry in (first_of(sandbox, sandbox.persona(key).id) for key in ("approver", "agent")):
        assert isinstance(entry.body, dict)
        for name in ("id", "requesterDisplayName", "ownerName", "name"):
            assert str(entry.body[name]) not in kept


def test_a_poll_and_the_badge_cost_no_call(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    scan.run_pass()
    sandbox.calls.clear()
    assert poll(approver, page).status_code in {200, 304}
    badge = approver.get("/widget/badge/", headers={"Sec-Fetch-Dest": "iframe"})
    waits = truth(sandbox)[approver.persona_id]
    assert f"{waits} open tasks" in words(parsed(badge))
    assert poll(approver, parsed(badge), "/widget/badge/").status_code == 304
    assert calls(sandbox) == []


def test_nothing_waits_for_somebody_whom_the_scan_has_never_seen(
    scan: TenantScan, as_user: AsUser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    badge = as_user("empty").get("/widget/badge/", headers={"Sec-Fetch-Dest": "iframe"})
    assert "0 open tasks" in words(parsed(badge))


def test_a_page_that_shows_a_whole_list_knows_its_mark(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    page = dashboard(approver)
    scan.run_pass()
    sandbox.calls.clear()
    assert poll(approver, page).status_code == 304
    assert calls(sandbox) == []


def test_another_list_of_the_same_length_is_told(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    page = dashboard(approver)
    mine = first_of(sandbox, approver.persona_id)
    theirs = first_of(sandbox, sandbox.persona("agent").id)
    moved(sandbox, mine, theirs.owner)
    moved(sandbox, theirs, mine.owner)
    scan.run_pass()
    answer = parsed(poll(approver, page))
    assert words(answer.select_one("#status")) == "The list has changed. Reload"


def test_a_new_task_is_told_as_before(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    page = dashboard(approver)
    moved(sandbox, first_of(sandbox, sandbox.persona("agent").id), approver.persona_id)
    scan.run_pass()
    sandbox.calls.clear()
    answer = parsed(poll(approver, page))
    assert "1 new task." in words(answer.select_one("#status"))
    assert words(answer.select_one("#count-completed"))  # the scan has asked
    assert calls(sandbox) == []


def test_a_page_that_is_newer_than_the_scan_keeps_its_numbers(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    moved(sandbox, first_of(sandbox, sandbox.persona("agent").id), approver.persona_id)
    page = dashboard(approver)
    sandbox.calls.clear()
    assert poll(approver, page).status_code == 304
    assert calls(sandbox) == []


def test_a_decision_here_counts_at_once(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    waits = truth(sandbox)[approver.persona_id]
    scan.run_pass()
    press(approver, single(dashboard(approver)), "Approve")
    assert scanned(approver.persona_id).open == waits - 1
    sandbox.calls.clear()
    badge = approver.get("/widget/badge/", headers={"Sec-Fetch-Dest": "iframe"})
    assert f"{waits - 1} open tasks" in words(parsed(badge))
    assert calls(sandbox) == []
    scan.run_pass()
    row = QueueState.objects.get(owner_id=approver.persona_id)
    assert (row.open, row.completed is None, row.is_doubtful) == (waits - 1, False, False)


def test_a_forward_that_a_read_has_shown_counts_at_once(
    scan: TenantScan, admin: Browser, sandbox: Sandbox
) -> None:
    waits = truth(sandbox)[admin.persona_id]
    scan.run_pass()
    form = parsed(press(admin, single(dashboard(admin)), "Forward"))
    sandbox.fault("POST", "/forward$", drop=True, after=True)
    press(admin, form, "Forward", target=sandbox.persona("agent").id, comment="x")
    assert scanned(admin.persona_id).open == waits - 1


def test_a_decision_during_a_pass_is_not_overwritten(
    scan: TenantScan, approver: Browser, sandbox: Sandbox, during: During
) -> None:
    waits = truth(sandbox)[approver.persona_id]
    scan.run_pass()
    row = single(dashboard(approver))
    during(lambda: press(approver, row, "Approve"))
    scan.run_pass()
    assert scanned(approver.persona_id).open == waits - 1
    scan.run_pass()
    assert known() == truth(sandbox)


@pytest.mark.parametrize("who", ["approver", "heavy"])
def test_a_list_that_moves_while_it_is_read_gives_no_wrong_number(
    scan: TenantScan, sandbox: Sandbox, during: During, who: str
) -> None:
    scan.run_pass()
    first = first_of(sandbox, sandbox.persona(who).id)
    during(lambda: sandbox.world.put(replace(first, done=True)))
    scan.run_pass()
    assert known() == truth(sandbox)


def test_what_leaves_as_another_comes_is_found_in_the_next_pass(
    scan: TenantScan, sandbox: Sandbox, during: During
) -> None:
    scan.run_pass()
    heavy, agent = sandbox.persona("heavy").id, sandbox.persona("agent").id
    during(lambda: moved(sandbox, first_of(sandbox, heavy), agent))
    scan.run_pass()
    scan.run_pass()
    assert known() == truth(sandbox)


def test_the_first_pass_publishes_nothing_while_the_list_moves(
    scan: TenantScan, sandbox: Sandbox, during: During
) -> None:
    first = first_of(sandbox, sandbox.persona("heavy").id)
    during(lambda: sandbox.world.put(replace(first, done=True)))
    assert not scan.run_pass()
    assert known() == {}
    assert scan.run_pass()
    assert known() == truth(sandbox)


def test_whom_nobody_could_ask_is_in_doubt_and_asks_for_themselves(
    scan: TenantScan, approver: Browser, sandbox: Sandbox, during: During
) -> None:
    scan.run_pass()
    page = dashboard(approver)
    first = first_of(sandbox, approver.persona_id)
    during(lambda: sandbox.world.put(replace(first, done=True)))
    sandbox.fault("GET", "/summary$", status=500, times=1_000)
    scan.run_pass()
    sandbox.gate.faults.clear()
    assert scanned(approver.persona_id) is None
    sandbox.calls.clear()
    poll(approver, page)
    assert calls(sandbox) == [SUMMARY]
    scan.run_pass()
    assert scanned(approver.persona_id).open == truth(sandbox)[approver.persona_id]


def test_a_newcomer_in_doubt_is_not_told_that_nothing_waits(
    scan: TenantScan, as_user: AsUser, sandbox: Sandbox, during: During
) -> None:
    scan.run_pass()
    newcomer = as_user("empty")
    moved(sandbox, first_of(sandbox, sandbox.persona("heavy").id), newcomer.persona_id)
    first = first_of(sandbox, sandbox.persona("heavy").id)
    during(lambda: sandbox.world.put(replace(first, done=True)))
    sandbox.fault("GET", "/summary$", status=500, times=1_000)
    scan.run_pass()
    sandbox.gate.faults.clear()
    assert scanned(newcomer.persona_id) is None
    badge = newcomer.get("/widget/badge/", headers={"Sec-Fetch-Dest": "iframe"})
    assert "1 open task" in words(parsed(badge))


def test_a_length_that_is_not_true_costs_a_bounded_number_of_calls(
    scan: TenantScan, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workitems.services.tenant_scan.MOST_PAGES", 12)
    read = TenantScan._page

    def lying(self: TenantScan, offset: int) -> WorkItemPage:
        return replace(read(self, offset), total=10**9)

    monkeypatch.setattr(TenantScan, "_page", lying)
    scan.run_pass()
    pages = len(sandbox.world.queue(None, done=False)) // 250 + 1
    assert pages < len(calls(sandbox)) <= pages + 13


def test_rows_without_an_owner_make_nobodys_number_wrong(
    scan: TenantScan,
    as_user: AsUser,
    sandbox: Sandbox,
    every_row_names_its_owner: list[Entry],
) -> None:
    """They wait for somebody whom the list does not name: each asks once, and is believed then."""
    for entry in every_row_names_its_owner:
        sandbox.world.put(entry)
    scan.run_pass()
    for key, is_counted in (("approver", True), ("odd", False), ("empty", True)):
        person = as_user(key)
        waits = len(sandbox.world.queue(person.persona_id, done=False))
        for asked in (1, 0 if is_counted else 1):
            sandbox.calls.clear()
            badge = person.get("/widget/badge/", headers={"Sec-Fetch-Dest": "iframe"})
            assert f"{waits} open tasks" in words(parsed(badge))
            assert len(calls(sandbox)) == asked


def test_a_list_of_ones_own_alone_switches_it_off(sandbox: Sandbox) -> None:
    sandbox.behaviour.lists_whole_tenant = False
    with pytest.raises(CommandError, match="token's own owner alone"):
        call_command("scan_tenant", "--once")
    assert "own owner alone" in TenantScanState.objects.get().off_because


def test_an_administrator_who_lost_their_level_clears_nobodys_numbers(
    scan: TenantScan, sandbox: Sandbox
) -> None:
    scan.run_pass()
    before = known()
    sandbox.behaviour.lists_whole_tenant = False
    with pytest.raises(ScanIsOff):
        scan.run_pass()
    assert known() == before


def test_an_empty_list_proves_nothing(scan: TenantScan, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/work-items$", body="[]")
    with pytest.raises(ScanIsOff, match="how long the list is"):
        scan.run_pass()
    assert known() == {}


def test_a_tenant_that_lists_no_further_switches_it_off(sandbox: Sandbox) -> None:
    sandbox.behaviour.largest_offset = 400
    with pytest.raises(CommandError, match="only the first 500 work items"):
        call_command("scan_tenant", "--once")


def test_a_tenant_that_refuses_to_begin_at_the_end_is_read_whole(
    scan: TenantScan, sandbox: Sandbox
) -> None:
    """A list of as many full pages as there are has its end where another would begin."""
    keys = sandbox.world.queue(None, done=False)
    for key in keys[len(keys) // 250 * 250 :]:
        sandbox.world.put(replace(sandbox.world.get(key), done=True))
    sandbox.behaviour.refuses_past_end = True
    scan.run_pass()
    assert known() == truth(sandbox)


def test_a_refused_token_switches_it_off(settings: LazySettings, sandbox: Sandbox) -> None:
    settings.TENANT_SCAN_CLIENT_SECRET = "wrong"
    with pytest.raises(CommandError, match="refuses the personal access token"):
        call_command("scan_tenant", "--once")
    assert "refuses" in TenantScanState.objects.get().off_because


def test_somebody_without_a_level_is_told_so(settings: LazySettings, sandbox: Sandbox) -> None:
    person = sandbox.persona("approver")
    settings.TENANT_SCAN_CLIENT_ID = person.pat_id
    settings.TENANT_SCAN_CLIENT_SECRET = person.pat_secret
    with pytest.raises(CommandError, match="own owner alone"):
        call_command("scan_tenant", "--once")


def test_the_command_publishes_a_pass(sandbox: Sandbox) -> None:
    call_command("scan_tenant", "--once")
    assert known() == truth(sandbox)


def test_one_process_scans_and_the_next_takes_over(sandbox: Sandbox) -> None:
    one, other = DatabaseQueueStates("one"), DatabaseQueueStates("other")
    assert one.hold()
    assert not other.hold()
    with pytest.raises(CommandError, match="Another process"):
        call_command("scan_tenant", "--once")
    one.release()
    assert other.hold()


def test_a_scan_that_has_stopped_is_not_believed(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    TenantScanState.objects.update(confirmed_at=time.time() - 301)
    sandbox.calls.clear()
    approver.fragment("/counts/")
    assert calls(sandbox) == [SUMMARY]


def test_an_expired_token_is_replaced(scan: TenantScan, sandbox: Sandbox) -> None:
    scan.run_pass()
    sandbox.clock.advance(800)
    assert scan.run_pass()


def test_a_page_is_one_call_where_the_scan_knows_both_numbers(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    dashboard(approver)  # its own read tells the scan how many are completed
    sandbox.calls.clear()
    page = dashboard(approver)
    assert calls(sandbox) == ["/v2024/work-items"]
    assert words(page.select_one("#count-completed"))


def test_without_the_setting_nothing_of_it_is_used(
    scan: TenantScan, approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    scan.run_pass()
    settings.TENANT_SCAN_CLIENT_ID = ""
    sandbox.calls.clear()
    approver.fragment("/counts/")
    assert calls(sandbox) == [SUMMARY]
    with pytest.raises(CommandError, match="TENANT_SCAN_CLIENT_ID"):
        call_command("scan_tenant")


def test_the_reports_of_the_tenant_can_be_chosen(sandbox: Sandbox) -> None:
    sandbox.behaviour.largest_offset = 10_000
    assert asdict(sandbox.behaviour) == {
        "largest_offset": 10_000,
        "refuses_past_end": False,
        "lists_whole_tenant": True,
    }
    sandbox.reset()
    assert sandbox.behaviour.largest_offset is None


def test_somebody_elses_decision_in_the_tenant_is_found(
    scan: TenantScan, approver: Browser, sandbox: Sandbox
) -> None:
    scan.run_pass()
    decide_elsewhere(sandbox, "approver", "Treasury dashboards for Ximena")
    scan.run_pass()
    assert known() == truth(sandbox)
    assert QueueState.objects.get(owner_id=approver.persona_id).completed is not None
