"""The script that host pages load to get `<my-tasks>`."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

LOADER_SECONDS: Final = 300


@csrf_exempt
@login_not_required
@require_safe
def loader(request: HttpRequest) -> HttpResponse:
    """The script that defines `<my-tasks>`, for pages of other sites; browsers keep it a while."""
    headers = {
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": f"public, max-age={LOADER_SECONDS}",
    }
    return HttpResponse(loader_source(), "text/javascript; charset=utf-8", headers=headers)


@lru_cache(maxsize=1)
def loader_source() -> str:
    path = finders.find("js/loader.js")
    return Path(str(path)).read_text(encoding="utf-8")
