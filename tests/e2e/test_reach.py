"""What pages need at 400 % zoom, under a thumb, without motion and by Tab alone."""

from functools import partial

import pytest
from playwright.sync_api import Page

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.scenes import SCENES
from tests.e2e.scenes_finding import FINDING_SCENES
from tests.e2e.scenes_many import SCENES_OF_MANY
from tests.e2e.watching import ABORTED, Watch

ALSO = ("pending", "completed", "pager", "all_clear", "pane", "sheet", "settings", "person_menu")
NEW = [*FINDING_SCENES, *SCENES_OF_MANY, *ALSO]
PHONE = {"width": 360, "height": 800}
ZOOMED = {"width": 320, "height": 256}  # what is left of 1280 x 1024 at 400 %
MOVING = """() => [
  ...document.getAnimations().filter(({ effect }) => effect.getComputedTiming().activeDuration > 0)
    .map(({ animationName, transitionProperty }) => animationName ?? transitionProperty),
  ...[...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    const takesTime = style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
    return takesTime || style.scrollBehavior === "smooth";
  }).map((one) => one.className || one.tagName),
]"""
# A link within a sentence is as high as its line, and a row is a target as a whole. A box to tick
# is pressed by its label as well.
SMALL = """(least) => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => !one.matches(".task__link, .skip-link, [type=hidden]"))
  .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
  .filter((one) => {
    const target = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one;
    const { width, height } = target.getBoundingClientRect();
    return width && Math.min(width, height) < least - 0.1;
  })
  .map((one) => `${one.className}: ${one.innerText || one.name}`)"""
# A menu that is open covers what is behind it until Escape is pressed, as WCAG allows.
COVERED = """() => {
  const focused = document.activeElement;
  const menu = document.querySelector(":popover-open");
  if (focused === document.body || (menu && !menu.contains(focused))) return null;
  const { left, top, right, bottom, width, height } = focused.getBoundingClientRect();
  const isSeen = (x, y) => {
    const found = document.elementFromPoint(x, y);
    return found && (focused.contains(found) || found.contains(focused));
  };
  const [x, y] = [left + Math.min(width, 24) / 2, top + Math.min(height, 20) / 2];
  const isIn = (top >= -1 && bottom <= innerHeight + 1) || height > innerHeight;
  return isIn && isSeen(x, y) ? null : `${focused.className}: ${focused.innerText} at ${top}`;
}"""


@pytest.fixture(autouse=True)
def expected(watch: Watch) -> None:
    watch.expect_status(400, 422)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived


@pytest.mark.parametrize("scene", NEW)
def test_a_thumb_hits_what_there_is_to_press(
    signed_in: SignedIn, sandbox: Sandbox, scene: str
) -> None:
    page = SCENES[scene](partial(signed_in, viewport=PHONE, has_touch=True), sandbox)
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(SMALL, 44) == []


@pytest.mark.parametrize("scene", NEW)
def test_zoomed_to_400_percent_all_is_reached_and_nothing_moves(
    signed_in: SignedIn, sandbox: Sandbox, scene: str
) -> None:
    page = SCENES[scene](partial(signed_in, viewport=PHONE), sandbox)
    assert page.evaluate(MOVING) == []
    for size in (PHONE, ZOOMED):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert covered(page) == []


def covered(page: Page, steps: int = 45) -> list[str]:
    """What has the focus and is not seen, on the way forth and back."""
    found: list[str] = []
    for key in ["Tab"] * steps + ["Shift+Tab"] * steps:
        page.keyboard.press(key)
        if told := page.evaluate(COVERED):
            found.append(f"{key}: {told}")
    return found
