"""A company's portal: a strict CSP, the <my-tasks> element, and a log of its events."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.sites import HostPage
from tests.e2e.frame.widget import choose
from tests.e2e.looking_over import RULES

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
SINGLE = "Treasury to ximena.caballero"  # a row with one approval item
THREE = "Z_AP_CLERK"  # one with three
SEEN = 900  # milliseconds: the time for which a button must be in view, plus the browser's delay
SCRIPT = """
window.heard = [];  // [type, detail] of each event of the element
window.raw = [];  // each message as received
addEventListener("message", ({ origin, data }) => raw.push({ origin, ...data }));
const types = "ready resize count decided signed-in signed-out error navigate";
for (const type of types.split(" ")) {
  document.addEventListener(`my-tasks:${type}`, ({ detail }) => heard.push([type, detail]));
}
"""
# Signed in, list loaded and frame resized: the layout does not change any more.
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
    """The host page and the widget's frame in it."""

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
        # Chromium ignores clicks on a frame that has just changed size.
        self.page.wait_for_timeout(600)

    def check_accessibility(self) -> None:
        """Fails where axe finds anything in the frame, in either theme."""
        for theme in THEMES:
            script = f"document.querySelector('my-tasks').setAttribute('theme', '{theme}')"
            self.page.evaluate(script)
            expect(self.widget.locator("html")).to_have_attribute("data-theme", theme)
            self.page.wait_for_timeout(300)  # until colour transitions have ended
            found = Axe().run(self.frame, options=RULES).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []

    def decisions(self) -> int:
        """How many writes the tenant has received."""
        return len([call for call in self.world.tenant.api_calls if call.method == "POST"])

    def press(self, name: str, text: str = SINGLE) -> None:
        """Press a button after it has been in view for long enough to count."""
        row = self.widget.get_by_role("article", name=text)
        button = row.get_by_role("button", name=name, exact=False).first
        button.scroll_into_view_if_needed()
        self.page.wait_for_timeout(SEEN)
        button.click(no_wait_after=True)

    def told(self, kind: str) -> list[Any]:
        """The details of all events of this type, oldest first."""
        events: list[Any] = self.page.evaluate("heard")
        return [detail for type_, detail in events if type_ == kind]

    def wait_for(self, kind: str, count: int = 1) -> Any:
        """Wait for `count` events of this type; returns the detail of the newest."""
        condition = "([kind, count]) => heard.filter(([type]) => type === kind).length >= count"
        self.page.wait_for_function(condition, arg=[kind, count])
        return self.told(kind)[-1]


def open_portal(
    browser: BrowserContext, world: World, attributes: str = "", site: str = "", **viewport: int
) -> Portal:
    """Open the portal. `attributes` are the element's; the viewport is 360 x 640 by default."""
    page = browser.new_page()
    page.set_viewport_size({"width": 360, "height": 640, **viewport})
    page.goto(portal_address(world, attributes, site))
    return Portal(page, world)


def portal_address(world: World, attributes: str = "", site: str = "") -> str:
    """Serve the portal page; returns its URL."""
    policy = f"default-src 'none'; script-src 'self' {world.dash}; frame-src {world.dash}; "
    policy += "style-src 'self'; img-src data:"
    element = f"<my-tasks {attributes}></my-tasks>"
    HostPage.more |= {
        "/portal.css": ("text/css", policy, STYLE),
        "/portal.js": ("text/javascript", policy, SCRIPT),
        "/portal": ("text/html", policy, PAGE.format(dash=world.dash, element=element)),
    }
    return f"{site or world.host}/portal"
