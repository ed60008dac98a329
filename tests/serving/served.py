"""The dashboard under gunicorn as it is deployed, asked over sockets of our own."""

import http.client
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from sandbox.dashboard import Dashboard, dashboard_environment
from tests.environment import CLIENT_SECRET, DASHBOARD_PORTS, TENANT_URL


class Served:
    """One worker with hashed files, and whatever `more` says."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.port = DASHBOARD_PORTS["served"]  # the tenant knows its redirect address
        self.log_file = folder / "gunicorn.log"
        environment = dashboard_environment(
            tenant=TENANT_URL,
            profile="openid",
            client_id="my-tasks-sandbox",
            client_secret=CLIENT_SECRET,
            port=self.port,
            folder=folder,
        )
        environment |= {
            "ENV_FILE": "",
            "ISC_BUDGET": "0",
            "COUNTS_SECONDS": "0",
            "WEB_CONCURRENCY": "1",
            "GUNICORN_CMD_ARGS": f"--capture-output --error-logfile {self.log_file}",
            **more,
        }
        self.dashboard = Dashboard(environment, self.port)
        self.dashboard.migrate()
        self.dashboard.start()
        self.dashboard.wait_until_ready(lambda: False)

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, *, timeout: float = 10
    ) -> tuple[int, Mapping[str, str], str]:
        """GET on a connection of its own: status, headers, text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": "localhost", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def begin(self, data: bytes) -> socket.socket:
        """A connection with the beginning of a request, and nothing after it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(data)
        return connection

    def wait_for_line(self, text: str) -> None:
        """gunicorn writes its line after the answer."""
        until = time.monotonic() + 10
        while text not in self.log_file.read_text(encoding="utf-8"):
            assert time.monotonic() < until, self.log_file.read_text(encoding="utf-8")
            time.sleep(0.05)
