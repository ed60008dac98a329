"""`python -m sandbox`: runs the tenant and, without `--tenant-only`, the dashboard."""

import argparse
import json
import logging
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from sandbox.dashboard import (
    Dashboard,
    DashboardFailed,
    dashboard_environment,
    public_url,
    scan_environment,
)
from sandbox.host import create_host, host_url
from sandbox.people import personas
from sandbox.server import ACCESS_SECONDS, SandboxApp, create_app, make_tenant_server
from sandbox.serving import TenantServer, free_port

TENANT_PORT, DASHBOARD_PORT, HOST_PORT = 8700, 8000, 8701
STATE = Path("sandbox-state") / "tenant.sqlite3"
AFTER_SIGN_OUT = ("/signed-out/", "/signin/", "/")
BACKCHANNEL = "/signin/backchannel/"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 after Ctrl-C or SIGTERM, 1 when something did not start."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    logging.basicConfig(format="%(name)s: %(message)s")
    try:
        return _tenant_only(options, stop) if options.tenant_only else _demo(options, stop)
    except (DashboardFailed, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, help=f"the tenant's port (else {TENANT_PORT}, or any when taken)")
    add("--dashboard-port", type=int, help=f"else {DASHBOARD_PORT}, or any when taken")
    add("--host-port", type=int, help=f"of the page with the widget, else {HOST_PORT}, or any")
    add("--profile", choices=("openid", "isc"), default="openid", help="how the dashboard signs in")
    add("--public-client", action="store_true", help="a client without a secret")
    add("--access-token-seconds", type=int, default=ACCESS_SECONDS)
    add("--latency-ms", type=int, default=0, help="added to every API call")
    add("--no-rate-limit", action="store_true")
    add("--state", type=Path, help=f"where changes are kept (the demo: {STATE})")
    add("--reset", action="store_true", help="forget what was kept")
    add("--tenant-only", action="store_true", help="no dashboard")
    add("--json", action="store_true", help="with --tenant-only: one line for scripts")
    add("--redirect-uri", action="append", default=[], help="of the dashboard; may be repeated")
    add("--post-logout-redirect-uri", action="append", default=[], help="may be repeated")
    add("--backchannel-logout-uri", help="is told of every sign-out (else the first dashboard)")
    add("--client-secret", help="else random")
    return parser


def _tenant_only(options: argparse.Namespace, stop: threading.Event) -> int:
    port = free_port(options.port, TENANT_PORT)
    redirect_uris = options.redirect_uri or _callbacks(DASHBOARD_PORT)
    app = _tenant(options, port, redirect_uris, options.state)
    server = _serve(app, port)
    if options.json:
        print(json.dumps(_description(app, port)), flush=True)
    else:
        print(_tenant_text(app, port), flush=True)
    stop.wait()
    _end(server)
    return 0


def _demo(options: argparse.Namespace, stop: threading.Event) -> int:
    port = free_port(options.port, TENANT_PORT)
    dashboard_port = free_port(options.dashboard_port, DASHBOARD_PORT)
    state = options.state or STATE
    _ignore_in_git(state.parent)
    host_port = free_port(options.host_port, HOST_PORT)
    callbacks = _callbacks(dashboard_port) + options.redirect_uri
    app = _tenant(options, port, callbacks, state)
    servers = [_serve(app, port), _serve(create_host(public_url(dashboard_port)), host_port)]
    with tempfile.TemporaryDirectory(prefix="my-tasks-") as folder:
        environment = dashboard_environment(
            tenant=_address(port),
            profile=options.profile,
            client_id=app.sandbox.client.client_id,
            client_secret=app.sandbox.client.secret,
            port=dashboard_port,
            folder=Path(folder),
        )
        environment["FRAME_ANCESTORS"] = host_url(host_port)
        environment |= scan_environment(app.sandbox.persona("admin"))
        dashboard = Dashboard(environment, dashboard_port)
        text = _demo_text(_tenant_text(app, port), dashboard_port, host_port)
        try:
            return _run(dashboard, stop, text)
        finally:
            dashboard.stop()
            for server in servers:
                _end(server)


