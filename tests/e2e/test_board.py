"""The board of pinned owners: by mouse, by keyboard alone, on a phone, without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.looking_over import look_over
from tests.e2e.watching import ABORTED, Watch, page_loads

CALM = {"reduced_motion": "reduce"}
CLIPBOARD = {"permissions": ["clipboard-write"]}


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)


def pin(page: Page, *people: str) -> None:
    """Pin those whom the owner search finds by these names."""
    for text in people:
        page.goto(f"/owner/?q={text}")
        page.get_by_role("button", name="Pin to the board").first.click()
        expect(page.get_by_role("status").filter(has_text="Pinned to your board.")).to_be_visible()


def pasted(page: Page) -> str:
    """Our pages may not read the clipboard, but a person can paste."""
    page.goto("/owner/")
    field = page.get_by_role("searchbox", name="Search people")
    field.press("Control+V")
    return field.input_value()


def test_a_search_a_pin_and_a_message_by_mouse(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    owner = sandbox.persona("approver")
    page = signed_in("admin", "/board/", **CALM, **CLIPBOARD)
    expect(page.get_by_text("Nobody is pinned yet.")).to_be_visible()
    page.get_by_role("link", name="Look for an owner").click()
    page.get_by_role("searchbox", name="Search people").press_sequentially("maria.s")
    found = row(page, owner.name)
    expect(found).to_contain_text(re.compile(r"\d+ open tasks · the oldest waits \d"))
    with page_loads(page, 0):
        found.get_by_role("button", name=f"Pin to the board: {owner.name}").click()
        off = found.get_by_role("button", name=f"Take off the board: {owner.name}")
        expect(off).to_be_focused()
    page.get_by_role("button", name=sandbox.persona("admin").name).click()
    page.get_by_role("link", name="Board", exact=True).click()
    pinned = row(page, owner.name)
    expect(pinned).to_contain_text("(read just now)")
    pinned.get_by_text("Tell the owner").click()
    pinned.get_by_role("button", name=f"Copy a link: {owner.name}").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    link = pasted(page)
    assert re.fullmatch(r"http://[^/]+/", link)
    page.goto("/board/")
    pinned.get_by_text("Tell the owner").click()
    pinned.get_by_role("button", name=f"Copy a message: {owner.name}").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert re.fullmatch(r"You have \d+ tasks waiting, the oldest for .+: " + link, pasted(page))


def test_by_mouse(signed_in: SignedIn, sandbox: Sandbox) -> None:
    owner = sandbox.persona("approver")
    page = signed_in("admin", f"/owner/?q={owner.alias}", **CALM)
    row(page, owner.name).get_by_role("button", name="Pin to the board").click()
    expect(row(page, owner.name).get_by_role("button", name="Take off the board")).to_be_visible()
    page.goto("/board/")
    pinned = row(page, owner.name)
    pinned.get_by_role("button", name="Take off the board").click()
    expect(pinned.get_by_role("button", name="Pin to the board")).to_be_visible()
    pinned.get_by_role("link", name=owner.name, exact=True).click()
    banner = page.get_by_role("region", name="Somebody else")
    banner.get_by_role("button", name="Pin to the board").click()
    expect(banner.get_by_role("button", name="Take off the board")).to_be_visible()
    page.goto("/board/")
    expect(row(page, owner.name)).to_be_visible()


def test_by_keyboard_alone(signed_in: SignedIn, sandbox: Sandbox) -> None:
    owner = sandbox.persona("agent")
    page = signed_in("admin", f"/owner/?q={owner.alias}", **CALM)
    expect(row(page, owner.name)).to_contain_text("open task")
    reach(page, f"Pin to the board: {owner.name}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Take off the board: {owner.name}")).to_be_focused()
    page.goto("/board/")
    expect(row(page, owner.name)).to_contain_text("open task")
    reach(page, f"Tell the owner: {owner.name}")
    page.keyboard.press("Enter")
    reach(page, f"Copy a link: {owner.name}")
    reach(page, f"Hand over this queue: {owner.name}")
    reach(page, f"Take off the board: {owner.name}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Pin to the board: {owner.name}")).to_be_focused()


def reach(page: Page, label: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == label:
            return
    pytest.fail(f"no way to {label}")


def test_without_javascript(signed_in: SignedIn, sandbox: Sandbox) -> None:
    owner = sandbox.persona("agent")
    page = signed_in("admin", f"/owner/?q={owner.alias}", java_script_enabled=False)
    row(page, owner.name).get_by_role("button", name="Pin to the board").click()
    expect(page.get_by_text("Pinned to your board.")).to_be_visible()
    page.goto("/board/")
    row(page, owner.name).get_by_role("link", name="How much waits?").click()
    expect(page.get_by_role("main")).to_contain_text("open task")
    page.get_by_role("link", name="Board").click()
    row(page, owner.name).get_by_role("button", name="Take off the board").click()
    expect(page.get_by_text("Nobody is pinned yet.")).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "de-DE"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    signed_in: SignedIn, sandbox: Sandbox, locale: str
) -> None:
    page = signed_in("admin", **CALM, locale="en")
    pin(page, "maria.s", sandbox.persona("agent").alias, sandbox.persona("heavy").alias)
    page.context.set_extra_http_headers({"Accept-Language": locale})
    owner = sandbox.persona("agent").id
    for name, path in {
        "board": "/board/",
        "owners": "/owner/?q=ma",
        "lens": f"/?owner={owner}",
    }.items():
        page.goto(path)
        numbers = page.locator(".owner__numbers b")
        if name != "lens":
            expect(numbers.nth(2)).to_be_visible(timeout=20_000)
            page.locator(".owner__told summary").first.click()
        look_over(page, f"{name}-{locale[:2]}")
