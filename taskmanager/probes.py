"""HEALTH_PORT: /healthz and /readyz beside the workers' queue, so that they never wait for people.

Half-sent requests and slow readers can take every thread of a worker; a thread here belongs to one
probe. The master opens the port, each worker listens on it, so an answer also says that one lives.
"""

import socket
import threading
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.db import connections

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PROBES = frozenset({"/healthz", "/readyz"})


class _Handler(WSGIRequestHandler):
    timeout = 3  # seconds for the probe to say what it wants

    def log_message(self, *_: Any) -> None:
        """Write no line: probes come every few seconds, and what fails is logged by Django."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@cache
def listen(port: int) -> socket.socket:
    """The port, opened once: gunicorn reads its file anew at SIGHUP, and this module stays.

    A second master may open it as well, which takes over (USR2).
    """
    return socket.create_server(("", port), reuse_port=True)


def answer_on(listener: socket.socket, application: "WSGIApplication") -> None:
    """Answer probes in threads of their own, for as long as this process lives."""

    def probe(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] not in PROBES:
            start_response(f"{HTTPStatus.NOT_FOUND.value} Not Found", [("Content-Length", "0")])
            return []
        try:
            return application(environ, start_response)
        finally:
            connections.close_all()  # of this thread, which ends now

    server = _Server(listener.getsockname(), _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.set_app(probe)
    threading.Thread(target=server.serve_forever, daemon=True, name="probes").start()
