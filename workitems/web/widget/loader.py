"""The script that host pages load to get `<my-tasks>`."""

from collections.abc import Callable
from functools import lru_cache, wraps
from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

LOADER_SECONDS: Final = 300
View = Callable[[HttpRequest], HttpResponse]


def for_everybody(view: View) -> View:
    """Let pages of other sites load the answer, and browsers keep it for a while."""

    @wraps(view)
    def shared(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = f"public, max-age={LOADER_SECONDS}"
        return response

    return shared


@csrf_exempt
@login_not_required
@for_everybody
@require_safe
def loader(request: HttpRequest) -> HttpResponse:
    """The script that defines `<my-tasks>`, at an address that does not change."""
    return HttpResponse(loader_source(), content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def loader_source() -> str:
    path = finders.find("js/loader.js")
    return Path(str(path)).read_text(encoding="utf-8")
