"""Our words for what a provider may answer. Its own texts are never shown."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Words:
    """A heading, what to do, and the status that goes with them."""

    title: "_StrPromise"
    advice: "_StrPromise"
    status: HTTPStatus


_ASK_AN_ADMIN = _("Ask the people who run this site: its sign-in has to be set up differently.")
_TRY_LATER = _("This is not your fault. Wait a moment and start again.")

_WORDS = {
    "unknown_state": Words(
        _("This sign-in took too long or was started elsewhere"),
        _("Start again here, in this browser. Nothing went wrong with your account."),
        HTTPStatus.BAD_REQUEST,
    ),
    "access_denied": Words(
        _("The sign-in was cancelled or not allowed"),
        _("If you did not cancel it yourself, ask for access to My Tasks."),
        HTTPStatus.FORBIDDEN,
    ),
    "no_identity": Words(
        _("Your account has no identity"),
        _(
            "You signed in, but the account does not belong to an identity, so it cannot have"
            " work items. Sign in as a person, not with a technical account."
        ),
        HTTPStatus.FORBIDDEN,
    ),
    "not_verified": Words(
        _("The answer of the sign-in service could not be verified"),
        _("You are not signed in. If it happens again, tell the people who run this site."),
        HTTPStatus.BAD_REQUEST,
    ),
    "temporarily_unavailable": Words(
        _("The sign-in service is busy"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "server_error": Words(
        _("The sign-in service has a problem"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "unavailable": Words(
        _("The sign-in service does not answer"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "invalid_scope": Words(
        _("The sign-in service does not grant what My Tasks asks for"),
        _ASK_AN_ADMIN,
        HTTPStatus.BAD_GATEWAY,
    ),
    "invalid_grant": Words(
        _("This sign-in has already been used or has expired"),
        _("Start again here."),
        HTTPStatus.BAD_REQUEST,
    ),
    **dict.fromkeys(
        ("invalid_client", "unauthorized_client", "unsupported_response_type", "invalid_request"),
        Words(
            _("The sign-in service does not accept My Tasks"), _ASK_AN_ADMIN, HTTPStatus.BAD_GATEWAY
        ),
    ),
    **dict.fromkeys(
        ("login_required", "interaction_required", "consent_required"),
        Words(
            _("The sign-in service needs to ask you something first"),
            _("Start again and answer what it asks."),
            HTTPStatus.FORBIDDEN,
        ),
    ),
}

_ANYTHING_ELSE = Words(
    _("The sign-in did not work"),
    _("Start again. If it happens again, tell the people who run this site."),
    HTTPStatus.BAD_REQUEST,
)


def words_for(code: str) -> Words:
    """The words for an error code; codes nobody has heard of get a general sentence."""
    return _WORDS.get(code, _ANYTHING_ELSE)
