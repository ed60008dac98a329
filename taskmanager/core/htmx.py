"""Which part of a template answers a request: the page or a block."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import push_url, reswap, retarget

from taskmanager.core.request import AppRequest

NOTICES = "#notices"  # above the page's content
FORM_NOTICE = "find [data-notice]"  # inside the form that was sent


def template_block(request: AppRequest, template: str, block: str) -> str:
    """The block for htmx, the whole page for everybody else."""
    htmx = request.htmx
    if htmx and not htmx.boosted and not htmx.history_restore_request:
        return f"{template}#{block}"
    return template


def is_read(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def notice_response(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """The `notice` block of a template, placed where the person acted; what was typed stays.

    For a read without a place of its own `response-placement.js` finds the nearest.
    """
    response = render(request, f"{template}#notice", context, status=status)
    target = NOTICES if is_read(request) else FORM_NOTICE
    return push_url(reswap(retarget(response, target), "innerHTML"), url=False)
