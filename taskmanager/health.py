"""/healthz: the process runs. /readyz: it can serve people, and whether a job worker lives.

A middleware, not views, because probes use an IP address and plain http, which later middlewares
refuse. Neither calls ISC or the provider: their failure must not have us restarted.
"""

from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from taskmanager.jobs.heartbeat import is_worker_alive


def _why_not_ready() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "the database has migrations to run: manage.py migrate"
    except DatabaseError:
        return "the database cannot be reached"
    manifest = Path(str(settings.STATIC_ROOT)) / "staticfiles.json"
    if settings.STATIC_FILES == "hashed" and not manifest.exists():
        return "the static files are not there: manage.py collectstatic"
    return None


class HealthMiddleware(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.path_info not in {"/healthz", "/readyz"}:
            return None
        is_readyz = request.path_info == "/readyz"
        problem = _why_not_ready() if is_readyz else None
        status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        words = problem or "ok"
        if is_readyz and not problem and not is_worker_alive():
            words = "ok, but no job worker lives: manage.py run_worker"
        return HttpResponse(words, "text/plain", status=status, headers=headers)
