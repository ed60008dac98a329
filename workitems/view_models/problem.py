"""Every trouble with SailPoint in words of its own: what happened, and what to do about it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from workitems.domain.results import (
    CannotRenew,
    Erased,
    LedgerUnreadable,
    ListForbidden,
    ListMissing,
    NotRecorded,
    NotSent,
    SessionEnding,
    SessionOver,
    Stopped,
    TooOld,
    UnderWay,
)
from workitems.isc import errors
from workitems.view_models.labels import Text


@dataclass(frozen=True)
class Problem:
    """`wait` is how many seconds SailPoint asks us to wait; `can_resend` whether a write may be."""

    status: HTTPStatus
    title: Text
    text: Text
    tone: str = "error"
    detail: str = ""
    request_id: str = ""
    wait: int | None = None
    can_resend: bool = True

    @classmethod
    def of(cls, error: errors.IscError, *, is_write: bool) -> "Problem":
        status, title, text = _words(error, is_write=is_write)
        return cls(
            status=status,
            title=title,
            text=text,
            tone="warning" if isinstance(error, errors.RateLimited | NotSent) else "error",
            detail=error.detail if isinstance(error, SAYS_WHY) else "",
            request_id=error.request_id or "",
            wait=math.ceil(error.retry_after) if isinstance(error, errors.RateLimited) else None,
            can_resend=not isinstance(error, NOT_RESENT),
        )


def _words(error: errors.IscError, *, is_write: bool) -> tuple[HTTPStatus, Text, Text]:
    if isinstance(error, errors.OverBudget):
        return _over_budget(math.ceil(error.retry_after), is_write=is_write)
    if isinstance(error, errors.RateLimited):
        seconds = math.ceil(error.retry_after)
        wait = ngettext(
            "SailPoint asks us to wait %(count)d second. Nothing is lost.",
            "SailPoint asks us to wait %(count)d seconds. Nothing is lost.",
            seconds,
        )
        return HTTPStatus.TOO_MANY_REQUESTS, _("SailPoint is busy"), wait % {"count": seconds}
    kind = next(kind for kind in type(error).__mro__ if kind in WORDS)
    status, title, text = WORDS[kind]
    nothing_sent = _("Nothing was changed.")
    return status, title, f"{text} {nothing_sent}" if is_write and kind in STOPPED_SHORT else text


def _over_budget(seconds: int, *, is_write: bool) -> tuple[HTTPStatus, Text, Text]:
    """The wait is ours: no call went out."""
    if is_write:
        words = ngettext(
            "It was not sent yet. Please press the button again in %(count)d second.",
            "It was not sent yet. Please press the button again in %(count)d seconds.",
            seconds,
        )
    else:
        words = ngettext(
            "SailPoint answers only so many questions at a time. It is your turn in "
            "%(count)d second.",
            "SailPoint answers only so many questions at a time. It is your turn in "
            "%(count)d seconds.",
            seconds,
        )
    title = _("Many people are at work right now")
    return HTTPStatus.TOO_MANY_REQUESTS, title, words % {"count": seconds}


STOPPED_SHORT = (errors.TimedOut, errors.Unavailable, CannotRenew, errors.Rejected)
NOT_RESENT = (errors.OutcomeUnknown, errors.NotFound, errors.Forbidden)
SAYS_WHY = (errors.Rejected, errors.Forbidden, ListForbidden)
NOT_SHOWN = _("If it stays so, tell the people who run this site: it is nothing that you did.")
NOTHING_SENT = _("Nothing was sent.")
WORDS: Final[Mapping[type, tuple[HTTPStatus, Text, Text]]] = {
    CannotRenew: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The sign-in service does not answer"),
        _(
            "You are still signed in, but your access has to be renewed and that is not possible "
            "right now. Wait a moment and try again."
        ),
    ),
    NotSent: (
        HTTPStatus.CONFLICT,
        _("Not sent yet"),
        _("SailPoint asked for a fresh sign-in, and has it now. Please press the button again."),
    ),
    NotRecorded: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Not sent, because it could not be recorded"),
        _(
            "Every decision is written down here before it goes to SailPoint, and that is not "
            "possible at the moment. Please try again; if it stays so, tell the people who run "
            "this site."
        ),
    ),
    SessionEnding: (
        HTTPStatus.CONFLICT,
        _("You are being signed out"),
        _("Nothing was sent. Please sign in again, and repeat it."),
    ),
    UnderWay: (HTTPStatus.CONFLICT, _("Somebody was at it already"), NOTHING_SENT),
    Stopped: (HTTPStatus.CONFLICT, _("The run was stopped before its turn"), NOTHING_SENT),
    TooOld: (HTTPStatus.CONFLICT, _("It has waited for too long"), NOTHING_SENT),
    Erased: (HTTPStatus.CONFLICT, _("Its person was erased"), NOTHING_SENT),
    SessionOver: (
        HTTPStatus.CONFLICT,
        _("Your session had ended before"),
        NOTHING_SENT,
    ),
    errors.SignInAgain: (
        HTTPStatus.UNAUTHORIZED,
        _("SailPoint asked for a new sign-in"),
        NOTHING_SENT,
    ),
    LedgerUnreadable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("This could not be looked up"),
        _("It stays as it was: what is held is sent at its time. Please try again in a moment."),
    ),
    ListForbidden: (HTTPStatus.FORBIDDEN, _("SailPoint does not show this"), NOT_SHOWN),
    ListMissing: (HTTPStatus.NOT_FOUND, _("SailPoint has nothing at this address"), NOT_SHOWN),
    errors.Forbidden: (
        HTTPStatus.FORBIDDEN,
        _("You may not do this"),
        _("This task moved to someone else, or your rights in SailPoint do not cover it."),
    ),
    errors.NotFound: (
        HTTPStatus.NOT_FOUND,
        _("This task is no longer here"),
        _("It was already finished or withdrawn."),
    ),
    errors.Rejected: (
        HTTPStatus.CONFLICT,
        _("SailPoint refused"),
        _("SailPoint understood the request, and refused it."),
    ),
    errors.OutcomeUnknown: (
        HTTPStatus.GATEWAY_TIMEOUT,
        _("We don't know yet"),
        _(
            "SailPoint did not say whether it did this, and could not be asked again. "
            "Look at the task again in a moment, before you repeat it."
        ),
    ),
    errors.TimedOut: (
        HTTPStatus.GATEWAY_TIMEOUT,
        _("SailPoint is slow to answer"),
        _("We waited, and no answer came in time. Please try again."),
    ),
    errors.Unavailable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("SailPoint cannot be reached"),
        _("It is down or out of reach at the moment. Please try again soon."),
    ),
    errors.UnexpectedReply: (
        HTTPStatus.BAD_GATEWAY,
        _("SailPoint's answer makes no sense"),
        _("Something between us and SailPoint answered in its place. Please try again."),
    ),
    errors.IscError: (
        HTTPStatus.BAD_GATEWAY,
        _("Something went wrong with SailPoint"),
        _("Please try again."),
    ),
}
