"""Environment variables of the tests, set before Django loads settings (`-p tests.environment`)."""

import itertools
import os
import socket
from contextlib import suppress
from typing import NoReturn

import pytest

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.serving import REFUSED_BY_BROWSERS

# Below the ephemeral ports (from 32768 on Linux), and a separate range for each test worker, so
# that no other process takes a port between this check and the start of the server.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST = 10_000 + 2_000 * (WORKER % 10)
PORTS = [port for port in range(FIRST, FIRST + 2_000) if port not in REFUSED_BY_BROWSERS]
_turn = itertools.count(os.getpid())


def free_port() -> int:
    """A free port of the loopback interface; each call returns another one."""
    for turn in _turn:
        port = PORTS[turn % len(PORTS)]
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the turns never end")


TENANT_PORT = free_port()
TENANT_URL = f"http://127.0.0.1:{TENANT_PORT}"
CLIENT_SECRET = "a-secret-of-the-tests-and-nobody-else"
# Ports of the dashboards: Django's test client, one process for each sign-in profile, and the one
# that the tests of serving stop and start.
DASHBOARD_PORTS = {"openid": free_port(), "isc": free_port(), "served": free_port()}
DASHBOARD_URLS = (
    "http://localhost:8000",
    *(f"http://localhost:{port}" for port in DASHBOARD_PORTS.values()),
)

# The tests must not inherit settings from the developer's environment.
OURS = ("ISC_", "OIDC_", "SESSION_", "SECRET_KEY", "DATABASE_", "FRAME_", "LOG_", "WEB_", "STATIC_")
OURS += ("CALL_LOG", "COUNTS_", "DEBUG", "LANGUAGE", "PAGE_SIZE", "REDIS_", "TIME_ZONE")
OURS += ("SNAPSHOT_", "TRUST_PROXY", "FLAG", "FORWARD_COMMENTS_FILE", "HEALTH_PORT")
for name in list(os.environ):
    if name.startswith(OURS):
        del os.environ[name]

os.environ.update(
    {
        "ENV_FILE": "",
        "PUBLIC_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,testserver,dash.localhost",
        "ISC_BASE_URL": TENANT_URL,
        "ISC_API_VERSION": "v2024",
        "COUNTS_SECONDS": "0",  # the tenant is changed past the dashboard, and looked at at once
        "ISC_BUDGET": "0",  # hundreds of tests make more calls than people do
        "OIDC_ISSUER": TENANT_URL,
        "OIDC_CLIENT_ID": DASHBOARD_CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
        "DATABASE_URL": "sqlite://:memory:",
        "STATIC_FILES": "plain",
        # Playwright's synchronous API runs an event loop in the test's own thread.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)


def missing(what: str) -> NoReturn:
    """Skip a test whose external program is missing; in CI, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")
