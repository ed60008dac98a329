"""How every page is rendered: the whole of a template, or one block of it for htmx."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject
from django_htmx.http import push_url, reswap, retarget
from jinja2_fragments import render_block

from taskmanager.core.addresses import WIDGET_PREFIX
from taskmanager.core.appearance import Appearance
from taskmanager.core.language import one_language
from taskmanager.core.request import AppRequest

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

NOTICES: Final = "#notices"  # above the page's content
FORM_NOTICE: Final = "find [data-notice]"  # inside the form that was sent


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Render a template, or only the block of that name, which the template itself must define.

    Adds what every page needs. The CSRF token is masked once a page, and only if it is used.
    """
    widget = getattr(request, "widget", None)
    is_embedded = widget is not None  # not yet known where a middleware refuses the request early
    values = {
        "request": request,
        "person": getattr(request, "person", None),
        "widget": widget,
        "appearance": getattr(request, "appearance", Appearance()),
        "is_embedded": is_embedded,
        "layout": "embed.html" if is_embedded else "site.html",
        "home": WIDGET_PREFIX if getattr(request, "embedded", False) else "/",
        "messages": get_messages(request),
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
        **(context or {}),
    }
    environment = cast("Jinja2", engines["jinja2"]).env
    with one_language():
        if block:
            written = render_block(environment, template, block, values)
        else:
            written = environment.get_template(template).render(values)
    return HttpResponse(written, status=status)


def is_partial(request: AppRequest) -> bool:
    """Whether htmx asks for a part of the page that it shows."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_partial(
    request: AppRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    block: str,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Only the block of that name where htmx asks for a part, the whole template otherwise."""
    wanted = block if is_partial(request) else ""
    return render(request, template, context, block=wanted, status=status)


def shown_path(request: AppRequest) -> str:
    """The page of ours that htmx asks from, as a path with its query; "" where it is none."""
    try:
        return request.htmx.current_url_abs_path or ""
    except ValueError:  # what `urlsplit` says to "http://["
        return ""


def is_read(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def notice_response(
    request: HttpRequest, template: str, context: Mapping[str, Any], status: int
) -> HttpResponse:
    """The `notice` block of a template, placed where the person acted; what was typed stays.

    For a read without a place of its own `response-placement.js` finds the nearest.
    """
    response = render(request, template, context, block="notice", status=status)
    target = NOTICES if is_read(request) else FORM_NOTICE
    return push_url(reswap(retarget(response, target), "innerHTML"), url=False)
