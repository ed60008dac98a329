"""The board of pinned owners, and the numbers beside the people whom a search finds."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import Tag
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command

from sandbox.handle import Sandbox
from tests.web.conftest import HTMX, AsUser, Browser, parsed, words
from workitems import pins
from workitems.models import Attempt, PinnedOwner, QueueState, TenantScanState
from workitems.queue_states import DatabaseQueueStates
from workitems.scope import Owner
from workitems.web.looks import REASON
from workitems.wiring import tenant_scan

pytestmark = pytest.mark.django_db
ADDRESSES = ("/board/", "/board/numbers/", "/owner/?q=maria")
LIST, NAMES = "/v2024/work-items", "/v2024/public-identities"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def scanned(settings: LazySettings, sandbox: Sandbox) -> None:
    """A scan has read the tenant a moment ago."""
    admin = sandbox.persona("admin")
    settings.TENANT_SCAN_CLIENT_ID = admin.pat_id
    settings.TENANT_SCAN_CLIENT_SECRET = admin.pat_secret
    for key in sandbox.world.queue(sandbox.persona("odd").id, done=False):  # name no owner
        sandbox.world.put(replace(sandbox.world.get(key), done=True))
    states = DatabaseQueueStates("a test")
    assert states.hold()
    assert tenant_scan(states).run_pass()
    states.release()
    sandbox.calls.clear()


def pinned(browser: Browser, sandbox: Sandbox, *keys: str) -> None:
    for key in keys:
        persona = sandbox.persona(key)
        pins.add(browser.persona_id, Owner(persona.id, persona.name))
    sandbox.calls.clear()


def calls(sandbox: Sandbox) -> list[str]:
    return [call.path for call in sandbox.api_calls]


def section(browser: Browser, name: str) -> Tag | None:
    return parsed(browser.get("/board/")).select_one(f"[aria-labelledby=board-{name}]")


def names(part: Tag) -> list[str]:
    return [words(link) for link in part.select(".owner > .choice")]


def waits(sandbox: Sandbox, key: str) -> int:
    return len(sandbox.world.queue(sandbox.persona(key).id, done=False))


def asked_for(tag: Tag, trigger: str) -> list[str]:
    links = tag.select(".owner__numbers > a")
    return [link["hx-get"] for link in links if trigger in link["hx-trigger"]]


def age(sandbox: Sandbox, key: str, days: int) -> None:
    """Have the owner's first task wait for so many days, and none of the others longer."""
    now = datetime.now(UTC)
    for number, entry in enumerate(sandbox.world.queue(sandbox.persona(key).id, done=False)):
        body = sandbox.world.get(entry)
        waiting = timedelta(days=days if number == 0 else 0, minutes=5)
        dated = {**body.body, "created": (now - waiting).isoformat().replace("+00:00", "Z")}
        sandbox.world.put(replace(body, body=dated))


@pytest.mark.parametrize("path", ADDRESSES)
def test_nobody_but_an_administrator_sees_numbers_and_no_call_is_made(
    approver: Browser, sandbox: Sandbox, path: str
) -> None:
    sandbox.calls.clear()
    other = sandbox.persona("heavy").id
    for address in (path, f"{path}{'&' if '?' in path else '?'}owner={other}"):
        assert approver.get(address).status_code == 403
    assert calls(sandbox) == []
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("path", ["/board/pin/", "/board/unpin/"])
def test_nobody_but_an_administrator_pins(approver: Browser, sandbox: Sandbox, path: str) -> None:
    sandbox.calls.clear()
    for owner in (sandbox.persona("heavy").id, approver.persona_id):
        assert approver.act(f"{path}?owner={owner}").status_code == 403
    assert calls(sandbox) == []
    assert not PinnedOwner.objects.exists()


@pytest.mark.parametrize("path", [*ADDRESSES, "/board/numbers/?owner=x"])
def test_the_reason_is_asked_before_any_number_is_shown(
    admin: Browser, sandbox: Sandbox, path: str
) -> None:
    session = admin.session
    del session[REASON]
    session.save()
    sandbox.calls.clear()
    assert admin.get(path)["Location"].startswith("/reason/")
    assert calls(sandbox) == []


