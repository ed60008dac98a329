"""Reads texts and numbers from the page, found by ARIA role and name."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from sandbox.entries import approval_items
from sandbox.handle import Sandbox
from sandbox.transitions import APPROVED, decide_one, finished


def row(page: Page, text: str) -> Locator:
    """The row of the list whose sentence contains `text`."""
    return page.get_by_role("article", name=text)


def numbers(page: Page) -> tuple[int, int]:
    """Pending and completed, as shown on the tabs."""
    tabs = page.get_by_role("navigation", name="Tasks").get_by_role("link")
    expect(tabs).to_have_count(2)
    pending, completed = (int(re.sub(r"\D", "", text)) for text in tabs.all_inner_texts())
    return pending, completed


def expect_numbers(page: Page, pending: int, completed: int) -> None:
    """Tabs, badge and title show these numbers."""
    tabs = page.get_by_role("navigation", name="Tasks").get_by_role("link")
    expect(tabs).to_have_text(
        [re.compile(rf"Pending\s+{pending}\b"), re.compile(rf"\s{completed}\b")]
    )
    expect(page.locator("#badge")).to_contain_text(f"{pending} open")
    expect(page.locator("#badge")).to_contain_text(f"{completed} completed")


def says(page: Page, text: str) -> None:
    """The page's live region contains this text."""
    expect(page.locator("#status").and_(page.get_by_role("status"))).to_contain_text(text)


def stands_still(control: Locator, seconds: float = 0.8) -> Locator:
    """Wait, as a person who reads does, until the control has not moved for that long."""
    since, box = time.monotonic(), control.bounding_box()
    while time.monotonic() - since < seconds:
        control.page.wait_for_timeout(50)
        if box != (box := control.bounding_box()):
            since = time.monotonic()
    return control


def writes(sandbox: Sandbox) -> list[str]:
    """The paths of the write calls that the tenant has received."""
    return [call.path for call in sandbox.api_calls if call.method == "POST"]


def item_id(sandbox: Sandbox, persona: str, text: str) -> str:
    """The id of the persona's pending work item that says `text` in its description or items."""
    owner = sandbox.persona(persona).id
    for key in sandbox.world.queue(owner, done=False):
        entry = sandbox.world.get(key)
        if entry and text in str(entry.body):
            return key
    raise LookupError(text)


def decide_elsewhere(sandbox: Sandbox, persona: str, text: str) -> None:
    """Decide the task by a direct API call, as if in another browser."""
    key = item_id(sandbox, persona, text)
    entry = sandbox.world.get(key)
    assert entry is not None
    for item in approval_items(entry.body):
        entry = decide_one(entry, item["id"], APPROVED, sandbox.clock.now())
    sandbox.world.put(entry)


def finish_all(sandbox: Sandbox, persona: str) -> None:
    """Nothing is pending any more, as if somebody had worked through it in another browser."""
    for key in sandbox.world.queue(sandbox.persona(persona).id, done=False):
        entry = sandbox.world.get(key)
        assert entry is not None
        sandbox.world.put(finished(entry, APPROVED, sandbox.clock.now()))


def pen_of(page: Page) -> Callable[[float, float], None]:
    """Taps with a pen, which Playwright has no words for: as Chromium's own protocol sends them."""
    devtools = page.context.new_cdp_session(page)

    def tap(x: float, y: float) -> None:
        at = {"x": x, "y": y, "pointerType": "pen", "button": "left", "clickCount": 1}
        devtools.send("Input.dispatchMouseEvent", {**at, "type": "mouseMoved", "button": "none"})
        devtools.send("Input.dispatchMouseEvent", {**at, "type": "mousePressed", "buttons": 1})
        devtools.send("Input.dispatchMouseEvent", {**at, "type": "mouseReleased"})

    return tap
