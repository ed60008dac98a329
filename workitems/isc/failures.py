"""Which IscError stands for an answer that did not come, or cannot be used."""

import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError
from urllib3 import exceptions as urllib3_errors

from workitems.isc import errors
from workitems.isc.lenient import parse_json

WORTH_REPEATING: Final = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)


@dataclass(frozen=True)
class Call:
    """What is asked, as far as errors and the log need to know."""

    method: str
    path: str

    @property
    def is_write(self) -> bool:
        """Whether ISC may have changed something even though we do not see an answer."""
        return self.method != "GET"

    def is_worth_repeating(self, error: errors.IscError) -> bool:
        """Whether asking again at once may help: a gateway's error, or a connection that broke."""
        if self.is_write:
            return False
        if isinstance(error, errors.Unavailable) and isinstance(error.__cause__, OSError):
            return isinstance(_reason(error.__cause__), urllib3_errors.ProtocolError)
        return error.status in WORTH_REPEATING

    def distrust(self, why: str, **known: Any) -> errors.IscError:
        """The error for an answer that came and cannot be used."""
        kind = errors.OutcomeUnknown if self.is_write else errors.UnexpectedReply
        return kind(f"{self.method} {self.path}: {why}", **known)

    def failure(self, error: OSError) -> errors.IscError:
        """The error for an answer that did not come, or not to its end."""
        reason = _reason(error)
        message = f"{self.method} {self.path}: {type(reason).__name__}"
        if _nothing_was_sent(error, reason):
            return errors.Unavailable(message)
        if self.is_write:
            return errors.OutcomeUnknown(message)
        if isinstance(reason, urllib3_errors.ReadTimeoutError | TimeoutError):
            return errors.TimedOut(message)
        is_garbled = isinstance(error, ChunkedEncodingError | ContentDecodingError)
        return errors.UnexpectedReply(message) if is_garbled else errors.Unavailable(message)

    def refusal(self, response: requests.Response, body: bytes) -> errors.IscError:
        """The error for a status that is not 2xx."""
        try:
            document = parse_json(body).content
        except ValueError:
            document = None
        known: dict[str, Any] = {
            "status": response.status_code,
            "request_id": request_id_of(response, document),
            "detail": errors.detail_of(document),
        }
        message = f"{self.method} {self.path}: {response.status_code}"
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            wait = errors.retry_after_seconds(response.headers.get("Retry-After"))
            return errors.RateLimited(message, retry_after=wait, **known)
        return errors.error_class(response.status_code, is_write=self.is_write)(message, **known)


def request_id_of(response: requests.Response, document: object = None) -> str | None:
    tracking_id = document.get("trackingId") if isinstance(document, dict) else None
    return errors.plain(response.headers.get("SLPT-Request-ID") or str(tracking_id or "")) or None


def _reason(error: Exception) -> Exception:
    """What urllib3 said below requests' wrapping."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, urllib3_errors.MaxRetryError) and inner.reason:
        return inner.reason
    return inner if isinstance(inner, Exception) else error


def _nothing_was_sent(error: OSError, reason: Exception) -> bool:
    if isinstance(reason, urllib3_errors.SSLError):  # the certificate comes before the request
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args)
    if isinstance(reason, urllib3_errors.ConnectTimeoutError | urllib3_errors.ProxyError):
        return True
    # requests checks the CA bundle's path itself, with an OSError of its own making.
    return not isinstance(error, requests.RequestException | TimeoutError | ConnectionError)