def test_looks_at_numbers_are_one_row_a_session(admin: Browser, sandbox: Sandbox) -> None:
    for path in (*ADDRESSES, f"/board/numbers/?owner={sandbox.persona('heavy').id}"):
        assert admin.get(path).status_code == 200
    row = Attempt.objects.get()
    assert (row.command, row.owner_id, row.actor_id) == ("numbers", "", admin.persona_id)
    page = words(parsed(admin.get("/audit/?action=numbers")).select_one(".audit__row"))
    assert "Look at the numbers of queues" in page
    assert "Ticket 4711" in page
    assert "For whom" not in page


def test_an_empty_board_says_so_and_costs_no_call(admin: Browser, sandbox: Sandbox) -> None:
    sandbox.calls.clear()
    assert "Nobody is pinned yet." in words(section(admin, "pinned"))
    assert section(admin, "stuck") is None
    assert calls(sandbox) == []


def test_an_owner_is_pinned_and_taken_off_again(admin: Browser, sandbox: Sandbox) -> None:
    agent = sandbox.persona("agent")
    answer = parsed(admin.act(f"/board/pin/?owner={agent.id}"))
    assert words(answer.select_one("#status")) == "Pinned to your board."
    button = answer.select_one("form.pin button")
    assert button["aria-label"] == f"Take off the board: {agent.name}"
    assert names(section(admin, "pinned")) == [agent.name]
    admin.act(answer.select_one("form.pin")["action"])
    assert "Nobody is pinned yet." in words(section(admin, "pinned"))
    rows = Attempt.objects.filter(owner_id=agent.id).order_by("asked_at")
    assert [row.command for row in rows] == ["pin", "unpin"]
    assert {row.opened()["owner"] for row in rows} == {agent.name}


def test_without_javascript_a_pin_leads_back_and_says_so(admin: Browser, sandbox: Sandbox) -> None:
    owner = sandbox.persona("agent").id
    before = "http://localhost:8000/owner/?q=ag"
    answer = admin.post(f"/board/pin/?owner={owner}", headers={"Referer": before})
    assert answer["Location"] == before
    assert "Pinned to your board." in words(parsed(admin.get("/board/")).select_one("#notices"))
    elsewhere = {"Referer": "https://evil.example.com/"}
    answer = admin.post(f"/board/unpin/?owner={owner}", headers=elsewhere)
    assert answer["Location"] == "/board/"


def test_a_full_board_takes_nobody_more(admin: Browser, sandbox: Sandbox) -> None:
    for number in range(pins.MOST):
        pins.add(admin.persona_id, Owner(f"owner-{number}", "Somebody"))
    sandbox.calls.clear()
    answer = admin.act(f"/board/pin/?owner={sandbox.persona('agent').id}")
    assert answer.status_code == 422
    assert "Your board has 50 owners" in words(parsed(answer).select_one("[role=alert]"))
    assert PinnedOwner.objects.count() == pins.MOST
    assert not Attempt.objects.filter(command="pin").exists()


def test_the_same_owner_is_pinned_once(admin: Browser, sandbox: Sandbox) -> None:
    for _ in range(2):
        admin.act(f"/board/pin/?owner={sandbox.persona('agent').id}")
    assert PinnedOwner.objects.count() == 1


def test_the_banner_of_a_queue_offers_to_pin_its_owner(admin: Browser, sandbox: Sandbox) -> None:
    owner = sandbox.persona("agent").id
    for label in ("Pin to the board", "Take off the board"):
        banner = parsed(admin.get(f"/?owner={owner}")).select_one(".owner-banner")
        assert words(banner.select_one("form.pin button")) == label
        admin.act(banner.select_one("form.pin")["action"])
    framed = admin.get(f"/widget/?owner={owner}", headers={"Sec-Fetch-Dest": "iframe"})
    assert parsed(framed).select_one(".owner-banner form.pin") is None


def test_an_id_that_can_be_none_is_refused(admin: Browser) -> None:
    for path in ("/board/pin/", "/board/unpin/"):
        assert admin.act(f"{path}?owner={'x' * 300}").status_code == 404
    assert admin.get(f"/board/numbers/?owner={'x' * 300}").status_code == 404


