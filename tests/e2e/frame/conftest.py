"""Dashboard, host page and provider on three sites, and a Chromium without third-party cookies.

`*.localhost` resolves to this machine without DNS and is a secure context without a certificate,
so Secure, __Host- and Partitioned cookies behave as they do over https.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from sandbox.dashboard import NO_BUDGET, Dashboard, dashboard_environment
from sandbox.handle import Sandbox
from tests.e2e.browsers import ARGS, INSTALLED, found
from tests.e2e.conftest import empty_ledger
from tests.e2e.frame.sites import OpenerPolicy, host_pages, provider
from tests.e2e.holding import PUT_SETTINGS, asked, job_worker_of
from tests.environment import CLIENT_SECRET, free_port

if TYPE_CHECKING:
    from tests.e2e.frame.portal import Portal

Start = Callable[..., BrowserContext]

# Playwright disables storage partitioning and the popup blocker. These switches restore them: the
# last --disable-features counts.
# The last of these is of windows alone: each would have a page of the browser's own made ready.
OFF = ("MediaRouter", "HttpsUpgrades", "OptimizationHints", "PaintHolding", "PreloadTopChromeWebUI")
SWITCHES = (*ARGS, "--no-sandbox", f"--disable-features={','.join(OFF)}")
LOOPBACK = "MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
# Logs the messages between frames and popups to the console.
LISTEN = "addEventListener('message', (e) => console.debug('heard ' + e.data?.type))"


@dataclass
class World:
    """The addresses of the sites, and access to tenant, provider and database."""

    dash: str
    host: str  # on another site, allowed to frame
    near: str  # of the dashboard's own site, allowed to frame
    stranger: str  # on another site, not allowed
    tenant: Sandbox
    opener_policy: OpenerPolicy
    database: Path
    dashboard: Dashboard
    said: list[str] = field(default_factory=list)

    def forget_sessions(self) -> None:
        """Delete all sessions, as if they had expired."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            for table in ("framedsession", "tokenset", "session"):
                database.execute(f"DELETE FROM signin_{table}")  # noqa: S608 - our own names
            database.commit()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The servers that all tests of this folder share."""
    tenant_port, dash_port, host_port = free_port(), free_port(), free_port()
    folder = tmp_path_factory.mktemp("frame")
    dash = f"http://dash.localhost:{dash_port}"
    host, near = f"http://intranet.localhost:{host_port}", f"http://a.dash.localhost:{host_port}"
    environment = dashboard_environment(
        tenant=f"http://127.0.0.1:{tenant_port}",
        profile="openid",
        client_id="my-tasks-sandbox",
        client_secret=CLIENT_SECRET,
        port=dash_port,
        folder=folder,
    )
    environment |= NO_BUDGET | {
        "PUBLIC_URL": dash,
        "ALLOWED_HOSTS": "dash.localhost,127.0.0.1",
        "FRAME_ANCESTORS": f"{host},{near}",
        "WEB_CONCURRENCY": "1",
    }
    dashboard = Dashboard(environment, dash_port)
    dashboard.migrate()
    with provider(tenant_port, [dash]) as (app, policy), host_pages(host_port):
        dashboard.start()
        try:
            dashboard.wait_until_ready(cancelled=lambda: False)
            yield World(
                dash, host, near, f"http://evil.localhost:{host_port}",
                app.sandbox, policy, folder / "dashboard.sqlite3", dashboard,
            )  # fmt: skip
        finally:
            dashboard.stop()


@pytest.fixture
def world(sites: World) -> World:
    empty_ledger(sites.database)  # first: nothing is left that a job worker could still send
    sites.tenant.reset()
    sites.opener_policy.policy = ""
    sites.said.clear()
    return sites


@pytest.fixture(scope="module")
def _working(sites: World) -> Iterator[None]:
    with job_worker_of(sites.dashboard, sites.database):
        yield


@pytest.fixture
def working(world: World, _working: None) -> Iterator[World]:
    """A job worker lives, and what the approver decides can be undone for two seconds."""
    asked(world.database, PUT_SETTINGS, world.tenant.persona("approver").id, 2, 1)
    yield world
    asked(world.database, "DELETE FROM workitems_personsettings")


@pytest.fixture(scope="session")
def started(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts a browser that blocks third-party cookies, or one that does not; each only once."""
    running: dict[bool, BrowserContext] = {}

    def begin(*, blocks: bool) -> BrowserContext:
        if blocks not in running:
            profile = tmp_path_factory.mktemp("profile")
            running[blocks] = launched(chromium, profile, blocks=blocks)
        return running[blocks]

    yield begin
    for context in running.values():
        context.close()


def launched(
    chromium: Browser, profile: Path, *, blocks: bool, names: str = LOOPBACK, **options: Any
) -> BrowserContext:
    wanted = {"cookie_controls_mode": int(blocks), "block_third_party_cookies": blocks}
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps({"profile": wanted}))
    context = chromium.browser_type.launch_persistent_context(
        profile,
        executable_path=found(*INSTALLED),
        ignore_default_args=["--disable-popup-blocking"],
        args=[*SWITCHES, f"--host-resolver-rules={names}"],
        **options,
    )
    context.set_default_timeout(10_000)
    context.add_init_script(LISTEN)
    return context


@pytest.fixture
def start(started: Start, world: World) -> Iterator[Start]:
    """Opens a browser without cookies; fails the test on policy violations and script errors."""
    used: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        world.said.append(f"{message.type}: {message.text}")

    def begin(*, blocks: bool = True) -> BrowserContext:
        context = started(blocks=blocks)
        context.clear_cookies()
        context.on("console", hear)
        context.on("weberror", lambda error: world.said.append(f"page error: {error.error}"))
        used.append(context)
        return context

    yield begin
    for context in used:
        context.remove_listener("console", hear)
        blank = context.new_page()
        for page in context.pages:
            if page != blank:
                page.close()
        assert "[native code]" in blank.evaluate("performance.now.toString()"), (
            "a changed clock stays: own_browser"
        )
    wrong = [each for each in world.said if "violates" in each or each.startswith("page error")]
    assert wrong == []


@pytest.fixture
def browser(start: Start) -> BrowserContext:
    """A browser that blocks third-party cookies."""
    return start()


@pytest.fixture
def own_browser(chromium: Browser, tmp_path: Path, world: World) -> Iterator[BrowserContext]:
    """One that no other test uses: a context keeps a changed clock for each page that follows."""
    context = launched(chromium, tmp_path, blocks=True)
    yield context
    context.close()


@pytest.fixture
def portal(browser: BrowserContext, world: World) -> "Portal":
    """A host page, 360 pixels wide, with the widget signed in."""
    from tests.e2e.frame.portal import open_portal  # noqa: PLC0415 - it builds on this module

    portal = open_portal(browser, world)
    portal.sign_in()
    portal.wait_for("count")
    return portal
