"""A list gone through one task at a time: by keys, by mouse, by thumb and without JavaScript."""

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.looking_over import look_over
from tests.e2e.queues import fill
from tests.e2e.reading import writes
from tests.e2e.sign_in_steps import sign_in, sign_out
from tests.e2e.watching import ABORTED, Watch, page_loads

STILL = 800  # milliseconds: after a change a key that decides is taken again
CALM = {"reduced_motion": "reduce"}


@pytest.fixture(autouse=True)
def sent_at_once(choose: Choose) -> None:
    for key in ("approver", "empty"):
        choose(0, key)


def title(page: Page) -> Locator:
    return page.locator("#panel-title")


def place(page: Page) -> Locator:
    return page.locator(".triage__place p")


def entries(page: Page) -> Locator:
    return page.locator("[data-basket]")


def button(page: Page, name: str) -> Locator:
    return page.locator(".triage__buttons").get_by_role("button", name=f"{name}:")


def key(page: Page, letter: str) -> None:
    page.wait_for_timeout(STILL)
    page.keyboard.press(letter)


def test_42_tasks_are_decided_by_keys_alone_and_sent_on_one_screen(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    fill(sandbox, "empty", 42)
    page = signed_in("empty")
    page.keyboard.press("t")
    expect(place(page)).to_have_text("1 of 42")
    with page_loads(page, 0):
        for number in range(1, 43):
            expect(place(page)).to_have_text(f"{number} of 42")
            key(page, "r" if number % 20 == 0 else "a")
            if number < 42:
                expect(place(page)).to_have_text(f"{number + 1} of 42")
                expect(title(page)).to_be_focused()
    expect(title(page)).to_have_text("Nothing is left to decide in this list.")
    expect(title(page)).to_be_focused()
    assert writes(sandbox) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Basket")
    expect(page.locator(".basket__facts")).to_have_text(
        "42 decisions · 42 tasks · 42 calls to SailPoint"
    )
    send = page.get_by_role("button", name="Send", exact=True)
    send.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 42 decisions")
    expect(page.locator("#run")).to_contain_text("42 of 42 done.", timeout=60_000)
    assert len(writes(sandbox)) == 42
    assert len([one for one in writes(sandbox) if "/reject" in one]) == 2


def test_s_j_and_k_lead_on_and_back_without_a_decision(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    fill(sandbox, "empty", 4)
    page = signed_in("empty", "/triage/")
    for letter, number in (("s", 2), ("j", 3), ("k", 2), ("s", 3)):
        key(page, letter)
        expect(place(page)).to_have_text(f"{number} of 4")
    key(page, "a")
    expect(place(page)).to_have_text("4 of 4")
    key(page, "s")
    expect(title(page)).to_have_text("This is the end of the list.")
    page.get_by_role("link", name="Go through them").click()
    expect(place(page)).to_have_text("1 of 4")
    expect(entries(page)).to_have_text("Basket 1 · Send…")


def test_by_mouse_and_a_reload_and_the_way_back_keep_card_and_basket(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    fill(sandbox, "empty", 3)
    page = signed_in("empty")
    page.get_by_role("link", name="One by one").click()
    button(page, "Approve").click()
    expect(place(page)).to_have_text("2 of 3")
    expect(page.get_by_role("status").first).to_contain_text("Put into the basket.")
    page.reload()
    expect(place(page)).to_have_text("2 of 3")
    expect(entries(page)).to_have_text("Basket 1 · Send…")
    page.wait_for_timeout(STILL)
    button(page, "Reject").click()
    expect(place(page)).to_have_text("3 of 3")
    page.go_back()
    expect(place(page)).to_have_text("2 of 3")
    expect(button(page, "Reject")).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    expect(entries(page)).to_have_text("Basket 2 · Send…")
    assert writes(sandbox) == []


def test_signing_out_keeps_the_basket(signed_in: SignedIn, sandbox: Sandbox) -> None:
    fill(sandbox, "empty", 2)
    page = signed_in("empty", "/triage/")
    page.context.clear_cookies()
    page.goto("/triage/")
    sign_in(page, sandbox.persona("empty").name)
    button(page, "Approve").click()
    expect(place(page)).to_have_text("2 of 2")
    sign_out(page, sandbox.persona("empty").name)
    page.goto("/")
    sign_in(page, sandbox.persona("empty").name)
    expect(entries(page)).to_have_text("Basket 1 · Send…")


def test_without_javascript(signed_in: SignedIn, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")
    fill(sandbox, "empty", 2)
    page = signed_in("empty", java_script_enabled=False)
    page.get_by_role("link", name="One by one").click()
    button(page, "Approve").click()
    expect(page.locator("#notices")).to_contain_text("Put into the basket.")
    page.get_by_role("link", name="Skip", exact=True).click()
    entries(page).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 decision")


def test_a_flagged_task_is_left_out_until_it_is_ticked(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("approver", "/triage/?q=READ_ALL&find=1")
    expect(page.locator("#panel .flag").first).to_be_visible()
    page.locator(".triage__buttons button[data-key=a]").click()
    entries(page).first.click()
    expect(page.get_by_role("heading", name="Flagged")).to_be_visible()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Basket")
    assert writes(sandbox) == []
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 decision")


@pytest.mark.parametrize("text", ["EMEA Sales", "READ_ALL", "Disable the account"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    signed_in: SignedIn, watch: Watch, text: str
) -> None:
    watch.expect(ABORTED)
    page = signed_in("approver", f"/triage/?q={text.replace(' ', '+')}&find=1", **CALM)
    look_over(page, f"card-{text}")
    page.locator(".triage__buttons :is([data-key=a], [data-key=c])").first.click()
    expect(title(page)).to_have_text("Nothing is left to decide in this list.")
    look_over(page, f"end-{text}")
    page.get_by_role("link", name="Look at the basket").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Basket")
    look_over(page, f"basket-{text}")
    page.goto("/")
    look_over(page, f"list-{text}")


def test_by_thumb_on_a_narrow_screen(signed_in: SignedIn, sandbox: Sandbox) -> None:
    fill(sandbox, "empty", 2)
    page = signed_in("empty", "/triage/", viewport={"width": 360, "height": 640}, has_touch=True)
    box = button(page, "Approve").bounding_box()
    assert box is not None
    assert box["y"] > 560
    assert box["height"] >= 44
    button(page, "Approve").tap()
    expect(place(page)).to_have_text("2 of 2")
    expect(title(page)).to_be_in_viewport()