@pytest.mark.usefixtures("no_row_can_be_written")
def test_what_cannot_be_recorded_is_neither_shown_nor_pinned(
    admin: Browser, sandbox: Sandbox
) -> None:
    sandbox.calls.clear()
    assert admin.get("/board/").status_code == 503
    assert admin.act(f"/board/pin/?owner={sandbox.persona('agent').id}").status_code == 503
    assert not PinnedOwner.objects.exists()
    assert LIST not in calls(sandbox)


def test_a_name_is_sealed_for_its_row_person_and_owner(admin: Browser, as_user: AsUser) -> None:
    pins.add(admin.persona_id, Owner("one", "Ines Weber"))
    pins.add("another-person", Owner("one", "Tom Roth"))
    assert "Weber" not in str(list(PinnedOwner.objects.values()))
    theirs = PinnedOwner.objects.get(person_id="another-person")
    PinnedOwner.objects.filter(person_id=admin.persona_id).update(sealed=theirs.sealed)
    assert pins.of_person(admin.persona_id) == (Owner("one", ""),)
    assert pins.of_person("another-person") == (Owner("one", "Tom Roth"),)


def test_nobody_sees_whom_another_administrator_has_pinned(
    admin: Browser, sandbox: Sandbox
) -> None:
    pins.add("another-person", Owner(sandbox.persona("agent").id, "Agent"))
    assert "Nobody is pinned yet." in words(section(admin, "pinned"))


