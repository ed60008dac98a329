"""What happens when the CSRF check fails."""

from http import HTTPStatus

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django_htmx.http import trigger_client_event

from taskmanager.signin.prompts import login_prompt, page_or_notice
from taskmanager.signin.request import SignedInRequest, person_in


def csrf_failure(request: SignedInRequest, reason: str = "") -> HttpResponse:
    """Refuse in words, and give the page a fresh token so that nothing typed is lost.

    The usual cause is harmless: the person has signed in anew in another tab, so the page still
    carries the token of the session before. The fresh token travels in a header that only a
    script of our own origin can read, so a foreign page that provoked this learns nothing.
    """
    if person_in(request.session) is None:
        return login_prompt(request)
    response = page_or_notice(request, "signin/csrf.html", HTTPStatus.FORBIDDEN)
    if not request.htmx:
        return response
    return trigger_client_event(response, "csrf:renewed", {"token": get_token(request)})
