"""The widget's main journey in Firefox as Debian ships it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.frame.conftest import World
from tests.e2e.frame.firefox import Firefox
from tests.e2e.frame.portal import THREE, portal_address
from tests.e2e.frame.sites import page_around
from tests.e2e.reading import item_id, writes

APPROVED, REJECTED = "ximena.caballero", "HSALGADO"
COMPLETED = "Confirm that you received the digest"
FORWARDED = "31 people lose access"
CANARY = (
    "Cookie “plain” has been rejected because it is foreign"
    " and does not have the “Partitioned“ attribute."
)
LONG_ENOUGH = 0.6  # seconds: a second press counts half a second after the first
OF_FRAMES = {"__Host-widget-zone", "__Host-widget-appearance"}  # beside the session


@pytest.fixture
def firefox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firefox]:
    """Fails the test on script errors, policy violations and rejected cookies."""
    with Firefox(getattr(request, "param", "partitioned"), tmp_path) as firefox:
        yield firefox
        assert [each for each in firefox.complaints() if each != CANARY] == []


def sign_in(firefox: Firefox) -> None:
    firefox.press("Sign in")
    firefox.choose("approver")
    firefox.window_is_gone()
    arrived(firefox)


def arrived(firefox: Firefox) -> None:
    """Wait until the list is loaded and the host page has resized the frame."""
    firefox.sees("Pending tasks")
    firefox.until("heard.some(([type, { height }]) => type === 'resize' && height > 640)")


def told(firefox: Firefox, kind: str, count: int = 1) -> list[Any]:
    """Wait for `count` events of this type in the host page; returns their details."""
    details = f"heard.filter(([type]) => type === '{kind}').map(([, detail]) => detail)"
    found: list[Any] = firefox.until(f"(all => all.length >= {count} && all)({details})")
    return found


def decide(firefox: Firefox, world: World, button: str, inside: str) -> str:
    """Press, confirm by a second press; returns the path of the one write to the tenant."""
    before = writes(world.tenant)
    firefox.press(button, inside=inside)
    firefox.sees("Press again to confirm.")
    assert writes(world.tenant) == before
    time.sleep(LONG_ENOUGH)
    firefox.press(button, inside=inside)
    assert told(firefox, "decided", len(before) + 1)[-1]["status"] == "succeeded"
    (path,) = writes(world.tenant)[len(before) :]
    return path


@pytest.mark.parametrize(
    ("firefox", "held"),
    [("partitioned", "plain=1; chips=1"), ("opt-in", "chips=1"), ("refused", "")],
    indirect=["firefox"],
)
def test_canary_other_sites_cookies_are_what_we_say(
    firefox: Firefox, world: World, held: str
) -> None:
    """Checks the test setup: if this fails, the other tests of this file prove nothing."""
    framed = page_around(f"{world.stranger}/cookies", site=world.host)
    read = "document.querySelector('pre') && [document.querySelector('pre').innerText]"
    firefox.open(f"{world.stranger}/cookies/set")
    firefox.open(framed)
    assert firefox.until(read, "frame") == [""]

    firefox.open(page_around(f"{world.stranger}/cookies/set", site=world.host))
    firefox.open(framed)
    assert firefox.until(read, "frame") == [held]


@pytest.mark.parametrize("firefox", ["partitioned", "opt-in"], indirect=True)
def test_one_button_one_window_and_the_frame_is_signed_in_and_out(
    firefox: Firefox, world: World
) -> None:
    firefox.open(portal_address(world))
    sign_in(firefox)
    assert [len(told(firefox, kind)) for kind in ("signed-out", "signed-in", "count")] == [1, 1, 1]
    assert firefox.cookies_of(world.dash) == {
        "__Host-widget",
        "__Host-widget-zone",
        "__Host-widget-appearance",
    }

    firefox.open(f"{world.dash}/signed-out/")
    assert firefox.cookies_of(world.dash) == {"session", "zone"}
    answer = firefox.until("fetch('/', {redirect: 'manual'}).then(({ type }) => type)")
    assert answer == "opaqueredirect"  # a redirect to the sign-in: this page has no session
    firefox.open(portal_address(world, site=world.near))
    firefox.sees("Sign in to see your tasks")
    firefox.close()
    firefox.close()

    firefox.reload()
    arrived(firefox)
    firefox.press(world.tenant.persona("approver").name, inside="header")
    firefox.press("Sign out", inside="header")
    firefox.sees("Sign in to see your tasks")
    assert len(told(firefox, "signed-out")) == 1
    firefox.press("Sign in")  # the session at the provider still exists
    firefox.window_is_gone()
    firefox.sees("Pending tasks")


def test_each_decision_is_asked_for_twice_and_sent_once(firefox: Firefox, world: World) -> None:
    firefox.open(portal_address(world))
    sign_in(firefox)
    before = told(firefox, "count")[-1]
    tasks = (APPROVED, REJECTED, COMPLETED, FORWARDED)
    ids = [item_id(world.tenant, "approver", task) for task in tasks]
    rows = [f"#item-{each}" for each in ids]

    paths = [
        decide(firefox, world, "Approve: Give Treasury to ximena.caballero on Tableau", rows[0])
    ]
    firefox.press("Reject: Give Z_VENDOR_MASTER to HSALGADO on SAP ERP", inside=rows[1])  # flagged
    paths.append(decide(firefox, world, "Reject 1 item", "#dialog"))
    paths.append(decide(firefox, world, f"Mark complete: {COMPLETED}", rows[2]))
    firefox.press(f"Forward: {FORWARDED}", inside=rows[3])
    agent = world.tenant.persona("agent")
    firefox.fill("Search people", agent.alias, role="searchbox", inside="#dialog")
    person = f"{agent.name} {agent.alias} · {agent.alias}@acme.example"
    firefox.until("document.querySelector('#dialog input[type=radio]') !== null", "frame")
    time.sleep(0.9)  # a press on what has just moved would not count
    firefox.press(person, role="radio", inside="#dialog")
    firefox.fill("Comment (required)", "You know these people.", inside="#dialog")
    paths.append(decide(firefox, world, "Forward", "#dialog"))

    firefox.sees(f"Forwarded to {agent.name}.")
    ends = (f"{ids[0]}/approve/", f"{ids[1]}/reject/", f"{ids[2]}", f"{ids[3]}/forward")
    assert all(f"/work-items/{end}" in path for end, path in zip(ends, paths, strict=True))
    assert [event["id"] for event in told(firefox, "decided")] == ids
    after = {"open": before["open"] - 4, "completed": None}
    assert told(firefox, "count", 5)[-1] == after
    assert told(firefox, "error", 0) == []


@pytest.mark.parametrize("wait", [0.15, 0.4, 0.55])
def test_one_press_too_many_on_the_same_spot_decides_nothing_more(
    firefox: Firefox, world: World, wait: float
) -> None:
    """In the widget a decision takes two presses; the third may meet what has come there."""
    firefox.open(portal_address(world))
    sign_in(firefox)
    row = f"#item-{item_id(world.tenant, 'approver', THREE)}"
    firefox.until(f"document.querySelector('{row} summary').click() ?? true", "frame")
    buttons = f"[...document.querySelectorAll('{row} li button[aria-label^=Approve]')]"
    decided = 0
    while firefox.until(f"[{buttons}.length]", "frame")[0]:
        name = firefox.until(f"{buttons}.at(-1).getAttribute('aria-label')", "frame")
        decide(firefox, world, name, inside=row)
        decided += 1
        time.sleep(wait)
        firefox.press_again()
        time.sleep(LONG_ENOUGH)
        assert len(writes(world.tenant)) == decided
        opened = "[document.querySelectorAll('#detail > *, #dialog > *').length]"
        assert firefox.until(opened, "frame") == [0]
    assert decided == 2  # the third had been decided before


def test_beside_the_dashboard_the_full_pages_session_is_enough(
    firefox: Firefox, world: World
) -> None:
    firefox.open(world.dash)
    firefox.choose("approver", "page")
    firefox.sees("Pending tasks", "page")

    firefox.open(portal_address(world, site=world.near))
    arrived(firefox)
    row = f"#item-{item_id(world.tenant, 'approver', APPROVED)}"
    decide(firefox, world, "Approve: Give Treasury to ximena.caballero on Tableau", row)

    assert told(firefox, "signed-out", 0) == []
    assert firefox.cookies_of(world.dash) == {
        "session",
        "zone",
        "appearance",
        "__Host-widget-zone",
    }


def test_a_host_page_that_removes_the_popups_opener_gets_the_code(
    firefox: Firefox, world: World
) -> None:
    firefox.open(page_around(f"{world.dash}/widget/", site=world.host, coop="same-origin"))
    firefox.press("Sign in")
    firefox.press("Sign in and show me a code", "window")
    firefox.choose("approver")
    code = firefox.until("document.querySelector('[data-code]').innerText", "window")

    firefox.fill("Code", code)
    firefox.press("Use the code")

    firefox.sees("Pending tasks")


@pytest.mark.parametrize("firefox", ["refused"], indirect=True)
def test_without_any_cookies_the_frame_leads_to_a_tab_of_its_own(
    firefox: Firefox, world: World
) -> None:
    firefox.open(portal_address(world))
    firefox.press("Sign in")
    firefox.sees("your browser keeps no cookies for a page inside another one")
    firefox.window_is_gone()
    assert firefox.cookies_of(world.dash) == set()
    assert told(firefox, "signed-in", 0) == []

    firefox.press(f"Open My Tasks in a new tab: {world.dash}/", role="link")
    firefox.choose("approver")
    firefox.sees("Pending tasks", "window")
