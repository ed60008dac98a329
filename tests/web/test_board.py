"""The board of pinned owners: who may, who is asked why, what is recorded and sealed."""

from dataclasses import replace

import pytest
from bs4 import Tag
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from workitems import pins
from workitems.models import Attempt, PinnedOwner
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
