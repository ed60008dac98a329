"""The pages for what no view answers: Django's handlers, with the context of every page of ours."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from taskmanager.core.htmx import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that makes no sense."""
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason where it is one of our own."""
    reason = str(exception)
    return render(request, "403.html", {"reason": reason}, status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing is at this address."""
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)
