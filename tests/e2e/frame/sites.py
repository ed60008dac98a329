"""The other two sites: the host page, and a provider that can cut popups off their opener."""

import html
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.server import SandboxApp, create_app, make_tenant_server
from tests.environment import CLIENT_SECRET

HEADERS = {"coop": "Cross-Origin-Opener-Policy", "coep": "Cross-Origin-Embedder-Policy"}
# Third-party blocking must reject the first cookie and accept the second.
COOKIES = (
    "plain=1; Path=/; Secure; SameSite=None",
    "chips=1; Path=/; Secure; SameSite=None; Partitioned",
)


class HostPage(BaseHTTPRequestHandler):
    """`/?src=…` frames an address; coop, coep, sandbox and credentialless set how.

    `more` holds pages that a test adds: path -> content type, policy, body.
    `/cookies/set` sets COOKIES and `/cookies` shows those received, also inside frames.
    """

    more: ClassVar[dict[str, tuple[str, str, str]]] = {}

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        wanted = dict(parse_qsl(query, keep_blank_values=True))
        if path in self.more:
            self.send(*self.more[path])
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, header in HEADERS.items():
            if name in wanted:
                self.send_header(header, wanted[name])
        for cookie in COOKIES if path == "/cookies/set" else ():
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        held = html.escape(self.headers.get("Cookie", ""))
        body = f"<pre>{held}</pre>" if path.startswith("/cookies") else framing(wanted)
        self.wfile.write(f'<!doctype html><link rel="icon" href="data:,">{body}'.encode())

    def send(self, kind: str, policy: str, body: str) -> None:
        """Send a page that a test has added."""
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """No output."""


def framing(wanted: dict[str, str]) -> str:
    """One iframe, or `times` of them."""
    attributes = f'src="{html.escape(wanted.get("src", "about:blank"))}"'
    if "sandbox" in wanted:
        attributes += f' sandbox="{html.escape(wanted["sandbox"])}"'
    if "credentialless" in wanted:
        attributes += " credentialless"
    frame = f'<iframe width="480" height="420" {attributes}></iframe>'
    return frame * int(wanted.get("times", "1"))


@contextmanager
def host_pages(port: int, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Serve HostPage for every host name of the loopback interface."""
    server = ThreadingHTTPServer(("127.0.0.1", port), HostPage)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def page_around(src: str, *, site: str, **how: str) -> str:
    return f"{site}/?{urlencode({'src': src, **how})}"


class OpenerPolicy:
    """WSGI middleware that adds Cross-Origin-Opener-Policy, as Entra ID and Cognito send it."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.policy = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *args: Any) -> Any:
            more = [(HEADERS["coop"], self.policy)] if self.policy else []
            return start_response(status, [*headers, *more], *args)

        return self.app(environ, start)


@contextmanager
def provider(port: int, dashboards: list[str]) -> Iterator[tuple[SandboxApp, OpenerPolicy]]:
    """A separate tenant for these tests; 127.0.0.1 is a third site."""
    app = create_app(
        redirect_uris=[f"{url}/signin/callback/" for url in dashboards],
        post_logout_redirect_uris=[f"{url}/signed-out/" for url in dashboards],
        client_secret=CLIENT_SECRET,
        issuer=f"http://127.0.0.1:{port}",
        rate_limit=None,
    )
    policy = OpenerPolicy(app.wsgi_app)
    app.wsgi_app = policy  # type: ignore[method-assign]
    server = make_tenant_server(app, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, policy
    server.shutdown()
    server.server_close()
    thread.join()
