"""Forced colours drop backgrounds and shadows: borders and outlines show each state as well."""

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.reading import row
from tests.e2e.scenes import CALM, SCENES, TASK
from tests.e2e.watching import Watch

SINGLE = "Treasury to ximena.caballero"
FORCED = {"forced_colors": "active", **CALM}
# What forced colours keep of an element, in the colours that they give it.
LOOK = """element => {
  const style = getComputedStyle(element);
  const sides = ["block-start", "block-end", "inline-start", "inline-end"];
  const borders = sides.map(side => ["width", "style", "color"].map(
    name => style.getPropertyValue(`border-${side}-${name}`)));
  const isOutlined = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
  const outline = isOutlined && style.outline;
  return JSON.stringify([borders, outline, style.textDecorationLine, style.color]);
}"""
OUTLINE = """element => {
  const style = getComputedStyle(element);
  const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return isOutlined && style.outlineColor !== style.backgroundColor;
}"""


def look(element: Locator) -> str:
    return str(element.evaluate(LOOK))


@pytest.fixture
def page(signed_in: SignedIn) -> Page:
    return signed_in("approver", **FORCED)


def forced(page: Page) -> Page:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    return page


def tabs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Tasks").get_by_role("link")


def test_the_current_tab_is_told_from_the_other(page: Page) -> None:
    assert look(tabs(page).first) != look(tabs(page).last)


def test_the_open_row_is_told_from_the_others(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = forced(SCENES["pane"](signed_in, sandbox))
    marked = page.locator("#tasks li:has([aria-current=true])")
    other = page.locator("#tasks li + li:not(:has([aria-current=true]))").first
    assert look(marked) != look(other)


def test_the_page_that_is_shown_is_told_from_the_others_and_shows_the_focus(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = forced(SCENES["pager"](signed_in, sandbox))
    current = page.locator(".pager [aria-current]")
    assert look(current) != look(page.locator(".pager a:not([aria-current])").first)
    assert not current.evaluate(OUTLINE)
    current.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(current).to_be_focused()
    assert current.evaluate(OUTLINE)


@pytest.mark.parametrize("kind", ["link", "button", "row", "tab", "menu"])
def test_the_focus_has_an_outline(page: Page, kind: str) -> None:
    target, shown = places(page)[kind]
    assert not shown.evaluate(OUTLINE)
    target.focus()
    page.keyboard.press("Shift+Tab")  # the browser shows the focus of the keyboard alone
    page.keyboard.press("Tab")
    expect(target).to_be_focused()
    assert shown.evaluate(OUTLINE)


def places(page: Page) -> dict[str, tuple[Locator, Locator]]:
    """What gets the focus, and what shows that it has it."""
    task = row(page, SINGLE)
    link = task.get_by_role("link", name=SINGLE)
    button = task.get_by_role("button", name="Approve")
    brand = page.get_by_role("link", name="My Tasks")
    person = page.get_by_role("button", name="María Santos")
    return {
        "link": (brand, brand),
        "button": (button, button),
        "row": (link, task),
        "tab": (tabs(page).last, tabs(page).last),
        "menu": (person, person),
    }


def test_what_is_suggested_is_told_from_what_else_can_be_pressed(page: Page) -> None:
    task = row(page, SINGLE)
    assert look(task.get_by_role("button", name="Approve")) != look(
        task.get_by_role("button", name="Reject")
    )


def test_a_button_that_cannot_be_pressed_now_is_told_from_the_others(page: Page) -> None:
    approve = row(page, SINGLE).get_by_role("button", name="Approve")
    able = look(approve)
    page.route("**/approve/**", lambda _: None)  # no answer comes
    approve.click()
    expect(approve).to_be_disabled()
    assert look(approve) != able


def test_a_request_that_lasts_shows_its_bar(page: Page) -> None:
    bar = page.locator(".progress")
    page.route("**/approve/**", lambda _: None)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    expect(bar).to_be_visible()
    colour = "element => getComputedStyle(element).backgroundColor"
    assert bar.evaluate(colour) != page.locator("body").evaluate(colour)


@pytest.mark.parametrize(
    ("scene", "chosen", "other"),
    [
        ("searched", ".filters a.chip[aria-current]", ".filters a.chip:not([aria-current])"),
        ("saved_views", "#views a.chip[aria-current]", "#views a.chip:not([aria-current])"),
        ("person_menu", ".menu__option[aria-pressed=true]", ".menu__option[aria-pressed=false]"),
        ("decided_card", "[data-line] [aria-pressed=true]", "[data-line] [aria-pressed=false]"),
    ],
)
def test_what_is_chosen_is_told_from_the_others(
    signed_in: SignedIn, sandbox: Sandbox, scene: str, chosen: str, other: str
) -> None:
    page = forced(SCENES[scene](signed_in, sandbox))
    assert look(page.locator(chosen).first) != look(page.locator(other).first)


@pytest.mark.parametrize(
    ("scene", "place"), [("selected", "#selected .helds__list"), ("piles", ".pile")]
)
def test_what_belongs_together_has_an_edge(
    signed_in: SignedIn, sandbox: Sandbox, scene: str, place: str
) -> None:
    page = forced(SCENES[scene](signed_in, sandbox))
    expect(page.locator(place).first).to_have_css("border-block-start-style", "solid")


def test_a_wrong_field_is_told_from_a_right_one(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    page = forced(SCENES["form_page"](signed_in, sandbox))
    wrong = page.locator("textarea[aria-invalid=true]").first
    right = page.get_by_label("Cost centre")
    assert look(wrong) != look(right)
    wrong_choice = page.get_by_role("radio").first
    assert wrong_choice.get_attribute("aria-invalid") == "true"
    assert look(wrong_choice) != look(page.get_by_role("checkbox", name="Payments"))


def test_a_flag_is_marked_by_more_than_its_colour(page: Page) -> None:
    flag = page.locator(".flag").first
    assert "⚑" in str(flag.evaluate("one => getComputedStyle(one, '::before').content"))
    weight = "one => getComputedStyle(one).fontWeight"
    assert flag.evaluate(weight) > row(page, SINGLE).locator(".task__meta").evaluate(weight)


@pytest.mark.parametrize("name", ["held", "news"])
def test_what_lies_over_the_page_has_an_edge(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, choose: Choose, name: str
) -> None:
    watch.expect_status(409)  # where the window ends before the page has read its end
    choose(1 if name == "news" else 120)
    page = signed_in("approver", **FORCED)
    if name == "news":
        sandbox.fault("POST", "/approve/", status=501)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    place = page.locator("#news .news" if name == "news" else "#held .helds__list")
    expect(place).to_be_visible()
    edge = """one => {
      const { borderInlineStartWidth, borderBlockStartStyle } = getComputedStyle(one);
      return [parseFloat(borderInlineStartWidth), borderBlockStartStyle];
    }"""
    width, style = place.evaluate(edge)
    assert width >= 5
    assert style == "solid"


def test_an_error_is_told_from_a_plain_notice(page: Page, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect_status(429)
    sandbox.fault("GET", "/completed$", status=429, retry_after=60)
    tabs(page).last.click()
    notice = page.locator("#notices .notice")
    expect(notice).to_be_visible()
    style = notice.evaluate("one => getComputedStyle(one).borderInlineStartStyle")
    assert style == "double"


def test_the_sign_of_a_row_keeps_its_circle(page: Page) -> None:
    sign = row(page, TASK).locator(".verb").first
    assert sign.evaluate("one => getComputedStyle(one).forcedColorAdjust") == "none"
    assert sign.evaluate("one => getComputedStyle(one).borderBlockStartWidth") == "1px"
