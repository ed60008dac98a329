"""Takes the screenshots of the README: `make screenshots`.

Runs the sandbox tenant and the dashboard (with production settings), and photographs the pages in
Chromium: light and dark theme, wide and narrow window.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.screenshots.png import save_small
from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.dashboard import Dashboard, dashboard_environment, public_url
from sandbox.people import personas
from sandbox.server import create_app, make_tenant_server
from sandbox.serving import free_port
from tests.e2e.browsers import launch

HERE = Path(__file__).parent
SIZES = {1280: 800, 360: 740}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_BYTES = 150_000
TASK = "Opportunity Editor"


@contextmanager
def dashboard() -> Iterator[str]:
    """Start a tenant in this process and a dashboard process; yields the dashboard's URL."""
    tenant_port, port = free_port(0, 0), free_port(0, 0)
    tenant_url, url = f"http://127.0.0.1:{tenant_port}", public_url(port)
    app = create_app(redirect_uris=[f"{url}/signin/callback/"], issuer=tenant_url)
    server = make_tenant_server(app, tenant_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        environment = dashboard_environment(
            tenant=tenant_url,
            profile="openid",
            client_id=DASHBOARD_CLIENT_ID,
            client_secret=app.sandbox.client.secret,
            port=port,
            folder=Path(folder),
        )
        process = Dashboard({**environment, "LOG_LEVEL": "WARNING"}, port)
        process.migrate()
        process.start()
        try:
            process.wait_until_ready(cancelled=lambda: False)
            yield url
        finally:
            process.stop()
            server.shutdown()
            server.server_close()


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
    with dashboard() as url, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        for width in SIZES:
            for theme in THEMES:
                pictures(browser, url, width, theme)
        browser.close()


if __name__ == "__main__":
    main()
