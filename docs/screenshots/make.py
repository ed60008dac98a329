"""Takes the screenshots of the README: `make screenshots`.

Runs the sandbox tenant and the dashboard (with production settings), and photographs the pages in
Chromium: light and dark theme, wide and narrow window.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.screenshots.png import save_small
from sandbox.dashboard import public_url
from sandbox.people import personas
from sandbox.together import running
from tests.e2e.browsers import launch

HERE = Path(__file__).parent
SIZES = {1280: 800, 360: 740}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_BYTES = 150_000
TASK = "Opportunity Editor"


def the_list(page: Page) -> None:
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()


def a_task(page: Page) -> None:
    page.get_by_role("article", name=TASK).get_by_role("link").click()
    expect(page.locator("#panel")).to_be_visible()


def the_forward_dialog(page: Page) -> None:
    article = page.get_by_role("article", name=TASK)
    article.get_by_role("button", name="Forward").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("ra")
    dialog.get_by_role("radio").first.check()
    dialog.get_by_role("textbox", name="Comment").fill("You know this team better than I do.")


SCENES: dict[str, Callable[[Page], None]] = {
    "list": the_list,
    "task": a_task,
    "forward": the_forward_dialog,
}


def picture(page: Page, name: str) -> None:
    path = HERE / f"{name}.png"
    page.mouse.move(0, 0)
    shot = page.screenshot(animations="disabled", caret="hide")
    size = save_small(page, shot, path)
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes; {MOST_BYTES} are allowed")


def pictures(browser: Browser, url: str, width: int, theme: Literal["light", "dark"]) -> None:
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name=personas()["approver"].name).click()
    for scene, arrange in SCENES.items():
        page.goto("/")
        arrange(page)
        picture(page, f"{scene}-{theme}-{width}")
    context.close()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), LOG_LEVEL="WARNING") as (_app, dashboard),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright.chromium)
        for width in SIZES:
            for theme in THEMES:
                pictures(browser, public_url(dashboard.port), width, theme)
        browser.close()


if __name__ == "__main__":
    main()
