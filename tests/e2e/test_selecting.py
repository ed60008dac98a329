"""Rows are ticked, and decided together: by mouse, by keyboard, on a phone, without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.looking_over import PICTURES, findings
from tests.e2e.reading import row, writes
from tests.e2e.scenes import CALM

NAMES = ("Opportunity Editor", "Treasury to ximena.caballero", "Z_AP_CLERK")


def tick(page: Page, name: str) -> Locator:
    return row(page, name).get_by_role("checkbox", name=re.compile("^Select: "))


def bar(page: Page) -> Locator:
    return page.locator("#selected")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"selecting-{name}.png")


def test_by_mouse(signed_in: SignedIn, choose: Choose, sandbox: Sandbox) -> None:
    choose(20)
    page = signed_in("approver")
    expect(bar(page)).to_be_hidden()
    for name in NAMES:
        tick(page, name).click()
    expect(bar(page)).to_contain_text("3 selected")
    expect(page.get_by_role("status").filter(has_text="3 selected")).to_have_count(1)
    bar(page).get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 3 tasks")
    page.get_by_role("button", name="Approve 3 tasks").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert writes(sandbox) == []


def test_a_range_the_page_and_none(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver")
    boxes = page.get_by_role("checkbox", name=re.compile("^Select: "))
    boxes.nth(1).click()
    expect(bar(page)).to_contain_text("1 selected")
    boxes.nth(4).click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("4 selected")
    whole = page.get_by_role("checkbox", name="Select all on this page")
    whole.click()
    expect(bar(page)).to_contain_text(f"{boxes.count()} selected")
    bar(page).get_by_role("button", name="Clear").click()
    expect(bar(page)).to_be_hidden()
    expect(whole).not_to_be_checked()
    assert page.locator("#tasks input:checked").count() == 0


def test_by_keyboard_alone(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("approver")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(bar(page)).to_contain_text("2 selected")
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    page.keyboard.press("x")
    expect(bar(page)).to_contain_text("1 selected")
    bar(page).get_by_role("button", name="Mark complete").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 task")


def test_all_that_match(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("heavy", "/?q=vpn&find=1", **CALM)
    expect(page.locator("#index")).to_contain_text("tasks, read ", timeout=30_000)
    page.reload()
    all_of = page.get_by_role("checkbox", name=re.compile("^Select all that match"))
    number = re.findall(r"[\d,]+", all_of.locator("..").inner_text())[0]
    all_of.click()
    expect(bar(page)).to_contain_text(f"{number} selected")
    bar(page).get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"of {number} tasks")


def test_a_new_page_of_the_list_begins_with_none(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("heavy")
    page.get_by_role("checkbox", name="Select all on this page").click()
    expect(bar(page)).to_be_visible()
    page.get_by_role("link", name="Next").first.click()
    expect(page.locator("#tasks")).to_contain_text("of 2,000")
    expect(bar(page)).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_bar_and_the_confirmation_are_accessible_and_fit(
    signed_in: SignedIn, sandbox: Sandbox, width: int
) -> None:
    page = signed_in("approver", viewport={"width": width, "height": 800}, **CALM)
    page.get_by_role("checkbox", name="Select all on this page").click()
    expect(bar(page)).to_contain_text("selected")
    button = bar(page).get_by_role("button", name="Approve")
    expect(button).to_be_in_viewport(ratio=1)
    assert findings(page) == []
    picture(page, f"bar-{width}")
    button.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approve")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"asked-{width}")


def test_the_number_follows_the_ticks(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(20)
    page = signed_in("approver")
    for name in (*NAMES, "BREAKGLASS"):
        tick(page, name).click()
    bar(page).get_by_role("button", name="Approve").click()
    expect(page.get_by_role("button", name="Approve 3 of 4 tasks")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^Include: ")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 4 of 4 tasks")
    page.get_by_role("button", name="Approve 4 of 4 tasks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 4 tasks")


def test_without_scripts(signed_in: SignedIn, choose: Choose, sandbox: Sandbox) -> None:
    choose(20)
    page = signed_in("approver", java_script_enabled=False)
    expect(bar(page)).to_be_visible()
    expect(page.get_by_text("Select all on this page")).to_be_hidden()
    for name in (NAMES[0], "BREAKGLASS"):
        tick(page, name).check()
    bar(page).get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Reject the tasks chosen here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reject 1 task")
