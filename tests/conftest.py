"""The sandbox tenant that all tests use, on a real loopback socket."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from sandbox.handle import Sandbox
from sandbox.server import SandboxApp, create_app, make_tenant_server
from tests.environment import CLIENT_SECRET, DASHBOARD_URLS, TENANT_PORT, TENANT_URL


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Reset the language: a request in German leaves it active on the thread for the next test."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine any call may take as long as one for which a page is sent in parts."""
    monkeypatch.setattr("workitems.web.late_list.PATIENCE", 30.0)


class Inline:
    """In the place of a pool of threads: what is submitted is done at once, by whoever submits."""

    @staticmethod
    def submit(call: Callable[..., object], *args: object) -> None:
        call(*args)


class Idle:
    """In the place of the threads that read lists: the turn is given up at once."""

    @staticmethod
    def submit(_run: object, _read: object, turn: Any) -> None:
        turn.give_up()


@pytest.fixture(autouse=True)
def unread_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """No list is read in the background: its thread would not see the test's transaction."""
    monkeypatch.setattr("workitems.indexing.POOL", Idle)


@pytest.fixture
def read_lists(monkeypatch: pytest.MonkeyPatch, unread_lists: None) -> None:
    """A list is read to its end as soon as somebody wants it to be read."""
    monkeypatch.setattr("workitems.indexing.POOL", Inline)


@pytest.fixture(scope="session")
def tenant() -> Iterator[SandboxApp]:
    """One tenant for the whole test run, at ISC_BASE_URL and OIDC_ISSUER."""
    app = create_app(
        redirect_uris=[f"{url}/signin/callback/" for url in DASHBOARD_URLS],
        post_logout_redirect_uris=[f"{url}/signed-out/" for url in DASHBOARD_URLS],
        client_secret=CLIENT_SECRET,
        issuer=TENANT_URL,
        rate_limit=None,
    )
    server = make_tenant_server(app, TENANT_PORT)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sandbox(tenant: SandboxApp) -> Sandbox:
    """Controls the tenant; every test starts with the seeded queues."""
    # Wait for a slow write of the previous test: it must not change the queues of the next one.
    assert tenant.sandbox.gate.wait_until_idle(30)
    tenant.sandbox.reset()
    return tenant.sandbox
