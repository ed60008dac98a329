"""A threaded HTTP/1.1 server with keep-alive, which Werkzeug's own server does not offer."""

import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
# The "bad ports" of the Fetch standard from 1024 on: a browser opens no page at one of them.
REFUSED_BY_BROWSERS = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670))
) | {6679, 6697, 10080}


class TenantServer(ThreadingMixIn, TCPServer):
    """Run `serve_forever()` in a thread; stop it with `shutdown()` and `server_close()`."""

    daemon_threads = True  # idle connections must not delay the shutdown
    allow_reuse_address = True  # a restart does not wait for connections in TIME_WAIT
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: "WSGIApplication") -> None:
        self.app = app
        super().__init__(address, Handler)

    @property
    def server_port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: closed connections are expected, by the peer or by an injected fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Serves many requests per connection. Request bodies must have a Content-Length."""

    server: TenantServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: headers and body are sent together

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        replies: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _error: Any = None
        ) -> "Callable[[bytes], object]":
            replies.append((status, headers))
            return self.wfile.write

        chunks = self.server.app(self._environ(body), start_response)
        self._send(*replies[-1], b"".join(chunks))
        if hasattr(chunks, "close"):
            chunks.close()

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = do_PATCH = do_OPTIONS = answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """No output: the tenant records the calls itself."""

    def _environ(self, body: bytes) -> "WSGIEnvironment":
        url = urlsplit(self.path)
        host, port = self.server.server_address[:2]
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(url.path, "latin-1"),
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.protocol_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "werkzeug.socket": self.connection,  # used to drop the connection for a fault
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) not in BODILESS:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def free_port(wanted: int | None, usual: int, host: str = "127.0.0.1") -> int:
    """`wanted` unchanged (0: any); without it `usual`, or any free port when that is taken."""
    if wanted:
        return wanted
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, 0 if wanted == 0 else usual))
        except OSError:
            probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return free_port(0, usual, host) if port in REFUSED_BY_BROWSERS else port
