"""The script that host pages load to get `<my-tasks>`."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

LOADER_SECONDS: Final = 300


@csrf_exempt
@login_not_required
def loader(request: HttpRequest) -> HttpResponse:
    """The script that defines `<my-tasks>`, for pages of other sites."""
    response = _script(request)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # of a refusal too
    return response


@require_safe
@cache_control(public=True, max_age=LOADER_SECONDS)
def _script(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(loader_source(), content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def loader_source() -> str:
    path = finders.find("js/loader.js")
    return Path(str(path)).read_text(encoding="utf-8")
