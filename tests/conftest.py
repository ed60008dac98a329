"""The pretend tenant that every folder of tests speaks to, on a real loopback socket."""

import threading
from collections.abc import Iterator

import pytest
from django.utils import translation

from sandbox.handle import Sandbox
from sandbox.server import SandboxApp, create_app, make_tenant_server
from tests.environment import CLIENT_SECRET, DASHBOARD_URLS, TENANT_PORT, TENANT_URL


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request in German leaves its language on the thread, for whatever test comes next."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def tenant() -> Iterator[SandboxApp]:
    """One tenant for the whole run, at ISC_BASE_URL and OIDC_ISSUER."""
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
    """The tenant's levers, with the queues as they were seeded."""
    # A test may leave a slow write behind: it must not reach the queues of the next one.
    assert tenant.sandbox.gate.wait_until_idle(30)
    tenant.sandbox.reset()
    return tenant.sandbox
