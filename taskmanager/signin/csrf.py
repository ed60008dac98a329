"""What happens when the CSRF check fails."""

import logging
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django_htmx.http import trigger_client_event

from taskmanager.core.addresses import origin_of
from taskmanager.signin.prompts import login_prompt, page_or_notice
from taskmanager.signin.request import SignedInRequest, person_in

logger = logging.getLogger(__name__)

OF_ORIGIN = ("Origin checking failed", "Referer checking failed")  # how Django's reasons begin


def csrf_failure(request: SignedInRequest, reason: str = "") -> HttpResponse:
    """Refuse with a message, and give the page a fresh token so that nothing typed is lost.

    Usually the person has signed in again in another tab, and the page carries the token of the
    session before. Only a script of our own origin can read the header with the fresh token.
    """
    if reason.startswith(OF_ORIGIN):
        return _of_another_origin(request)
    if person_in(request.session) is None:
        return login_prompt(request)
    response = page_or_notice(request, "signin/csrf.html", HTTPStatus.FORBIDDEN)
    if not request.htmx:
        return response
    return trigger_client_event(response, "csrf:renewed", {"token": get_token(request)})


def _of_another_origin(request: SignedInRequest) -> HttpResponse:
    """Another site's page, or ours under an address that PUBLIC_URL does not name: no new token
    would help.
    """
    sent, referer = request.headers.get("Origin", ""), request.headers.get("Referer", "")
    with suppress(ValueError):  # no address at all
        sent = sent or (referer and origin_of(referer))
    logger.warning("refused: sent from the origin %r, and ours is %s", sent, settings.PUBLIC_URL)
    # Browsers write "null" where they tell no origin.
    values = {"sent": "" if sent == "null" else sent[:200], "own": settings.PUBLIC_URL}
    return page_or_notice(request, "signin/other_origin.html", HTTPStatus.FORBIDDEN, values)
