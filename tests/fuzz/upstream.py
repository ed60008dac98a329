"""A tenant and provider that answers with nonsense: before the sandbox, over HTTP."""

import gzip
import json
from collections.abc import Iterable
from random import Random
from typing import Any, Final

from sandbox.server import SandboxApp
from tests.fuzz import values

STATUSES: Final = (200, 200, 200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 409)
STATUSES_MORE: Final = (410, 418, 422, 429, 429, 500, 501, 502, 503, 504, 599, 299, 499)
HEADERS: Final = (
    *("Retry-After", "X-Total-Count", "Content-Type", "Content-Encoding", "SLPT-Request-ID"),
    *("Location", "Set-Cookie", "WWW-Authenticate", "Date", "Connection"),
)
BODIES: Final = (
    *(b"", b" ", b"null", b"true", b"0", b'"', b'""', b"{", b"[", b"[1,", b"\xff\xfe", b"\0"),
    *(
        b"\xef\xbb\xbf[]",
        "[]".encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xed\xa0\x80",
    ),
    *(b"<html><i data-fuzz>", b"NaN", b"-Infinity", b'{"error": "<i data-fuzz>"}', b" " * 500_000),
    *(b'{"messages": [{"text": "<i data-fuzz>\\u0000"}], "trackingId": ["<i data-fuzz>"]}',),
    *(values.DIGITS.encode(), b'{"error": [1], "error_description": {}}', b"[]" * 1000),
)


class Hostile:
    """Middleware: while `rng` is set, answers to paths that hold `part` are spoilt."""

    def __init__(self, app: SandboxApp) -> None:
        self.app = app
        self.rng: Random | None = None
        self.part = ""
        self.did: list[str] = []

    def begin(self, rng: Random, part: str) -> None:
        self.rng, self.part = rng, part
        self.did.clear()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path, rng = environ["PATH_INFO"], self.rng
        if rng is None or self.part not in path:
            return self.app(environ, start_response)
        started: list[Any] = []
        body = b"".join(self.app(environ, lambda *args: started.append(args)))
        status, headers = started[0][:2]
        kind = rng.choice(("document", "document", "document", "status", "headers", "body"))
        if kind == "document":
            body = _spoilt(body, rng)
        elif kind == "status":
            status = f"{rng.choice(STATUSES + STATUSES_MORE)} X"
            body = rng.choice((body, *BODIES))
        elif kind == "body":
            body = rng.choice(BODIES)
            if rng.random() < 0.1:
                body, headers = gzip.compress(body), [*headers, ("Content-Encoding", "gzip")]
        if kind in {"headers", "status"}:
            names = rng.sample(HEADERS, 2)
            headers = [pair for pair in headers if pair[0] not in names]
            headers += [(name, values.header(rng)) for name in names]
        self.did.append(f"{path}: {kind} {status} {headers[-2:]} {body[:200]!r}")
        start_response(status, headers)
        return [body]


def _spoilt(body: bytes, rng: Random) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        document = {}
    return values.written(values.changed(document, rng), rng)
