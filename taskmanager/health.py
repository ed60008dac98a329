"""/healthz: the process runs. /readyz: it can serve people.

A middleware, not views: probes come by address and over plain http, so they must be answered
before the host name, https and the session are looked at. Neither calls ISC or the provider:
their trouble must not make an orchestrator restart us.
"""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _why_not_ready() -> str | None:
    """A reason in words, or None when all is well."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "the database has migrations to run: manage.py migrate"
    except DatabaseError:
        return "the database cannot be reached"
    if settings.STATIC_FILES == "hashed":
        manifest = Path(str(settings.STATIC_ROOT)) / "staticfiles.json"
        if not manifest.exists():
            return "the static files are not there: manage.py collectstatic"
    return None


class HealthMiddleware:
    """Answer the two addresses; let everything else pass."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/healthz":
            return self._answer(None)
        if request.path_info == "/readyz":
            return self._answer(_why_not_ready())
        return self.get_response(request)

    @staticmethod
    def _answer(problem: str | None) -> HttpResponse:
        status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(problem or "ok", "text/plain", status=status, headers=headers)
