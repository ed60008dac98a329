"""What happens when the CSRF check fails."""

from http import HTTPStatus

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django_htmx.http import trigger_client_event

from taskmanager.signin.prompts import login_prompt, page_or_notice
from taskmanager.signin.request import SignedInRequest, person_in


def csrf_failure(request: SignedInRequest, reason: str = "") -> HttpResponse:
    """Refuse with a message, and give the page a fresh token so that nothing typed is lost.

    Usually the person has signed in again in another tab, and the page carries the token of the
    session before. Only a script of our own origin can read the header with the fresh token.
    """
    if person_in(request.session) is None:
        return login_prompt(request)
    response = page_or_notice(request, "signin/csrf.html", HTTPStatus.FORBIDDEN)
    if not request.htmx:
        return response
    return trigger_client_event(response, "csrf:renewed", {"token": get_token(request)})
