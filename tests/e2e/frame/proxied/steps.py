"""What the tests of this folder press, and where they read."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.reading import row

TASK, OTHER = "Treasury to ximena.caballero", "Close Team"
UNKNOWN = "know yet whether it was done"
NEVER_CAME = "It did not reach My Tasks: nothing was sent."


def approve(page: Page) -> Locator:
    """Press, and return where the row says what is known of it."""
    row(page, TASK).get_by_role("button", name="Approve").click()
    return row(page, TASK).get_by_role("alert").first


def approve_one_of_four(page: Page) -> None:
    row(page, OTHER).get_by_text("one by one").click()
    row(page, OTHER).get_by_role("button", name="Approve: ").first.click()
    expect(row(page, OTHER)).to_contain_text("1 of 4 decided")
