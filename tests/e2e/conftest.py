"""A real browser, the dashboard with production settings, and the sandbox tenant."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from sandbox.dashboard import NO_BUDGET, Dashboard, dashboard_environment
from sandbox.handle import Sandbox
from sandbox.server import SandboxApp
from tests.e2e.browsers import launch
from tests.e2e.holding import PUT_SETTINGS, Choose, asked, job_worker_of
from tests.e2e.sign_in_steps import sign_in
from tests.e2e.watching import Watch
from tests.environment import CLIENT_SECRET, DASHBOARD_PORTS, TENANT_URL

AddressOf = Callable[[str], str]
Visitor = Callable[..., Page]
SignedIn = Callable[..., Page]
HERE = Path(__file__).parent
expect.set_options(timeout=10_000)
SENDING = "SELECT 1 FROM workitems_attempt WHERE status = 'sending' AND is_live"
LONGEST_SENDING = 5.0  # seconds: a sender that was killed never ends


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.no_cover)  # the dashboard is a process of its own


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def ledgers() -> list[Path]:
    """The database files of the dashboards that run."""
    return []


@pytest.fixture(autouse=True)
def empty_ledgers(ledgers: list[Path]) -> None:
    """What was done with the queues is forgotten with each test."""
    for path in ledgers:
        empty_ledger(path)


@pytest.fixture
def sandbox(empty_ledgers: None, sandbox: Sandbox) -> Sandbox:
    """The queues begin anew once nothing is left that a job worker could still send."""
    return sandbox


def empty_ledger(path: Path) -> None:
    """Takes back what is still to be sent, and waits for what is on its way."""
    asked(path, "DELETE FROM workitems_attempt WHERE status = 'scheduled'")
    until = time.monotonic() + LONGEST_SENDING
    while asked(path, SENDING) and time.monotonic() < until:
        time.sleep(0.05)
    with closing(sqlite3.connect(path, timeout=10)) as database, database:
        database.execute("DELETE FROM workitems_attempt")
        database.execute("DELETE FROM workitems_bulkrun")
        database.execute("DELETE FROM workitems_savedview")
        database.execute("DELETE FROM workitems_basketentry")
        database.execute("DELETE FROM workitems_pinnedowner")
        database.execute("DELETE FROM workitems_rejection")
        database.execute("DELETE FROM workitems_queuesnapshot")


@pytest.fixture(scope="session")
def running() -> dict[str, Dashboard]:
    """The dashboards that run, by their sign-in profile."""
    return {}


@pytest.fixture(scope="session")
def address_of(
    tenant: SandboxApp,
    tmp_path_factory: pytest.TempPathFactory,
    ledgers: list[Path],
    running: dict[str, Dashboard],
) -> Iterator[AddressOf]:
    """Returns a sign-in profile's dashboard address; starts its process on first use."""

    def address(profile: str) -> str:
        if profile not in running:
            folder = tmp_path_factory.mktemp(profile)
            running[profile] = served(profile, folder)
            place = 0 if profile == "openid" else len(ledgers)  # ledgers[0] is always openid's
            ledgers.insert(place, folder / "dashboard.sqlite3")
        return f"http://localhost:{DASHBOARD_PORTS[profile]}"

    yield address
    for dashboard in running.values():
        dashboard.stop()


def served(profile: str, folder: Path) -> Dashboard:
    """The dashboard under gunicorn with one worker, hashed files and an empty database."""
    port = DASHBOARD_PORTS[profile]
    environment = dashboard_environment(
        tenant=TENANT_URL,
        profile=profile,
        client_id="my-tasks-sandbox",
        client_secret=CLIENT_SECRET,
        port=port,
        folder=folder,
    )
    files = {"STATIC_FILES": "hashed", "STATIC_ROOT": str(folder / "static")}
    # Only what `choose` is told waits: the job worker of one test may live on while another runs.
    at_once = {"UNDO_SECONDS": "0"}
    environment |= files | NO_BUDGET | at_once | {"WEB_CONCURRENCY": "1"}
    dashboard = Dashboard(environment, port)
    dashboard.migrate()
    dashboard.collect_static()
    dashboard.start()
    dashboard.wait_until_ready(cancelled=lambda: False)
    return dashboard


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test on every browser error or warning that the test does not expect."""
    watch = Watch()
    yield watch
    complaints = watch.unexpected()
    watch.close()
    assert complaints == []


@pytest.fixture
def visitor(address_of: AddressOf, chromium: Browser, watch: Watch, sandbox: Sandbox) -> Visitor:
    """Opens a browser without any session; keyword arguments go to Playwright."""

    def visit(profile: str = "openid", **options: Any) -> Page:
        context = chromium.new_context(base_url=address_of(profile), **options)
        watch.over(context)
        return context.new_page()

    return visit


@pytest.fixture(scope="session")
def saved_sign_ins() -> dict[tuple[str, str], StorageState]:
    """Saved sessions by profile and persona, so that each signs in once per test run."""
    return {}


@pytest.fixture
def signed_in(
    visitor: Visitor,
    chromium: Browser,
    address_of: AddressOf,
    sandbox: Sandbox,
    saved_sign_ins: dict[tuple[str, str], StorageState],
) -> SignedIn:
    """Opens `path` in a browser in which the persona has signed in."""

    def enter(key: str, path: str = "/", *, profile: str = "openid", **options: Any) -> Page:
        if (profile, key) not in saved_sign_ins:
            context = chromium.new_context(base_url=address_of(profile))
            page = context.new_page()
            page.goto("/")
            sign_in(page, sandbox.persona(key).name)
            if key == "admin":
                give_reason(page)
            saved_sign_ins[profile, key] = context.storage_state()
            context.close()
        page = visitor(profile, storage_state=saved_sign_ins[profile, key], **options)
        sandbox.calls.clear()
        page.goto(path)
        return page

    return enter


def give_reason(page: Page) -> None:
    """Answer what administrators are asked once per session, before another queue is shown."""
    page.goto("/reason/")
    page.get_by_label("Why do you look").fill("Ticket 4711: she is on leave")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "/reason/" not in url)  # any other navigation is not the answer


@pytest.fixture
def approver(signed_in: SignedIn) -> Page:
    return signed_in("approver")


@pytest.fixture(scope="module")
def job_worker(
    address_of: AddressOf, running: dict[str, Dashboard], ledgers: list[Path]
) -> Iterator[Dashboard]:
    """The job worker of the dashboard, as long as the tests of a file run."""
    address_of("openid")
    with job_worker_of(running["openid"], ledgers[0]) as dashboard:
        yield dashboard


@pytest.fixture
def choose(job_worker: Dashboard, ledgers: list[Path], sandbox: Sandbox) -> Iterator[Choose]:
    """Choose a person's time to undo: seconds, or None until they press Send."""

    def to(seconds: int | None, key: str = "approver") -> None:
        asked(ledgers[0], PUT_SETTINGS, sandbox.persona(key).id, seconds, 1)

    yield to
    asked(ledgers[0], "DELETE FROM workitems_personsettings")
