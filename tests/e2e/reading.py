"""What a person reads on the page, found by role and name."""

import re

from playwright.sync_api import Locator, Page, expect

from sandbox.entries import approval_items
from sandbox.handle import Sandbox
from sandbox.transitions import APPROVED, decide_one


def row(page: Page, text: str) -> Locator:
    """The row of the list whose sentence contains `text`."""
    return page.get_by_role("article", name=text)


def numbers(page: Page) -> tuple[int, int]:
    """Pending and completed, as the tabs tell."""
    tabs = page.get_by_role("navigation", name="Tasks").get_by_role("link")
    expect(tabs).to_have_count(2)
    pending, completed = (int(re.sub(r"\D", "", text)) for text in tabs.all_inner_texts())
    return pending, completed


def expect_numbers(page: Page, pending: int, completed: int) -> None:
    """Tabs, badge and title agree."""
    tabs = page.get_by_role("navigation", name="Tasks").get_by_role("link")
    expect(tabs).to_have_text(
        [re.compile(rf"Pending\s+{pending}\b"), re.compile(rf"\s{completed}\b")]
    )
    expect(page.locator("#badge")).to_contain_text(f"{pending} open")
    expect(page.locator("#badge")).to_contain_text(f"{completed} completed")


def says(page: Page, text: str) -> None:
    """The page's live region speaks."""
    expect(page.locator("#status").and_(page.get_by_role("status"))).to_contain_text(text)


def writes(sandbox: Sandbox) -> list[str]:
    """The paths of the calls that changed something at the tenant, as it received them."""
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
    """Somebody else, or the same person on their phone, was faster."""
    key = item_id(sandbox, persona, text)
    entry = sandbox.world.get(key)
    assert entry is not None
    for item in approval_items(entry.body):
        entry = decide_one(entry, item["id"], APPROVED, sandbox.clock.now())
    sandbox.world.put(entry)