def _run(dashboard: Dashboard, stop: threading.Event, text: str) -> int:
    dashboard.migrate()
    if stop.is_set():
        return 0
    dashboard.start()
    dashboard.start_beside("run_worker")
    dashboard.wait_until_ready(stop.is_set)
    if not stop.is_set():
        print(text, flush=True)
    while not stop.wait(0.5):
        if not dashboard.is_running:
            raise DashboardFailed("The dashboard stopped by itself; see above.")
    return 0


def _tenant(
    options: argparse.Namespace, port: int, redirect_uris: list[str], state: Path | None
) -> SandboxApp:
    if options.reset and state is not None:
        state.unlink(missing_ok=True)
    origins = dict.fromkeys(f"{u.scheme}://{u.netloc}" for u in map(urlsplit, redirect_uris))
    backchannel = next((origin + BACKCHANNEL for origin in origins), None)
    after_sign_out = [origin + path for origin in origins for path in AFTER_SIGN_OUT]
    return create_app(
        state_path=state,
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=options.post_logout_redirect_uri or after_sign_out,
        backchannel_logout_uri=options.backchannel_logout_uri or backchannel,
        client_secret=options.client_secret,
        public_client=options.public_client,
        issuer=_address(port),
        access_token_seconds=options.access_token_seconds,
        latency=options.latency_ms / 1000,
        **({"rate_limit": None} if options.no_rate_limit else {}),
    )


def _serve(app: Flask, port: int) -> TenantServer:
    server = make_tenant_server(app, port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}).start()
    return server


def _end(server: TenantServer) -> None:
    server.shutdown()
    server.server_close()


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _callbacks(port: int) -> list[str]:
    origins = (public_url(port), f"http://127.0.0.1:{port}")
    return [f"{origin}/signin/callback/" for origin in origins]


def _ignore_in_git(folder: Path) -> None:
    if folder == STATE.parent:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _description(app: SandboxApp, port: int) -> dict[str, object]:
    client = app.sandbox.client
    return {
        "api": _address(port),
        "issuer": _address(port),
        "client_id": client.client_id,
        "client_secret": client.secret,
        "personas": [app.sandbox.persona(key).as_json() for key in personas()],
    }


def _tenant_text(app: SandboxApp, port: int) -> str:
    base = _address(port)
    people = "\n".join(
        f"  {persona.key:9} {persona.name:28} {persona.blurb}" for persona in personas().values()
    )
    pat = app.sandbox.persona("approver")
    return f"""
Tenant     {base}   (Sandbox: not SailPoint)

Personas
{people}

With curl, as the approver
  token=$(curl -s {base}/oauth/token -d grant_type=client_credentials \\
    -d client_id={pat.pat_id} -d client_secret={pat.pat_secret} \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
  curl -H "Authorization: Bearer $token" "{base}/v2024/work-items?limit=5"

Inject faults
  curl {base}/_sandbox/faults -d '{{"path": "/work-items", "status": 503, "times": 3}}'
  curl {base}/_sandbox/faults -d '{{"method": "POST", "path": "/approve/", "drop": true}}'
  curl {base}/_sandbox/faults -d '{{"path": "/work-items", "status": 429, "retry_after": 5}}'
  curl {base}/_sandbox/faults -d '{{"path": "/completed", "latency": 8}}'
  curl -X POST {base}/_sandbox/reset
"""


def _demo_text(tenant: str, dashboard_port: int, host_port: int) -> str:
    return f"""{tenant}
Dashboard  {public_url(dashboard_port)}
Widget     {host_url(host_port)}   (in a page of another site; not in Safari)
ready - Ctrl-C stops everything"""


if __name__ == "__main__":
    sys.exit(main())
