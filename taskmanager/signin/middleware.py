"""Closed by default: a view is called only for a signed-in person."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from django.utils.deprecation import MiddlewareMixin

from taskmanager.signin import handoff
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.prompts import login_prompt, page_or_notice, token_refused
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import SignedInRequest, person_in, session_row
from taskmanager.signin.token_refresh import access_token_for
from taskmanager.signin.token_store import TokenStore
from taskmanager.signin.values import Person

logger = logging.getLogger(__name__)


class SignInMiddleware(MiddlewareMixin):
    """Let a view be called only for a signed-in person, unless it has `login_not_required`."""

    def process_request(self, request: SignedInRequest) -> None:
        request.person = None

    def process_view(
        self, request: SignedInRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        request.person = person_in(request.session)
        if request.person is None:
            return login_prompt(request)
        if request.person.is_admin or request.person.is_auditor:
            try:
                _confirm_levels(request, request.person)
            except SignInNeeded:
                return token_refused(request)
        if not getattr(view, "is_background_request", False):
            request.session.touch()  # type: ignore[attr-defined]  # our engine's own method
        return None

    def process_exception(
        self, request: SignedInRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer for the views, which do not catch these exceptions."""
        if isinstance(exception, SignInNeeded):
            return token_refused(request)
        if isinstance(exception, handoff.HandOffRefused):
            logger.warning("hand-off: %s", exception.reason)
            return JsonResponse({"state": exception.state}, status=exception.status)
        if isinstance(exception, ProviderUnavailable):
            logger.warning("provider unavailable: %s", exception)
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return page_or_notice(request, "signin/unavailable.html", status)
        return None


def _confirm_levels(request: SignedInRequest, person: Person) -> None:
    """Levels are those of a token that lasts, also on pages that read nothing with it.

    Raises SignInNeeded when the provider does not renew it any more.
    """
    store = TokenStore(session_row(request.session))
    with suppress(ProviderUnavailable):  # nobody is demoted for that
        access_token_for(store, configured_provider())
    if levels := store.levels():
        request.person = replace(person, **asdict(levels))