def test_a_name_that_no_key_opens_is_looked_up_again(
    admin: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    pinned(admin, sandbox, "agent", "approver")
    settings.LEDGER_KEYS = ["k" * 40]
    agent, approver = sandbox.persona("agent"), sandbox.persona("approver")
    assert sorted(names(section(admin, "pinned"))) == sorted([agent.name, approver.name])
    assert calls(sandbox) == [NAMES]  # both at once
    section(admin, "pinned")
    assert calls(sandbox) == [NAMES]


def test_pins_are_sealed_anew_and_erased_with_either_person(
    admin: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.LEDGER_KEYS = ["a" * 40]
    pinned(admin, sandbox, "agent")
    pins.add("another-person", Owner(admin.persona_id, "Admin"))
    settings.LEDGER_KEYS = ["b" * 40, "a" * 40]
    call_command("reseal")
    settings.LEDGER_KEYS = ["b" * 40]
    assert [one.name for one in pins.of_person(admin.persona_id)] == [sandbox.persona("agent").name]
    call_command("clearledger", person=admin.persona_id)
    assert not PinnedOwner.objects.exists()


class TestWithoutAScan:
    def test_the_page_comes_without_numbers_and_asks_for_each(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "approver")
        part = section(admin, "pinned")
        assert calls(sandbox) == []
        assert len(asked_for(part, "revealed")) == 2
        for address in asked_for(part, "revealed") * 2:
            admin.fragment(address)
        assert calls(sandbox) == [LIST, LIST]  # once for each, and not again within a minute

    def test_the_numbers_are_those_of_the_queue(self, admin: Browser, sandbox: Sandbox) -> None:
        age(sandbox, "approver", 17)
        owner = sandbox.persona("approver").id
        told = words(parsed(admin.fragment(f"/board/numbers/?owner={owner}")))
        number = waits(sandbox, "approver")
        assert told.startswith(f"{number} open tasks · the oldest waits 2 weeks")
        assert "(read just now)" in told
        assert f"You have {number} tasks waiting, the oldest for 2 weeks:" in told

    def test_of_a_long_queue_the_oldest_may_be_older_than_what_was_read(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('heavy').id}"
        sandbox.calls.clear()
        told = words(parsed(admin.fragment(address)))
        assert calls(sandbox) == [LIST]
        assert "or longer" in told
        assert "the oldest for" not in told  # nobody is told what may be wrong
        assert "tasks waiting: http://localhost:8000/" in told

    def test_a_queue_in_which_nothing_waits_has_no_message(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('empty').id}"
        page = parsed(admin.fragment(address))
        assert words(page).startswith("0 open tasks (read")
        assert [words(one) for one in page.select("[data-value]")] == ["http://localhost:8000/"]

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            ({"status": 429}, "SailPoint is busy"),
            ({"status": 503}, "SailPoint cannot be reached"),
            ({"latency": 11.0}, "SailPoint is slow to answer"),
            ({"body": "<p>proxy</p>"}, "SailPoint's answer makes no sense"),
        ],
    )
    def test_what_sailpoint_does_not_tell_is_said_with_the_reason_and_asked_again(
        self, admin: Browser, sandbox: Sandbox, fault: dict[str, Any], why: str
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('agent').id}"
        sandbox.fault("GET", "/work-items$", times=9, **fault)
        part = parsed(admin.fragment(address))
        assert words(part) == f"How much waits is not known now. {why} Try again"
        sandbox.gate.faults.clear()
        assert "open task" in words(parsed(admin.fragment(part.a["hx-get"])))

    def test_a_refusal_is_told_as_one_of_the_whole_queue(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        sandbox.fault("GET", "/work-items$", status=403)
        answer = admin.fragment(f"/board/numbers/?owner={sandbox.persona('agent').id}")
        assert (answer.status_code, answer["HX-Retarget"]) == (403, "#notices")
        assert "SailPoint does not show this" in words(parsed(answer))

    def test_a_decision_in_that_queue_ends_what_was_kept(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        owner = sandbox.persona("agent").id
        address = f"/board/numbers/?owner={owner}"
        admin.fragment(address)
        row = Attempt.objects.get()
        Attempt.objects.filter(pk=row.pk).update(owner_id=owner, sent_at=datetime.now(UTC))
        sandbox.calls.clear()
        admin.fragment(address)
        assert calls(sandbox) == [LIST]

    def test_without_javascript_the_numbers_are_a_page(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        page = parsed(admin.get(f"/board/numbers/?owner={sandbox.persona('agent').id}"))
        assert "open task" in words(page.select_one("main"))

    def test_a_search_costs_one_call_and_asks_for_the_first_five(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        sandbox.calls.clear()
        page = parsed(admin.get("/owner/?q=ma", headers=HTMX))
        assert calls(sandbox) == [NAMES]
        assert len(page.select(".owner")) == 10
        addresses = asked_for(page, "load")
        assert len(addresses) == 5
        assert len(asked_for(page, "click")) == 10
        for address in addresses:
            admin.fragment(address)
        assert calls(sandbox) == [NAMES, *[LIST] * 5]


@pytest.mark.usefixtures("scanned")
class TestWithTheScan:
    def test_the_stuck_queues_of_the_tenant_come_first(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        age(sandbox, "agent", 900)
        age(sandbox, "approver", 800)
        call_command("scan_tenant", "--once")
        sandbox.calls.clear()
        part = section(admin, "stuck")
        assert calls(sandbox) == [NAMES]
        expected = [sandbox.persona("agent").name, sandbox.persona("approver").name]
        assert names(part)[:2] == expected
        assert f"{waits(sandbox, 'agent')} open tasks" in words(part.select_one(".owner"))
        assert "the oldest waits 2 years" in words(part.select_one(".owner"))
        section(admin, "stuck")
        assert calls(sandbox) == [NAMES]

    def test_pinned_owners_cost_no_call_and_stand_by_age(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "empty", "approver", "agent")
        QueueState.objects.filter(owner_id=sandbox.persona("agent").id).update(oldest_at=10.0)
        QueueState.objects.exclude(
            owner_id__in=[sandbox.persona(key).id for key in ("approver", "agent")]
        ).delete()
        part = section(admin, "pinned")
        assert names(part) == [sandbox.persona(key).name for key in ("agent", "approver", "empty")]
        assert asked_for(part, "revealed") == []
        assert calls(sandbox) == []

    def test_of_as_old_ones_the_longer_queue_comes_first(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "heavy")
        QueueState.objects.update(oldest_at=10.0)
        part = section(admin, "pinned")
        assert names(part) == [sandbox.persona(key).name for key in ("heavy", "agent")]

    def test_a_search_shows_numbers_at_no_call_more(self, admin: Browser, sandbox: Sandbox) -> None:
        page = parsed(admin.get("/owner/?q=maria.s", headers=HTMX))
        assert calls(sandbox) == [NAMES]
        assert f"{waits(sandbox, 'approver')} open tasks" in words(page.select_one(".owner"))

    @pytest.mark.parametrize(
        "change",
        [
            {"confirmed_at": time.time() - 3600},
            {"off_because": "The token may not list the work items of the tenant."},
        ],
    )
    def test_a_scan_that_is_old_or_off_is_not_believed(
        self, admin: Browser, sandbox: Sandbox, change: dict[str, object]
    ) -> None:
        pinned(admin, sandbox, "agent")
        TenantScanState.objects.update(**change)
        assert section(admin, "stuck") is None
        assert len(asked_for(section(admin, "pinned"), "revealed")) == 1

    def test_whose_numbers_are_in_doubt_is_asked_for(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "approver")
        agent = sandbox.persona("agent")
        QueueState.objects.filter(owner_id=agent.id).update(is_doubtful=True)
        assert agent.name not in names(section(admin, "stuck"))
        part = section(admin, "pinned")
        assert names(part)[-1] == agent.name
        assert len(asked_for(part, "revealed")) == 1

    def test_of_a_list_with_rows_of_nobody_only_asked_numbers_count(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent")
        TenantScanState.objects.update(is_partial=True)
        assert section(admin, "stuck") is None
        QueueState.objects.filter(owner_id=sandbox.persona("agent").id).update(completed=1)
        assert names(section(admin, "stuck")) == [sandbox.persona("agent").name]

    def test_a_row_of_an_earlier_version_gets_its_moment_from_the_next_pass(
        self, sandbox: Sandbox
    ) -> None:
        before = dict(QueueState.objects.values_list("owner_id", "oldest_at"))
        assert all(before.values())
        QueueState.objects.update(oldest_at=None, completed=7)
        call_command("scan_tenant", "--once")
        assert dict(QueueState.objects.values_list("owner_id", "oldest_at")) == before
        assert set(QueueState.objects.values_list("completed", flat=True)) == {7}  # no call more


def test_the_link_is_what_the_owner_opens_and_the_queue_can_be_handed_over(
    admin: Browser, sandbox: Sandbox, scanned: None
) -> None:
    pinned(admin, sandbox, "agent")
    row = section(admin, "pinned").select_one(".owner")
    owner = sandbox.persona("agent").id
    assert row.select_one(".choice")["href"] == f"/?owner={owner}"
    links = {words(link): link["href"] for link in row.select("a.button")}
    assert links == {"Hand over this queue": f"/bulk/forward/?owner={owner}&all=1"}
    link, message = [words(one) for one in row.select("[data-value]")]
    assert link == "http://localhost:8000/"
    assert message.endswith(f": {link}")
    assert "owner=" not in message


def test_the_menu_leads_an_administrator_to_the_board(admin: Browser, approver: Browser) -> None:
    assert parsed(admin.get("/sessions/")).select_one("#person-menu") is not None
    assert parsed(admin.get("/")).select_one("#person-menu a[href='/board/']")
    assert parsed(approver.get("/")).select_one("#person-menu a[href='/board/']") is None


def test_the_board_is_no_page_of_the_widget(admin: Browser) -> None:
    assert admin.get("/widget/board/").status_code == 404


def test_a_pinned_owner_is_named_without_a_call_and_a_page_names_anybody(
    admin: Browser, sandbox: Sandbox
) -> None:
    pinned(admin, sandbox, "agent")
    agent, approver = sandbox.persona("agent"), sandbox.persona("approver")
    button = parsed(admin.fragment(f"/board/numbers/?owner={agent.id}")).select_one("button")
    assert button["aria-label"] == f"Copy a link: {agent.name}"
    assert calls(sandbox) == [LIST]
    page = parsed(admin.get(f"/board/numbers/?owner={approver.id}"))
    assert words(page.select_one("h1")) == approver.name
    assert calls(sandbox) == [LIST, NAMES, LIST]
