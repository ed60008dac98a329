"""Takes the screenshots of the documents: `make screenshots`.

Runs the sandbox tenant and the dashboard (with production settings), and photographs the pages in
Chromium, each in the looks that `scenes.py` names. `ARGS="search keys-dark"` takes those whose
names begin so.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from docs.screenshots.looks import SIZES, Looks, Scene
from docs.screenshots.png import save_small
from docs.screenshots.scenes import SCENES
from sandbox.dashboard import public_url
from sandbox.handle import Sandbox
from sandbox.people import personas
from sandbox.together import running
from tests.e2e.browsers import launch
from tests.e2e.conftest import empty_ledger

HERE = Path(__file__).parent
MOST_BYTES = 150_000
HOST_PAGE = "https://intranet.example.com"  # where there is none, there is no widget


def picture(page: Page, name: str) -> None:
    path = HERE / f"{name}.png"
    page.mouse.move(0, 0)
    shot = page.screenshot(animations="disabled", caret="hide")
    size = save_small(page, shot, path)
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes; {MOST_BYTES} are allowed")


def show(browser: Browser, url: str, scene: Scene, looks: Looks, sandbox: Sandbox) -> Page:
    """The scene, in a browser of its own: each has its own session and its own lists."""
    page = browser.new_context(
        base_url=url,
        viewport={"width": looks.width, "height": SIZES[looks.width]},
        color_scheme=looks.theme,
        locale=looks.language or "en",
        reduced_motion="reduce",
    ).new_page()
    page.goto("/")
    page.get_by_role("button", name=personas()[scene.persona].name).click()
    page.goto("/")
    scene.arrange(page, sandbox)
    return page


def main(wanted: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), LOG_LEVEL="WARNING", FRAME_ANCESTORS=HOST_PAGE) as (app, dashboard),
        sync_playwright() as playwright,
    ):
        dashboard.start_beside("run_worker")
        browser = launch(playwright.chromium)
        for name, scene in SCENES.items():
            for path, looks in scene.pictures(name):
                if not wanted or path.startswith(tuple(wanted)):
                    page = show(browser, public_url(dashboard.port), scene, looks, app.sandbox)
                    picture(page, path)
                    page.context.close()
                    empty_ledger(Path(folder) / "dashboard.sqlite3")
                    app.sandbox.reset()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
