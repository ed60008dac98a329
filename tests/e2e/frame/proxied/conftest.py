"""The same three sites over TLS, under names as in production, with nginx's shipped file before us.

The fixtures of the folder above are used as they are: only the servers and the browser's names of
hosts differ.
"""

import os
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sandbox.dashboard import NO_BUDGET, Dashboard, dashboard_environment
from tests.e2e.frame.conftest import Start, World, launched
from tests.e2e.frame.sites import host_pages, provider
from tests.environment import CLIENT_SECRET, free_port
from tests.proxies import HOST, NGINX, Proxy

DASH, PORTAL = f"https://{HOST}", "https://portal.example.org"
IMPATIENT = {"proxy_read_timeout 60s": "proxy_read_timeout 1s"}


@dataclass(frozen=True)
class Servers:
    """gunicorn and nginx, to be stopped and changed in the middle."""

    dashboard: Dashboard
    nginx: Proxy
    folder: Path

    @property
    def master(self) -> int:
        """gunicorn's process, and the id of its group."""
        return int((self.folder / "gunicorn.pid").read_text())

    def kill(self) -> None:
        """As by a machine that fails: nothing is ended well."""
        os.killpg(self.master, signal.SIGKILL)

    def pause(self) -> None:
        os.killpg(self.master, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.master, signal.SIGCONT)

    def renew_workers(self) -> None:
        """A rolling restart."""
        os.kill(self.master, signal.SIGHUP)

    def start(self) -> None:
        self.dashboard.stop()
        self.dashboard.start()
        self.dashboard.wait_until_ready(cancelled=lambda: False)

    def settle(self) -> None:
        """Both run, nginx with the shipped file."""
        with suppress(ProcessLookupError):
            self.go_on()
        if not self.dashboard.is_running:
            self.start()
        self.nginx.restart()

    def begin(self, data: bytes) -> socket.socket:
        """A connection to nginx with the beginning of a request."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        wrapped = context.wrap_socket(socket.create_connection(("127.0.0.1", self.nginx.tls), 20))
        wrapped.sendall(data)
        return wrapped


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder, port = tmp_path_factory.mktemp("proxied"), free_port()
    nginx = Proxy(NGINX, folder, port)
    environment = dashboard_environment(
        tenant=f"http://127.0.0.1:{free_port()}",
        profile="openid",
        client_id="my-tasks-sandbox",
        client_secret=CLIENT_SECRET,
        port=port,
        folder=folder,
    )
    environment |= NO_BUDGET | {
        "PUBLIC_URL": DASH,
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "FRAME_ANCESTORS": PORTAL,
        "TRUST_PROXY": "true",
        "STATIC_FILES": "hashed",
        "STATIC_ROOT": str(folder / "static"),
        "WEB_CONCURRENCY": "2",
        "GUNICORN_CMD_ARGS": f"--pid {folder / 'gunicorn.pid'}",
    }
    dashboard = Dashboard(environment, port)
    dashboard.migrate()
    dashboard.collect_static()
    servers = Servers(dashboard, nginx, folder)
    try:
        servers.start()
        nginx.start()
        yield servers
    finally:
        nginx.stop()
        dashboard.stop()


@pytest.fixture
def servers(ready: Servers) -> Iterator[Servers]:
    """gunicorn and nginx, which run again as they did when the test is over."""
    yield ready
    ready.settle()


@pytest.fixture(scope="session")
def host_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def sites(ready: Servers, host_port: int) -> Iterator[World]:
    """In place of the sites of the folder above."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ready.folder / "both.pem")
    tenant_port = urlsplit(ready.dashboard.environment["ISC_BASE_URL"]).port
    assert tenant_port
    with provider(tenant_port, [DASH]) as (app, policy), host_pages(host_port, tls):
        database = ready.folder / "dashboard.sqlite3"
        yield World(DASH, PORTAL, "", "", app.sandbox, policy, database, ready.dashboard)


@pytest.fixture(scope="session")
def started(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, ready: Servers, host_port: int
) -> Iterator[Start]:
    """One browser, without third-party cookies, which finds these hosts here."""
    ports = {
        f"{HOST}:80": ready.nginx.plain,
        f"{HOST}:443": ready.nginx.tls,
        f"{urlsplit(PORTAL).hostname}:443": host_port,
    }
    rules = [f"MAP {name} 127.0.0.1:{port}" for name, port in ports.items()]
    names = ", ".join([*rules, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"])
    profile = tmp_path_factory.mktemp("profile")
    context = launched(chromium, profile, blocks=True, names=names, ignore_https_errors=True)
    yield lambda **_: context
    context.close()


@pytest.fixture
def page(browser: BrowserContext, world: World, servers: Servers) -> Page:
    """The list of the approver, signed in through the proxy."""
    page = browser.new_page()
    page.goto(world.dash)
    page.get_by_role("button", name=world.tenant.persona("approver").name).click()
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()
    world.tenant.calls.clear()
    return page
