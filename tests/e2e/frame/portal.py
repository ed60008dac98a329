"""A company's portal: a strict policy of its own, the loader's element, and an ear for events."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Frame, FrameLocator, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.sites import HostPage
from tests.e2e.frame.widget import choose

SINGLE = "Treasury to ximena.caballero"  # a row with one approval item
THREE = "Z_AP_CLERK"  # one with three
SEEN = 900  # milliseconds: longer than a button must have been in view, and a delay of the browser
SCRIPT = """
window.heard = [];  // [type, detail], as the element tells it
window.raw = [];  // envelopes, as they arrive
addEventListener("message", ({ origin, data }) => raw.push({ origin, ...data }));
const types = "ready resize count decided signed-in signed-out error navigate";
for (const type of types.split(" ")) {
  document.addEventListener(`my-tasks:${type}`, ({ detail }) => heard.push([type, detail]));
}
"""
# Signed in, the list there, and the frame as high as it wants to be: nothing moves any more.
SETTLED = """() => {
  const [signedIn, ready, resize] = ["signed-in", "ready", "resize"].map((type) =>
    heard.findLastIndex(([heardType]) => heardType === type));
  return signedIn < ready && ready < resize;
}"""
STYLE = """
body { margin: 0; }
.cover { position: fixed; inset: 0; background: #fff; pointer-events: none; }
.pale { opacity: .5; }
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Portal</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/portal.css">
<script src="/portal.js"></script><script src="{dash}/widget/loader.js" defer></script>
<main>{element}</main></html>"""


@dataclass
class Portal:
    """The page and the frame that the element has made in it."""

    page: Page
    world: World

    @property
    def widget(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def frame(self) -> Frame:
        return next(frame for frame in self.page.frames if frame.parent_frame)

    def sign_in(self, key: str = "approver") -> None:
        with self.page.context.expect_page() as opened:
            self.widget.get_by_role("button", name="Sign in", exact=True).click()
        choose(self.world, opened.value, key)
        expect(self.widget.locator("#tasks")).to_be_visible()
        self.page.wait_for_function(SETTLED)
        self.page.wait_for_timeout(600)  # Chromium drops presses on a frame that just changed size

    def decisions(self) -> int:
        """How many writes the tenant was sent."""
        return len([call for call in self.world.tenant.api_calls if call.method == "POST"])

    def press(self, name: str, text: str = SINGLE) -> None:
        """As a person does it: look first."""
        row = self.widget.get_by_role("article", name=text)
        button = row.get_by_role("button", name=name, exact=False).first
        button.scroll_into_view_if_needed()
        self.page.wait_for_timeout(SEEN)
        button.click(no_wait_after=True)

    def told(self, kind: str) -> list[Any]:
        """The details of all events of a kind, oldest first."""
        events: list[Any] = self.page.evaluate("heard")
        return [detail for type_, detail in events if type_ == kind]

    def wait_for(self, kind: str, count: int = 1) -> Any:
        """The newest event of a kind, once there are `count`."""
        condition = "([kind, count]) => heard.filter(([type]) => type === kind).length >= count"
        self.page.wait_for_function(condition, arg=[kind, count])
        return self.told(kind)[-1]


def open_portal(
    browser: BrowserContext, world: World, attributes: str = "", site: str = "", **viewport: int
) -> Portal:
    """`attributes` go on the element; the viewport is that of the page (360 x 640)."""
    page = browser.new_page()
    page.set_viewport_size({"width": 360, "height": 640, **viewport})
    page.goto(portal_address(world, attributes, site))
    return Portal(page, world)


def portal_address(world: World, attributes: str = "", site: str = "") -> str:
    """Put the page up, and say where."""
    policy = f"default-src 'none'; script-src 'self' {world.dash}; frame-src {world.dash}; "
    policy += "style-src 'self'; img-src data:"
    element = f"<my-tasks {attributes}></my-tasks>"
    HostPage.more |= {
        "/portal.css": ("text/css", policy, STYLE),
        "/portal.js": ("text/javascript", policy, SCRIPT),
        "/portal": ("text/html", policy, PAGE.format(dash=world.dash, element=element)),
    }
    return f"{site or world.host}/portal"
