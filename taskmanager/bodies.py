"""What no form of ours sends is refused: too long before it is read, with NUL before it is used."""

from http import HTTPStatus
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from taskmanager.errors import page

NUL: Final = "\0"


class BodyMiddleware(MiddlewareMixin):
    """Answer 413 in our words. Django's own limit leaves files out and answers a bare 400.

    Without Content-Length (chunked) Django reads nothing of a body.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if int(request.META.get("CONTENT_LENGTH") or 0) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        return page(request, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class NulMiddleware(MiddlewareMixin):
    """Answer 400 to the one character that PostgreSQL cannot hold, wherever a view would read it.

    SQLite and session keys (which are hashed) can, so nothing else tells before production.
    """

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        given = chain.from_iterable(
            (name, *values) for data in (request.GET, request.POST) for name, values in data.lists()
        )
        if NUL in request.path or any(NUL in text for text in given):
            raise BadRequest("NUL")
