"""What is printed: what there is to read, black on white, and nothing to press."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.looking_over import PICTURES
from tests.e2e.scenes import SCENES
from tests.e2e.scenes_held import HELD_SCENES

COLOURS = (
    "one => { const style = getComputedStyle(one); return style.color + style.backgroundColor }"
)


def on_paper(page: Page, name: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    if PICTURES:
        page.set_viewport_size({"width": 700, "height": 990})
        page.screenshot(path=Path(PICTURES) / f"print-{name}.png")
        page.pdf(path=Path(PICTURES) / f"print-{name}.pdf", format="A4")


@pytest.mark.parametrize("scene", ["pending", "completed", "pager", "pane", "task_page", "lens"])
def test_nothing_to_press_is_printed(signed_in: SignedIn, sandbox: Sandbox, scene: str) -> None:
    page = SCENES[scene](signed_in, sandbox)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    on_paper(page, scene)
    for role in ("button", "navigation", "banner", "searchbox", "combobox"):
        expect(page.get_by_role(role).locator("visible=true")).to_have_count(0)  # type: ignore[arg-type]
    expect(page.get_by_text(re.compile("^Tasks of ")).first).to_be_visible()
    expect(page.get_by_text("Read from SailPoint:").first).to_be_visible()
    assert page.get_by_role("main").evaluate(COLOURS).startswith("rgb(0, 0, 0)")
    assert page.get_by_role("heading", level=1).first.is_visible()


def test_a_list_says_which_page_of_it_this_is(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = SCENES["pager"](signed_in, sandbox)
    on_paper(page, "pager")
    expect(page.get_by_text(re.compile(r"Page 3 of \d+"))).to_be_visible()


def test_no_row_is_cut_between_two_sheets(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = SCENES["pager"](signed_in, sandbox)
    on_paper(page, "pager")
    rows = page.locator(".tasks__item")
    assert {one.evaluate("li => getComputedStyle(li).breakInside") for one in rows.all()} == {
        "avoid"
    }
    containing = "one => getComputedStyle(one).containerType + getComputedStyle(one).overflow"
    for place in (".queue", ".tasks", "ul.tasks__list"):  # not that of a list that is asked for
        assert page.locator(place).evaluate(containing) == "normalvisible"


@pytest.mark.parametrize("scene", ["receipt", "run"])
def test_a_receipt_is_printed_with_what_became_of_each_task(
    signed_in: SignedIn, sandbox: Sandbox, choose: Choose, scene: str
) -> None:
    page = HELD_SCENES[scene](signed_in, sandbox, choose)
    tasks = page.locator(".run__line").all_inner_texts()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    on_paper(page, scene)
    for role in ("button", "navigation", "banner", "progressbar"):
        expect(page.get_by_role(role).locator("visible=true")).to_have_count(0)  # type: ignore[arg-type]
    expect(page.locator(".button").locator("visible=true")).to_have_count(0)
    assert page.locator(".run__line").all_inner_texts() == tasks != []
    assert any("SailPoint request" in one for one in tasks) == (scene == "receipt")
    expect(page.get_by_role("heading", name="Approve 3 tasks")).to_be_visible()
    expect(page.get_by_text(re.compile("^Confirmed at "))).to_be_visible()
    expect(page.get_by_text(re.compile("^Tasks of ")).first).to_be_visible()
    assert page.get_by_role("main").evaluate(COLOURS).startswith("rgb(0, 0, 0)")
