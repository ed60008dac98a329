"""A tenant in this process and a dashboard of its own beside it, for tools that need both."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.dashboard import Dashboard, dashboard_environment, public_url, scan_environment
from sandbox.server import SandboxApp, create_app, make_tenant_server
from sandbox.serving import free_port


@contextmanager
def running(
    folder: Path, *, scans: bool = False, **more: str
) -> Iterator[tuple[SandboxApp, Dashboard]]:
    """The tenant, and a dashboard with its own defaults, or `more` in their place.

    `folder` is for the database; `scans` runs the tenant scan beside it. Raises DashboardFailed.
    """
    tenant_port, port = free_port(0, 0), free_port(0, 0)
    address = f"http://127.0.0.1:{tenant_port}"
    app = create_app(redirect_uris=[f"{public_url(port)}/signin/callback/"], issuer=address)
    server = make_tenant_server(app, tenant_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = dashboard_environment(
        tenant=address,
        profile="openid",
        client_id=DASHBOARD_CLIENT_ID,
        client_secret=app.sandbox.client.secret,
        port=port,
        folder=folder,
    )
    if scans:
        environment |= scan_environment(app.sandbox.persona("admin"))
    dashboard = Dashboard(environment | more, port)
    dashboard.migrate()
    dashboard.start()
    try:
        dashboard.wait_until_ready(cancelled=lambda: False)
        yield app, dashboard
    finally:
        dashboard.stop()
        server.shutdown()
        server.server_close()
