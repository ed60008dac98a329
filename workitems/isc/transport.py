"""One call: time-outs, a limit for the body, and every way to fail turned into an IscError."""

import logging
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    MaxRetryError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from workitems.isc.errors import (
    IscError,
    OutcomeUnknown,
    RateLimited,
    TimedOut,
    Unavailable,
    UnexpectedReply,
    detail_of,
    error_class,
    plain,
    retry_after_seconds,
)
from workitems.isc.lenient import parse_json
from workitems.isc.sessions import BearerAuth, session_for_this_thread

logger = logging.getLogger("workitems.isc")

# (connect, read) seconds. gthread's --timeout does not cut a slow request, this does; a little
# over three so that a lost SYN may be sent a second time.
TIMEOUT = (3.05, 10.0)
BODY_SECONDS = 20.0  # for the body, asked between chunks: the read time-out bounds each wait only
BODY_BYTES = 10 * 1024 * 1024  # 250 rows are about 0.5 MB
CHUNK_BYTES = 16 * 1024


@dataclass(frozen=True)
class Reply:
    """A 2xx answer: its JSON (None for an empty body), headers and ISC's id for the call."""

    status: int
    json: object
    headers: Mapping[str, str]
    request_id: str | None


@dataclass(frozen=True)
class Call:
    """What is asked, as far as errors and the log need to know."""

    method: str
    path: str

    @property
    def is_write(self) -> bool:
        """Whether ISC may have changed something even though we do not see an answer."""
        return self.method != "GET"

    def distrust(self, why: str, **known: Any) -> IscError:
        """The error for an answer that came and cannot be used."""
        kind = OutcomeUnknown if self.is_write else UnexpectedReply
        return kind(f"{self.method} {self.path}: {why}", **known)

    def failure(self, error: OSError) -> IscError:
        """The error for an answer that did not come, or not to its end."""
        reason = _reason(error)
        message = f"{self.method} {self.path}: {type(reason).__name__}"
        if _nothing_was_sent(error, reason):
            return Unavailable(message)
        if self.is_write:
            return OutcomeUnknown(message)
        if isinstance(reason, ReadTimeoutError | TimeoutError):
            return TimedOut(message)
        if isinstance(
            error,
            requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError,
        ):
            return UnexpectedReply(message)
        return Unavailable(message)

    def refusal(self, response: requests.Response, body: bytes) -> IscError:
        """The error for a status that is not 2xx."""
        document = _json_or_none(body)
        known: dict[str, Any] = {
            "status": response.status_code,
            "request_id": _request_id(response, document),
            "detail": detail_of(document),
        }
        message = f"{self.method} {self.path}: {response.status_code}"
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            wait = retry_after_seconds(response.headers.get("Retry-After"))
            return RateLimited(message, retry_after=wait, **known)
        return error_class(response.status_code, is_write=self.is_write)(message, **known)


class Transport:
    """Sends one person's calls to one tenant; `token` is asked before each."""

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        *,
        timeout: tuple[float, float] = TIMEOUT,
        user_agent: str = "my-tasks",
        language: str | None = None,
        session_factory: Callable[[], requests.Session] = session_for_this_thread,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._session_factory = session_factory
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
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
        call, started = Call(method, path), time.perf_counter()
        try:
            reply = self._send(call, params=params, json=json, experimental=experimental)
        except IscError as error:
            _log(call, started, error.status or type(error).__name__, error.request_id)
            raise
        _log(call, started, reply.status, reply.request_id)
        return reply

    def _send(
        self, call: Call, *, params: Mapping[str, str] | None, json: object, experimental: bool
    ) -> Reply:
        headers = dict(self._headers)
        if call.is_write:  # also without a body, as SailPoint's own tools do
            headers["Content-Type"] = "application/json"
        if experimental:
            headers["X-SailPoint-Experimental"] = "true"
        auth = BearerAuth(self._token())
        try:
            response = self._session_factory().request(
                call.method,
                self._base_url + call.path,
                params=urlencode(params or {}, quote_via=quote),  # ISC asks for %20, not +
                json=json,
                headers=headers,
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            with closing(response):
                return _reply(call, response)
        except OSError as error:  # requests' own errors, and a CA bundle that is not there
            raise call.failure(error) from error


def _reply(call: Call, response: requests.Response) -> Reply:
    if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        raise call.refusal(response, _body_or_nothing(response))
    request_id = _request_id(response)
    try:
        body = _body(response)
        document = parse_json(body) if body.strip() else None
    except ValueError as error:
        known = {"status": response.status_code, "request_id": request_id}
        raise call.distrust(str(error), **known) from error
    return Reply(response.status_code, document, response.headers, request_id)


def _body(response: requests.Response) -> bytes:
    body, deadline = bytearray(), time.monotonic() + BODY_SECONDS
    while chunk := _what_is_there(response):
        body += chunk
        if len(body) > BODY_BYTES:
            raise ValueError(f"more than {BODY_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not complete after {BODY_SECONDS} seconds")
    return bytes(body)


def _what_is_there(response: requests.Response) -> bytes:
    """The next piece of the body, however small; `iter_content` waits until a piece is full."""
    try:
        piece: bytes = response.raw.read1(CHUNK_BYTES, decode_content=True)
    except DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except ProtocolError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    except (ReadTimeoutError, SSLError) as error:
        raise requests.exceptions.ConnectionError(error) from error
    return piece


def _body_or_nothing(response: requests.Response) -> bytes:
    """The body of a refusal; the status counts even if the body breaks off."""
    try:
        return _body(response)
    except (OSError, ValueError):
        return b""


def _json_or_none(body: bytes) -> object:
    try:
        return parse_json(body)
    except ValueError:
        return None


def _request_id(response: requests.Response, document: object = None) -> str | None:
    tracking_id = document.get("trackingId") if isinstance(document, dict) else None
    return plain(response.headers.get("SLPT-Request-ID") or str(tracking_id or "")) or None


def _reason(error: Exception) -> Exception:
    """What urllib3 said below requests' wrapping."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, MaxRetryError) and inner.reason:
        return inner.reason
    return inner if isinstance(inner, Exception) else error


def _nothing_was_sent(error: OSError, reason: Exception) -> bool:
    if isinstance(reason, SSLError):  # a certificate is checked before the request leaves
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args)
    if isinstance(reason, ConnectTimeoutError | ProxyError):
        return True
    # requests checks the CA bundle's path itself, with an OSError of its own making.
    return not isinstance(error, requests.RequestException | TimeoutError | ConnectionError)


def _log(call: Call, started: float, outcome: object, request_id: str | None) -> None:
    elapsed = (time.perf_counter() - started) * 1000
    logger.info(
        "%s %s %s %.0f ms request_id=%s", call.method, call.path, outcome, elapsed, request_id
    )
