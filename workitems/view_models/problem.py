"""Every trouble with SailPoint in words of its own: what happened, and what to do about it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from taskmanager.core.numbers import number_format
from workitems.domain.readings import Index
from workitems.domain.results import (
    CannotRenew,
    Erased,
    LedgerUnreadable,
    ListForbidden,
    ListMissing,
    ListUnread,
    NotRecorded,
    NotSent,
    NoWorker,
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
    """`wait` is how many seconds SailPoint asks us to wait; `can_resend` whether a write may be.

    `is_final`: the same would be refused again.
    """

    status: HTTPStatus
    title: Text
    text: Text
    tone: str = "error"
    detail: str = ""
    request_id: str = ""
    wait: int | None = None
    can_resend: bool = True
    is_final: bool = False

    @classmethod
    def of(cls, error: errors.IscError, *, is_write: bool) -> "Problem":
        status, title, text = _words(error, is_write=is_write)
        return cls(
            status=status,
            title=title,
            text=text,
            tone="warning" if isinstance(error, LATER | NotSent) else "error",
            detail=error.detail if isinstance(error, SAYS_WHY) else "",
            request_id=error.request_id or "",
            wait=math.ceil(error.retry_after) if isinstance(error, LATER) else None,
            can_resend=not isinstance(error, NOT_RESENT),
        )


def _words(error: errors.IscError, *, is_write: bool) -> tuple[HTTPStatus, Text, Text]:
    if isinstance(error, errors.Crowded):
        crowded = CROWDED_WRITE if is_write else CROWDED_READ
        return HTTPStatus.SERVICE_UNAVAILABLE, _("SailPoint is slow to answer"), crowded
    if isinstance(error, errors.RateLimited):
        return _wait(error, is_write=is_write)
    if isinstance(error, ListUnread):
        return (
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("Not all of the list is read"),
            _unread(error.index),
        )
    kind = next(kind for kind in type(error).__mro__ if kind in WORDS)
    status, title, text = WORDS[kind]
    nothing_changed = _("Nothing was changed.")
    says_enough = not is_write or kind in SAYS_WHETHER_SENT
    return status, title, text if says_enough else f"{text} {nothing_changed}"


def _wait(error: errors.RateLimited, *, is_write: bool) -> tuple[HTTPStatus, Text, Text]:
    """SailPoint asks us to wait, or the wait is ours and no call went out."""
    seconds, is_ours = math.ceil(error.retry_after), isinstance(error, errors.OverBudget)
    if is_write:
        words = ngettext(
            "It was not sent yet. Please press the button again in %(count)s second.",
            "It was not sent yet. Please press the button again in %(count)s seconds.",
            seconds,
        )
    elif is_ours:
        words = ngettext(
            "SailPoint answers only so many questions at a time. It is your turn in "
            "%(count)s second.",
            "SailPoint answers only so many questions at a time. It is your turn in "
            "%(count)s seconds.",
            seconds,
        )
    else:
        words = ngettext(
            "SailPoint asks us to wait %(count)s second.",
            "SailPoint asks us to wait %(count)s seconds.",
            seconds,
        )
    title = _("Many people are at work right now") if is_ours else _("SailPoint is busy")
    return HTTPStatus.TOO_MANY_REQUESTS, title, words % {"count": number_format(seconds)}


def _unread(index: Index | None) -> Text:
    """How far a list is read of which half would be taken for all."""
    if index is None or not index.is_reading:
        return _("The list could not be read to its end. Try again in a moment.")
    rows = {"rows": number_format(index.rows)}
    if index.total is None:
        return _("The list is still being read: %(rows)s so far. Try again in a moment.") % rows
    words = _("The list is still being read: %(rows)s of %(total)s so far. Try again in a moment.")
    return words % (rows | {"total": number_format(index.total)})


LATER = errors.RateLimited | ListUnread  # they say in how many seconds it is worth another try
# Their own words say whether a write was sent. All others stopped short of it, or were refused.
SAYS_WHETHER_SENT = (
    NoWorker,
    NotSent,
    NotRecorded,
    SessionEnding,
    UnderWay,
    Stopped,
    TooOld,
    Erased,
    SessionOver,
    LedgerUnreadable,
    errors.SignInAgain,
    errors.OutcomeUnknown,
)
NOT_RESENT = (errors.OutcomeUnknown, errors.NotFound, errors.Forbidden)
SAYS_WHY = (errors.Rejected, errors.Forbidden, ListForbidden)
NOT_SHOWN = _("If it stays so, tell the people who run this site: it is nothing that you did.")
NOTHING_SENT = _("Nothing was sent.")
CROWDED_READ = _(
    "Many people wait for it already, so we have not asked yet. Please try again in a moment."
)
CROWDED_WRITE = _(
    "Many people wait for it already, so it was not sent yet. Please press the button again in a "
    "moment."
)
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
    NoWorker: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Nothing was begun"),
        _(
            "Nothing was sent: what sends many decisions at once is not running now. Please try "
            "again in a minute; if it stays so, tell the people who run this site."
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
