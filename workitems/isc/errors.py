"""What can go wrong between us and ISC, in classes named for what the person should hear."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from taskmanager.core.characters import visible

DETAIL_LENGTH = 300
RETRY_AFTER_DEFAULT = 10.0  # seconds: the length of ISC's own rate-limit window
RETRY_AFTER_MOST = 3600.0  # seconds: beyond that it is a mistake of somebody's


class IscError(Exception):
    """`request_id` is ISC's own id for the failed call: log it, show it.

    `detail` is ISC's own words for the person, at most 300 characters, "" if it sent none.
    """

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        request_id: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id
        self.detail = plain(detail)

    def as_type(self, kind: "type[IscError]") -> "IscError":
        """The same facts in a more specific class."""
        status, request_id = self.status, self.request_id
        return kind(str(self), status=status, request_id=request_id, detail=self.detail)


class SignInAgain(IscError):
    """401: the token is missing, expired or refused."""


class Forbidden(IscError):
    """403: a valid token that may not do this."""


class NotFound(IscError):
    """404: no such work item, or no longer ours."""


class UnusableId(NotFound, ValueError):
    """An id that cannot be one segment of a path: refused before any call."""


class Rejected(IscError):
    """400, 409 and any other 4xx: understood, and refused."""


class RateLimited(IscError):
    """429: come back in `retry_after` seconds (0 to 3600)."""

    def __init__(
        self, message: str = "", *, retry_after: float = RETRY_AFTER_DEFAULT, **known: Any
    ) -> None:
        super().__init__(message, **known)
        self.retry_after = retry_after


class OverBudget(RateLimited):
    """Not sent: the installation's budget is used up, or ISC has asked everybody to wait."""


class Crowded(OverBudget):
    """Not sent: too many of our own threads wait for ISC already."""


class Unavailable(IscError):
    """A read's 5xx, a write's 501, or no connection: nothing was done, try later."""


class TimedOut(Unavailable):
    """A read that took too long."""


class OutcomeUnknown(IscError):
    """A write whose answer never came, or cannot be trusted: ISC may or may not have done it."""


class UnexpectedReply(IscError):
    """A read's 2xx or 3xx whose body is not what the schema promises."""


STATUS_ERRORS: dict[int, Callable[..., IscError]] = {
    HTTPStatus.UNAUTHORIZED: SignInAgain,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
}
# It says that nothing was begun. Any other 5xx says nothing about how far a write has come: a
# gateway answers 503 also for a service that was cut off in the middle of its work.
NOT_BEGUN = HTTPStatus.NOT_IMPLEMENTED

# Where else than in ErrorResponseDto the words are. RFC 6749, 5.2 has a code beside its words.
SENTENCES = ("detailMessage", "error_description", "error", "message")


def error_class(status: int, *, is_write: bool) -> Callable[..., IscError]:
    """The class for a status that is not 2xx; 429 carries more and is made by the caller."""
    if status in STATUS_ERRORS:
        return STATUS_ERRORS[status]
    if status < HTTPStatus.BAD_REQUEST:
        return OutcomeUnknown if is_write else UnexpectedReply
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Rejected
    return OutcomeUnknown if is_write and status != NOT_BEGUN else Unavailable


def detail_of(body: object) -> str:
    """ISC's own sentence in an error body, whichever of its services or gateways wrote it."""
    if not isinstance(body, dict):
        return ""
    lists = [body.get("messages"), body.get("causes")]  # of ErrorResponseDto
    listed = [entry for entries in lists if isinstance(entries, list) for entry in entries]
    texts = [entry.get("text") for entry in listed if isinstance(entry, dict)]
    candidates = [*texts, *map(body.get, SENTENCES)]
    return next((text for text in candidates if isinstance(text, str) and plain(text)), "")


def plain(text: str) -> str:
    """One line without control or invisible formatting characters, at most 300 characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= DETAIL_LENGTH else line[: DETAIL_LENGTH - 1] + "…"


def retry_after_seconds(header: str | None) -> float:
    """Retry-After, in seconds or as an HTTP date, kept between 0 and 3600; 10 if unreadable."""
    try:
        seconds = float(header or "")
    except ValueError:
        seconds = _seconds_until(header or "")
    if not math.isfinite(seconds):
        return RETRY_AFTER_DEFAULT
    return min(max(seconds, 0.0), RETRY_AFTER_MOST)


def _seconds_until(http_date: str) -> float:
    try:
        moment = parsedate_to_datetime(http_date)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):  # a zone or a year that is not of this world
        return math.nan
