"""A second press on the same spot, after a decision has changed what is there, does nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import pen_of, row, says, writes

SINGLE, THREE = "Treasury to ximena.caballero", "Z_AP_CLERK"
LINES = "Decide 3 items one by one"
STILL = 900  # milliseconds: longer than the time for which a control that has moved takes no press
SOON = (150, 400, 650)  # of the 700 for which the guard holds
WIDTHS = pytest.mark.parametrize("width", [1280, 768, 360])
# The top and the height of each row, and of each item that can be decided one by one.
BOXES = """() => [...document.querySelectorAll("#tasks li")].map((row) => {
  const { top, height } = row.getBoundingClientRect();
  return [top + scrollY, height];
})"""
Boxes = list[tuple[float, float]]
Press = Callable[[float, float], None]


def entered(signed_in: SignedIn, width: int = 1280, **options: Any) -> Page:
    """The list, on a clock that stands: how slow the machine is decides nothing here."""
    page = signed_in("approver", viewport={"width": width, "height": 800}, **options)
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    return page


def opened(signed_in: SignedIn, width: int) -> Page:
    page = entered(signed_in, width)
    row(page, THREE).get_by_text(LINES).click()
    return page


def approvals(page: Page) -> Locator:
    return row(page, THREE).get_by_role("listitem").get_by_role("button", name="Approve: ")


def decide(page: Page, button: Locator, press: Press | None = None) -> tuple[float, float]:
    """Press where the button is, wait until its row is redrawn, and return the place pressed."""
    button.scroll_into_view_if_needed()
    page.clock.run_for(STILL)
    box = button.bounding_box()
    assert box
    spot = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pressed = button.element_handle()
    (press or page.mouse.click)(*spot)
    page.wait_for_function("button => !button.isConnected", arg=pressed)
    return spot


def assert_same(before: Boxes, after: Boxes, count: int) -> None:
    """The first `count` boxes stand where they stood, and are as high."""
    assert len(before) >= count <= len(after)
    for old, new in zip(before[:count], after[:count], strict=True):
        assert new == pytest.approx(old, abs=1)


def rows_of(page: Page) -> Boxes:
    boxes: Boxes = page.evaluate(BOXES.replace("#tasks li", "#tasks li:has(> article)"))
    return boxes


@WIDTHS
@pytest.mark.parametrize("wait", SOON)
def test_a_second_press_after_the_last_item_decides_nothing_more(
    signed_in: SignedIn, sandbox: Sandbox, width: int, wait: int
) -> None:
    page = opened(signed_in, width)
    while approvals(page).count():
        spot = decide(page, approvals(page).last)
    decided = len(writes(sandbox))
    page.clock.run_for(wait)
    page.mouse.click(*spot)
    page.clock.run_for(STILL)
    assert len(writes(sandbox)) == decided
    expect(page.locator("#detail > *")).to_have_count(0)  # nor does it open the task


@pytest.mark.parametrize("wait", SOON)
def test_a_second_tap_of_a_thumb_decides_nothing_more_either(
    signed_in: SignedIn, sandbox: Sandbox, wait: int
) -> None:
    page = entered(signed_in, 360, has_touch=True)
    row(page, THREE).get_by_text(LINES).tap()
    while approvals(page).count():
        spot = decide(page, approvals(page).last, page.touchscreen.tap)
    decided = len(writes(sandbox))
    page.clock.run_for(wait)
    page.touchscreen.tap(*spot)
    page.clock.run_for(STILL)
    assert decided == 2  # the third had been decided before
    assert len(writes(sandbox)) == decided
    expect(page.locator("#detail > *")).to_have_count(0)


@pytest.mark.parametrize("wait", SOON)
def test_a_second_tap_of_a_pen_decides_nothing_more_either(
    signed_in: SignedIn, sandbox: Sandbox, wait: int
) -> None:
    page = opened(signed_in, 768)
    page.evaluate("() => { onpointerdown = ({ pointerType }) => (window.by = pointerType); }")
    pen = pen_of(page)
    while approvals(page).count():
        spot = decide(page, approvals(page).last, pen)
    assert page.evaluate("by") == "pen"
    decided = len(writes(sandbox))
    page.clock.run_for(wait)
    pen(*spot)
    page.clock.run_for(STILL)
    assert decided == 2  # the third had been decided before
    assert len(writes(sandbox)) == decided
    expect(page.locator("#detail > *")).to_have_count(0)


@WIDTHS
def test_every_row_and_item_keeps_its_place_and_height(
    signed_in: SignedIn, sandbox: Sandbox, width: int
) -> None:
    page = opened(signed_in, width)
    before, items = rows_of(page), page.evaluate(BOXES)
    while approvals(page).count() > 1:
        decide(page, approvals(page).first)
        assert_same(items, page.evaluate(BOXES), len(items))
    for button in (approvals(page), row(page, SINGLE).get_by_role("button", name="Approve: ")):
        decide(page, button)
        assert_same(before, rows_of(page), len(before))
    assert len(writes(sandbox)) >= 3


@WIDTHS
def test_a_neighbour_that_has_not_moved_takes_the_next_press(
    signed_in: SignedIn, sandbox: Sandbox, width: int
) -> None:
    page = opened(signed_in, width)
    decide(page, approvals(page).first)
    page.clock.run_for(STILL)
    decide(page, approvals(page).first)
    assert len(writes(sandbox)) == 2


def test_a_press_at_once_on_the_next_item_counts(signed_in: SignedIn, sandbox: Sandbox) -> None:
    """It was there before, although the row has been replaced meanwhile."""
    page = opened(signed_in, 1280)
    approvals(page).last.scroll_into_view_if_needed()
    box = approvals(page).last.bounding_box()
    assert box
    decide(page, approvals(page).first)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
    says(page, "Approved.")
    assert len(writes(sandbox)) == 2


@pytest.mark.parametrize("wait", SOON)
def test_what_was_moved_under_the_pointer_takes_no_press(
    signed_in: SignedIn, sandbox: Sandbox, wait: int
) -> None:
    page = entered(signed_in)
    button = row(page, SINGLE).get_by_role("button", name="Approve: ")
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] + 90)
    page.evaluate("document.querySelector('#notices').style.paddingTop = '100px'")
    page.clock.run_for(wait)
    page.mouse.click(box["x"] + 10, box["y"] + box["height"] + 90)
    page.wait_for_timeout(300)
    assert writes(sandbox) == []
    page.clock.run_for(STILL)
    page.mouse.click(box["x"] + 10, box["y"] + box["height"] + 90)
    says(page, "Approved.")


def test_what_the_person_has_scrolled_to_takes_a_press_at_once(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = entered(signed_in)
    button = row(page, SINGLE).get_by_role("button", name="Approve: ")
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10 - 60)
    page.evaluate("addEventListener('scrollend', () => (window.ended = true))")
    page.mouse.wheel(0, 60)
    page.wait_for_function("() => window.ended && scrollY === 60")
    page.mouse.down()
    page.mouse.up()
    says(page, "Approved.")
    assert len(writes(sandbox)) == 1


def test_a_dialog_that_opens_under_the_pointer_takes_no_press_yet(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = entered(signed_in)
    opener = row(page, THREE).get_by_role("button", name="Approve all")
    send = page.get_by_role("dialog").get_by_role("button", name="Approve all 2 items")
    opener.click()
    expect(send).to_be_visible()
    box = send.bounding_box()
    assert box
    page.keyboard.press("Escape")
    spot = (box["x"] + 10, box["y"] + 10)
    page.mouse.move(*spot)
    opener.press("Enter")
    expect(send).to_be_visible()
    page.mouse.click(*spot)
    page.wait_for_timeout(300)
    assert writes(sandbox) == []
    expect(send).to_be_visible()
    page.clock.run_for(STILL)
    page.mouse.click(*spot)
    says(page, "Approved.")


def test_a_key_that_is_held_down_decides_once_and_pressed_anew_it_works(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("approver", viewport={"width": 1280, "height": 800})
    row(page, SINGLE).get_by_role("button", name="Approve: ").focus()
    page.keyboard.down("Enter")
    says(page, "Approved.")
    end = time.monotonic() + 1
    while time.monotonic() < end:
        page.keyboard.down("Enter")  # without `up`: a repeat
    page.keyboard.up("Enter")
    assert len(writes(sandbox)) == 1
    expect(page.locator("#detail > *")).to_have_count(0)
    page.keyboard.press("Enter")  # on the next row's link
    expect(page.locator("#panel-title")).to_be_focused()
