"""The sandbox tenant as a process that times its calls: `python -m tests.bench.tenant`.

It prints one JSON line once it is ready, and stops when its standard input is closed.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.server import create_app, make_tenant_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DURATIONS = "/_bench/durations"


class Stopwatch:
    """Measures how long each call takes in the tenant, including the added latency."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self.inner = inner
        self.durations: list[float] = []

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == DURATIONS:
            return self._report(start_response)
        started = time.perf_counter()
        try:
            return self.inner(environ, start_response)
        finally:
            self.durations.append((time.perf_counter() - started) * 1000)

    def _report(self, start_response: "StartResponse") -> Iterable[bytes]:
        """Milliseconds of each call since the last report, as a JSON list."""
        durations, self.durations = self.durations, []
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(durations).encode()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redirect-uri", required=True)
    parser.add_argument("--latency-ms", type=int, required=True)
    options = parser.parse_args()
    address = f"http://127.0.0.1:{options.port}"
    app = create_app(
        redirect_uris=[options.redirect_uri],
        issuer=address,
        latency=options.latency_ms / 1000,
        rate_limit=None,
    )
    app.wsgi_app = Stopwatch(app.wsgi_app)  # type: ignore[method-assign]
    server = make_tenant_server(app, options.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client, person = app.sandbox.client, app.sandbox.persona("heavy").as_json()
    ready = {"address": address, "client_id": client.client_id, "client_secret": client.secret}
    print(json.dumps({**ready, **person}), flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
