"""Buttons stand in one line where there is room, and what is told of a press moves none of them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.watching import Watch

SINGLE, SEVERAL = "Treasury dashboards", "EMEA Sales"


def row_of(page: Page, text: str) -> Locator:
    """Whatever the language: by what the tenant says of it."""
    return page.locator("#tasks li", has_text=text).first


def places(buttons: Locator) -> list[tuple[int, int]]:
    """Left and top of each that is visible, in whole pixels."""
    boxes = [one.bounding_box() for one in buttons.all() if one.is_visible()]
    return [(round(box["x"]), round(box["y"])) for box in boxes if box]


@pytest.mark.parametrize("locale", ["de-DE", "en-US"])
@pytest.mark.parametrize("task", [SINGLE, SEVERAL])
def test_the_buttons_of_a_row_stand_in_one_line(
    signed_in: SignedIn, locale: str, task: str
) -> None:
    page = signed_in("approver", viewport={"width": 1280, "height": 800}, locale=locale)
    buttons = row_of(page, task).locator(".actions button:visible")
    assert len({top for _left, top in places(buttons)}) == 1
    assert len(places(buttons)) == 3


@pytest.mark.parametrize("width", [1280, 360])
def test_a_notice_in_a_row_moves_no_button(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, width: int
) -> None:
    watch.expect_status(503)
    page = signed_in("approver", viewport={"width": width, "height": 800})
    task = row_of(page, SINGLE)
    buttons = task.get_by_role("button")
    task.scroll_into_view_if_needed()
    before = places(buttons)
    sandbox.fault("POST", "/approve/", status=501)
    task.get_by_role("button", name="Approve").click()
    expect(task.get_by_role("alert").first).to_contain_text("SailPoint cannot be reached")
    assert places(buttons) == before


def test_a_notice_in_a_dialog_moves_no_button(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(503)
    page = signed_in("approver", viewport={"width": 1280, "height": 900})
    row_of(page, SEVERAL).get_by_role("button", name="Reject all").click()
    dialog = page.get_by_role("dialog")
    buttons = dialog.get_by_role("button")
    expect(buttons.first).to_be_visible()
    before = places(buttons)
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=503, times=3)
    dialog.get_by_role("button", name="Reject").last.click()
    expect(dialog).to_contain_text("SailPoint cannot be reached")
    assert places(buttons) == before


def test_a_name_is_whole_where_there_is_room(signed_in: SignedIn) -> None:
    page = signed_in("admin", viewport={"width": 1280, "height": 800})
    expect(page.locator(".header")).to_contain_text("Ingrid Halvorsen")
    assert not is_cut(page)


def is_cut(page: Page) -> bool:
    """Whether a part of the header is wider than it shows."""
    cut: bool = page.evaluate(
        "() => [...document.querySelectorAll('.header *')]"
        ".some((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1"
        " && getComputedStyle(part).overflowX !== 'visible')"
    )
    return cut
