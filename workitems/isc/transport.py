"""One call: time-outs, a limit for the body, and every way to fail turned into an IscError.

One attempt is one request: the session that is handed in repeats nothing. `Transport.send` repeats
a read once. A write is never repeated: ISC has no idempotency key.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as urllib3_errors

from workitems.isc.budget import Budget, Purpose
from workitems.isc.errors import Crowded, IscError, RateLimited, SignInAgain
from workitems.isc.failures import Call, request_id_of
from workitems.isc.lenient import NOTHING, parse_json
from workitems.isc.single_flight import SingleFlight

logger = logging.getLogger("workitems.isc")

# (connect, read) seconds, a little over three so that a lost SYN may be sent a second time. They
# bound each wait; the session that is handed in bounds the whole answer (core/http.py).
# gthread's --timeout does not cut a slow request, these do.
TIMEOUT: Final = (3.05, 10.0)
REPEATED_WITHIN: Final = 2.0  # seconds: what failed later was waited for long enough
CROWDED_SECONDS: Final = 5.0  # half of the longest that those who wait will do so
TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, 2.1
BODY_BYTES = 10 * 1024 * 1024  # 250 rows are about 0.5 MB
CHUNK_BYTES = 16 * 1024


class BearerAuth(AuthBase):
    """Set per request, never on the session: many people share a thread's session."""

    def __init__(self, token: str) -> None:
        # http.client quotes an unusable header value in its error: keep the token out of logs.
        if not TOKEN.fullmatch(token):
            raise SignInAgain("The access token is empty or not a bearer token.")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True)
class Reply:
    """A 2xx answer: its JSON (None for an empty body), headers and ISC's id for the call.

    `depth`: how many objects and lists there are within one another; None where nobody has looked.
    """

    status: int
    json: object
    headers: Mapping[str, str]
    request_id: str | None
    depth: int | None = None

    @property
    def known(self) -> dict[str, Any]:
        """What an error about this answer says of it."""
        return {"status": self.status, "request_id": self.request_id}

    def as_json(self) -> list[object]:
        """For another process of ours."""
        return [self.status, self.json, dict(self.headers), self.request_id]

    @classmethod
    def from_json(cls, document: Any) -> "Reply":
        status, json, headers, request_id = document
        return cls(status, json, CaseInsensitiveDict(headers), request_id)


@dataclass(frozen=True)
class Sharing:
    """What a person's calls share: the budget with everybody, reads with their own other requests.

    `purpose` is what the reads are for. A write is a decision, unless it is one of a run's; what a
    decision reads is always read anew. `may_wait` is asked before anything that takes time.
    """

    budget: Budget
    reads: SingleFlight[Reply]
    person: str
    purpose: Purpose = Purpose.VIEW
    may_wait: Callable[[Purpose], bool] = lambda _purpose: True


class Transport:
    """Sends one person's calls to one tenant; `token` is asked before each."""

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        *,
        session_factory: Callable[[], requests.Session],
        sharing: Sharing,
        timeout: tuple[float, float] = TIMEOUT,
        language: str | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._session_factory = session_factory
        self._sharing = sharing
        self._headers = {"Accept": "application/json", "User-Agent": "my-tasks"}
        if language:  # ISC words its messages in it
            self._headers["Accept-Language"] = language

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        experimental: bool = False,
    ) -> Reply:
        """Send one call; raises a child of IscError for anything but 2xx with JSON or nothing."""
        if not self._sharing.may_wait(self._sharing.purpose):
            raise Crowded(retry_after=CROWDED_SECONDS)
        call = Call(method, path)
        headers = dict(self._headers)
        if call.is_write:  # also without a body, as SailPoint's own tools do
            headers["Content-Type"] = "application/json"
        if experimental:
            headers["X-SailPoint-Experimental"] = "true"
        query = urlencode(params or {}, quote_via=quote)  # ISC asks for %20, not +
        request = {"params": query, "json": json, "headers": headers}
        reads, person = self._sharing.reads, self._sharing.person
        if call.is_write:
            try:
                return self._attempt(call, request)
            finally:
                reads.forget(person)
        if self._sharing.purpose is Purpose.DECISION:
            return self._read(call, request)
        what = (path, query, self._headers.get("Accept-Language"))
        return reads.read(person, what, partial(self._read, call, request))

    def _read(self, call: Call, request: Mapping[str, Any]) -> Reply:
        started = time.monotonic()
        try:
            return self._attempt(call, request)
        except IscError as error:  # repeated at once, never after a time-out: 10 s were enough
            is_quick = time.monotonic() - started < REPEATED_WITHIN
            if not (is_quick and call.is_worth_repeating(error)):
                raise
        return self._attempt(call, request)

    def _attempt(self, call: Call, request: Mapping[str, Any]) -> Reply:
        """One request that has its place in the budget, and its line in the log."""
        sharing = self._sharing
        is_urgent = call.is_write and sharing.purpose is not Purpose.RUN
        sharing.budget.take(Purpose.DECISION if is_urgent else sharing.purpose)
        started = time.perf_counter()
        try:
            reply = self._answer(call, request)
        except IscError as error:
            if isinstance(error, RateLimited):
                error.retry_after = sharing.budget.refused(error.retry_after)
            _log(call, started, error.status or type(error).__name__, error.request_id)
            raise
        _log(call, started, reply.status, reply.request_id)
        return reply

    def _answer(self, call: Call, request: Mapping[str, Any]) -> Reply:
        auth = BearerAuth(self._token())
        try:
            response = self._session_factory().request(
                call.method,
                self._base_url + call.path,
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **request,
            )
            with closing(response):
                return _reply(call, response)
        except OSError as error:  # requests' own errors, and a CA bundle that is not there
            raise call.failure(error) from error


def _reply(call: Call, response: requests.Response) -> Reply:
    if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        try:
            body = _body(response)
        except (OSError, ValueError):  # the status counts even if the body breaks off
            body = b""
        raise call.refusal(response, body)
    request_id = request_id_of(response)
    try:
        body = _body(response)
        content, depth = parse_json(body) if body.strip() else NOTHING
    except ValueError as error:
        known = {"status": response.status_code, "request_id": request_id}
        raise call.distrust(str(error), **known) from error
    return Reply(response.status_code, content, response.headers, request_id, depth)


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    while chunk := _what_is_there(response):
        body += chunk
        if len(body) > BODY_BYTES:
            raise ValueError(f"more than {BODY_BYTES} bytes")
    return bytes(body)


def _what_is_there(response: requests.Response) -> bytes:
    """The next piece of the body, however small; `iter_content` waits until a piece is full."""
    try:
        piece: bytes = response.raw.read1(CHUNK_BYTES, decode_content=True)
    except urllib3_errors.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except urllib3_errors.ProtocolError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    except (urllib3_errors.ReadTimeoutError, urllib3_errors.SSLError) as error:
        raise requests.exceptions.ConnectionError(error) from error
    return piece


def _log(call: Call, started: float, outcome: object, request_id: str | None) -> None:
    elapsed = (time.perf_counter() - started) * 1000
    line = "%s %s %s %.0f ms request_id=%s"
    logger.info(line, call.method, call.path, outcome, elapsed, request_id)
