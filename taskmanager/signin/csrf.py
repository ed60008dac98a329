"""What happens when the CSRF check fails."""

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from taskmanager.signin.middleware import notice, signed_out
from taskmanager.signin.person import SignedRequest, person_in

TEMPLATE = "signin/csrf.html"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse in words, and give the page a fresh token so that nothing typed is lost.

    The usual cause is harmless: the person has signed in anew in another tab, so the page still
    carries the token of the session before. The fresh token travels in a header that only a
    script of our own origin can read, so a foreign page that provoked this learns nothing.
    """
    if person_in(request.session) is None:
        return signed_out(request)
    if not cast("SignedRequest", request).htmx:
        return render(request, TEMPLATE, status=HTTPStatus.FORBIDDEN)
    response = notice(request, TEMPLATE, HTTPStatus.FORBIDDEN)
    return trigger_client_event(response, "csrf:renewed", {"token": get_token(request)})
