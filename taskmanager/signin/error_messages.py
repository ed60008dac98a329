"""Our messages for the error codes of a provider. Its own texts are never shown."""

from dataclasses import dataclass
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """A heading, what to do, and the status that goes with them."""

    title: Promise
    advice: Promise
    status: HTTPStatus = HTTPStatus.BAD_REQUEST


_ASK_AN_ADMIN = _("Ask the people who run this site: its sign-in has to be set up differently.")
_TRY_LATER = _("This is not your fault. Wait a moment and start again.")

_MESSAGES = {
    "unknown_state": ErrorMessage(
        _("This sign-in took too long or was started elsewhere"),
        _("Start again here, in this browser. Nothing went wrong with your account."),
    ),
    "access_denied": ErrorMessage(
        _("The sign-in was cancelled or not allowed"),
        _("If you did not cancel it yourself, ask for access to My Tasks."),
        HTTPStatus.FORBIDDEN,
    ),
    "no_identity": ErrorMessage(
        _("Your account has no identity"),
        _(
            "You signed in, but the account does not belong to an identity, so it cannot have"
            " work items. Sign in as a person, not with a technical account."
        ),
        HTTPStatus.FORBIDDEN,
    ),
    "not_verified": ErrorMessage(
        _("The answer of the sign-in service could not be verified"),
        _("You are not signed in. If it happens again, tell the people who run this site."),
    ),
    "temporarily_unavailable": ErrorMessage(
        _("The sign-in service is busy"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "server_error": ErrorMessage(
        _("The sign-in service has a problem"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "unavailable": ErrorMessage(
        _("The sign-in service does not answer"), _TRY_LATER, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    "not_stored": ErrorMessage(
        _("Your sign-in could not be kept"),
        _(
            "You are not signed in: My Tasks cannot write its own records at the moment. Wait a"
            " moment and start again; if it stays so, tell the people who run this site."
        ),
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    "invalid_scope": ErrorMessage(
        _("The sign-in service does not grant what My Tasks asks for"),
        _ASK_AN_ADMIN,
        HTTPStatus.BAD_GATEWAY,
    ),
    "invalid_grant": ErrorMessage(
        _("This sign-in has already been used or has expired"), _("Start again here.")
    ),
    **dict.fromkeys(
        ("invalid_client", "unauthorized_client", "unsupported_response_type", "invalid_request"),
        ErrorMessage(
            _("The sign-in service does not accept My Tasks"), _ASK_AN_ADMIN, HTTPStatus.BAD_GATEWAY
        ),
    ),
    **dict.fromkeys(
        ("login_required", "interaction_required", "consent_required"),
        ErrorMessage(
            _("The sign-in service needs to ask you something first"),
            _("Start again and answer what it asks."),
            HTTPStatus.FORBIDDEN,
        ),
    ),
}

_ANYTHING_ELSE = ErrorMessage(
    _("The sign-in did not work"),
    _("Start again. If it happens again, tell the people who run this site."),
)


def error_message(code: str) -> ErrorMessage:
    """The message for an error code; an unknown code gets a general one."""
    return _MESSAGES.get(code, _ANYTHING_ELSE)
