"""In the widget as well: a second press on the same spot decides nothing more."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.firefox import Firefox
from tests.e2e.frame.portal import SEEN, SINGLE, THREE, Portal
from tests.e2e.reading import item_id, pen_of, writes

LINES = "Decide 3 items one by one"
SOON = (150, 400, 550)  # milliseconds, of the 700 for which the guard holds
BOXES = """[...document.querySelectorAll("#tasks li:has(> article)")].map((row) => {
  const { top, height } = row.getBoundingClientRect();
  return [Math.round(top + scrollY), Math.round(height)];
})"""


@pytest.mark.parametrize(("width", "wait"), [(1280, 150), (768, 400), (360, 550)])
@pytest.mark.parametrize("device", ["mouse", "pen"])
def test_a_second_press_decides_one_and_moves_no_row(
    portal: Portal, device: str, width: int, wait: int
) -> None:
    portal.page.set_viewport_size({"width": width, "height": 640})
    click = portal.page.mouse.click if device == "mouse" else pen_of(portal.page)
    row = portal.widget.get_by_role("article", name=THREE)
    row.get_by_text(LINES).click()
    buttons = row.get_by_role("listitem").get_by_role("button", name="Approve: ")
    before = portal.frame.evaluate(BOXES)
    count = buttons.count()
    for number in range(1, count + 1):
        button = buttons.last
        button.scroll_into_view_if_needed()
        portal.page.wait_for_timeout(2 * SEEN)
        box = button.bounding_box()
        assert box
        spot = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        click(*spot)
        portal.wait_for("decided", number)
        portal.page.wait_for_timeout(wait)
        click(*spot)
        portal.page.wait_for_timeout(SEEN)
        assert portal.decisions() == number
        assert portal.widget.locator("#detail > *, #dialog > *").count() == 0
    for old, new in zip(before, portal.frame.evaluate(BOXES), strict=True):
        assert new == pytest.approx(old, abs=1)


def test_a_key_that_is_held_down_decides_once_and_pressed_anew_it_works(portal: Portal) -> None:
    keyboard = portal.page.keyboard
    button = portal.widget.get_by_role("article", name=SINGLE).get_by_role("button", name="Approve")
    button.focus()
    portal.page.wait_for_timeout(2 * SEEN)
    keyboard.down("Enter")
    portal.wait_for("decided")
    end = time.monotonic() + 1
    while time.monotonic() < end:
        keyboard.down("Enter")  # without `up`: a repeat
    keyboard.up("Enter")
    assert portal.decisions() == 1
    expect(portal.widget.locator("#detail > *, #dialog > *")).to_have_count(0)
    keyboard.press("Enter")  # on the next row's link
    expect(portal.widget.locator("#panel-title")).to_be_focused()


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    with Firefox("partitioned", tmp_path) as firefox:
        yield firefox
        assert firefox.complaints() == []


def test_in_firefox_a_second_press_decides_one_and_moves_no_row(
    firefox: Firefox, world: World
) -> None:
    firefox.open(world.dash)
    firefox.choose("approver", "page")
    firefox.sees("Pending tasks", "page")
    # Before that, the style sheets may be missing, and with them the places of the rows.
    firefox.until("document.readyState === 'complete'", "page")
    key = item_id(world.tenant, "approver", THREE)
    row = f"#item-{key}"
    firefox.until(f"document.querySelector('{row} summary').click() ?? true", "page")
    before = firefox.until(BOXES, "page")
    buttons = f"{row} li button[aria-label^=Approve]"
    decided = 0
    while firefox.until(f"[document.querySelectorAll('{buttons}').length]", "page")[0]:
        name = f"[...document.querySelectorAll('{buttons}')].at(-1).getAttribute('aria-label')"
        firefox.press(firefox.until(name, "page"), "page", inside=row)
        decided += 1
        firefox.until(f"document.querySelectorAll('{buttons}').length < 3 - {decided}", "page")
        time.sleep(SOON[decided % len(SOON)] / 1000)
        firefox.press_again()
        time.sleep(SEEN / 1000)
        assert len(writes(world.tenant)) == decided
        assert firefox.until("[document.querySelectorAll('#detail > *').length]", "page") == [0]
    assert decided == 2  # the third had been decided before
    for old, new in zip(before, firefox.until(BOXES, "page"), strict=True):
        assert new == pytest.approx(old, abs=1)
