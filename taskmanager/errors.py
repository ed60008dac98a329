"""The pages for what no view answers: Django's handlers, with the context of every page of ours."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from taskmanager.core.htmx import render


def _page(request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    """The template of that status. Only 403.html prints the reason, where it is one of our own."""
    return render(request, f"{status}.html", {"reason": str(exception)}, status=status)


bad_request, forbidden, not_found = (partial(_page, status=status) for status in (400, 403, 404))
