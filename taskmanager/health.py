"""/healthz: the process runs. /readyz: it can serve people, and whether a job worker lives.

A middleware, not views, because probes use an IP address and plain http, which later middlewares
refuse. Neither calls ISC or the provider: their failure must not have us restarted.
"""

import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from taskmanager.core.storage import briefly
from taskmanager.jobs.heartbeat import is_worker_alive
from taskmanager.probes import PROBES
from taskmanager.signin.models import Session

TRIED_EVERY: Final = 5.0  # seconds
WAIT: Final = 2.0  # seconds for another writer
SIZE: Final = 8192  # bytes: more than the page that is begun has room for


class WriteTest:
    """Whether the database takes a row, and why not. Tried every few seconds, by one thread.

    The row is written and deleted in one transaction, which is committed: what is rolled back
    may never reach the disk.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._problem: str | None = None
        self._tried_at = -TRIED_EVERY

    def problem(self) -> str | None:
        with self._lock:
            if time.monotonic() - self._tried_at >= TRIED_EVERY:
                self._problem = self._tried()
                self._tried_at = time.monotonic()
            return self._problem

    @staticmethod
    def _tried() -> str | None:
        row = Session(
            session_key=f"readyz {uuid4().hex}",
            session_data="0" * SIZE,
            expire_date=timezone.now(),
        )
        try:
            with briefly(WAIT), transaction.atomic():
                row.save(force_insert=True)
                row.delete()
        except Error as error:
            return f"the database takes no writes: {error}"
        return None


WRITE_TEST: Final = WriteTest()


def _why_not_ready() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "the database has migrations to run: manage.py migrate"
    except Error:
        return "the database cannot be reached"
    if problem := WRITE_TEST.problem():
        return problem
    manifest = Path(str(settings.STATIC_ROOT)) / "staticfiles.json"
    if settings.STATIC_FILES == "hashed" and not manifest.exists():
        return "the static files are not there: manage.py collectstatic"
    return None


class HealthMiddleware(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.path_info not in PROBES:
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
