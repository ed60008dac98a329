"""WSGI wrapper of the tenant: identifies the caller, records the call and applies faults.

It works below Flask because Flask cannot drop a connection or send half a body.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.faults import Fault, FaultBook
from sandbox.replies import error_dto, new_request_id
from sandbox.tokens import BadToken, Caller, Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CALLER = "sandbox.caller"  # a Caller, or a sentence that says why the token was refused
UNRECORDED = "/_sandbox"
MOST_CALLS = 10_000
API = ("/v3/", "/v2024/", "/v2025/", "/v2026/", "/work-items/", "/public-identities/")
HTML_PAGE = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body>Bad Gateway"
UNAUTHORIZED, TOO_MANY, BAD_GATEWAY = 401, 429, 502


@dataclass
class Call:
    """One recorded request. `body` is parsed if it is JSON; sign-in bodies are not recorded.

    `status` is None when the connection was dropped; `actor` is the caller's identity id.
    `executed`: the tenant itself ran it and answered with 2xx, whatever a fault made of that.
    `at`: when it came, in epoch seconds.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    actor: str | None
    api: bool
    status: int | None = None
    executed: bool = False
    at: float = field(default_factory=time.time)


@dataclass
class Reply:
    """A complete response, buffered so that a fault can still change it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Gate:
    """Wraps the tenant. `calls` holds the most recent requests, oldest first."""

    def __init__(self, inner: "WSGIApplication", tokens: Tokens, latency: float) -> None:
        self.inner = inner
        self.tokens = tokens
        self.latency = latency
        self.faults = FaultBook()
        self.calls: list[Call] = []
        self._under_way = 0
        self._idle = threading.Condition()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with self._idle:
            self._under_way += 1
        try:
            return self._answer(environ, start_response)
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait for all running calls, including slow ones; False when they took too long."""
        with self._idle:
            return self._idle.wait_for(lambda: self._under_way == 0, seconds)

    def _answer(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        environ[CALLER] = self._caller(environ.get("HTTP_AUTHORIZATION", ""))
        if path.startswith(UNRECORDED):
            return self.inner(environ, start_response)
        call = _record(environ, path)
        del self.calls[:-MOST_CALLS]
        self.calls.append(call)
        reply = self._reply(environ, call)
        call.status = int(reply.status[:3])
        start_response(reply.status, reply.headers)
        return [reply.body]

    def _reply(self, environ: "WSGIEnvironment", call: Call) -> Reply:
        fault = self.faults.take(call.method, call.path)
        delay = fault.latency if fault and fault.latency else self.latency if call.api else 0.0
        if delay:
            time.sleep(delay)
        if fault is None:
            return self._executed(environ, call)
        spoils_reply = fault.after or fault.truncate or not _replaces(fault)
        reply = self._executed(environ, call) if spoils_reply else Reply("200 OK", [], b"")
        if fault.drop:
            _drop(environ)
        return _altered(fault, reply)

    def _executed(self, environ: "WSGIEnvironment", call: Call) -> Reply:
        reply = _run(self.inner, environ)
        call.executed = reply.status.startswith("2")
        return reply

    def _caller(self, authorization: str) -> Caller | str:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return "JWT is required"
        try:
            return self.tokens.read(token.strip())
        except BadToken as error:
            return str(error)


def _record(environ: "WSGIEnvironment", path: str) -> Call:
    body = _body(environ)
    api = path.startswith(API)
    caller = environ[CALLER]
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in ("HTTP_AUTHORIZATION", "HTTP_COOKIE")
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return Call(
        method=environ["REQUEST_METHOD"],
        path=path,
        query={name: values[-1] for name, values in query.items()},
        headers=headers,
        body=_parsed(body) if api else None,
        actor=caller.identity_id if isinstance(caller, Caller) else None,
        api=api,
    )


def _body(environ: "WSGIEnvironment") -> bytes:
    """The request's body; `wsgi.input` is replaced so that the tenant can read it again."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = BytesIO(body)
    return body


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


def _run(inner: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    held: list[tuple[str, list[tuple[str, str]]]] = []

    def hold(
        status: str, headers: list[tuple[str, str]], _error: Any = None
    ) -> Callable[[bytes], object]:
        held.append((status, headers))
        return lambda _: None

    chunks = inner(environ, hold)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = held[-1]
    return Reply(status, headers, body)


def _replaces(fault: Fault) -> bool:
    """Whether the fault replaces the tenant's whole response."""
    return bool(fault.status or fault.html or fault.drop or fault.body is not None)


def _altered(fault: Fault, reply: Reply) -> Reply:
    if fault.html:
        status = fault.status or BAD_GATEWAY
        return Reply(f"{status} Fault", [("Content-Type", "text/html")], HTML_PAGE)
    if fault.status:
        return _refused(fault.status, fault.retry_after)
    if fault.body is not None:
        return Reply("200 OK", [("Content-Type", "application/json")], fault.body.encode())
    if fault.truncate or fault.empty:
        # Content-Length matches the cut body, as some proxies deliver it.
        body = b"" if fault.empty else reply.body[: max(1, len(reply.body) // 2)]
        headers = [pair for pair in reply.headers if pair[0].lower() != "content-length"]
        return Reply(reply.status, [*headers, ("Content-Length", str(len(body)))], body)
    return reply


def _refused(status: int, retry_after: int | None) -> Reply:
    request_id = new_request_id()
    body: Mapping[str, Any]
    if status == TOO_MANY:
        body = {"message": " Rate Limit Exceeded "}
    elif status == UNAUTHORIZED:
        body = {"error": "JWT validation failed: JWT is expired"}
    else:
        body = error_dto(status, ["A fault that the sandbox was asked for."], request_id)
    headers = [("Content-Type", "application/json"), ("SLPT-Request-ID", request_id)]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    return Reply(f"{status} Fault", headers, json.dumps(body).encode())


def _drop(environ: "WSGIEnvironment") -> None:
    """Closes the connection without a response; in-process callers get an exception."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("The sandbox was asked to drop this connection.")
