"""The views beside the framed pages: badge, loader, colours, and the page on which to try them."""

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from taskmanager.signin.middleware import unattended
from taskmanager.signin.person import person_of
from workitems import colours
from workitems.access import lens_of, require_admin
from workitems.framing import Widget, WidgetForm
from workitems.host_page import check_origin, check_snippet
from workitems.presenters.pages import Badge
from workitems.replies import HtmxRequest, part
from workitems.wiring import service_for

LOADER_SECONDS: Final = 300
SIZES: Final = tuple((size, size) for size in ("360x640", "320x240", "480x800"))
View = Callable[[HttpRequest], HttpResponse]


@unattended
@require_safe
def badge(request: HtmxRequest) -> HttpResponse:
    """How many tasks wait, and nothing else: one upstream call."""
    lens = lens_of(request)
    context = {"badge": Badge.of(service_for(request, lens).counts()), "lens": lens}
    context["full_page"] = settings.PUBLIC_URL + "/" + lens.query
    return render(request, part(request, "widget/badge.html", "pill"), context)


badge.signed_out_template = "widget/badge.html"  # type: ignore[attr-defined]


@login_not_required
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The accent colour of `?accent=` as a style sheet; an empty one where it is no colour."""
    accent = Widget.of(request).accent
    return HttpResponse(colours.stylesheet(accent) if accent else "", content_type="text/css")


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


class TryForm(WidgetForm):
    """The widget's own parameters, and the frame around it."""

    kind = forms.ChoiceField(
        choices=[("list", _("The list")), ("badge", _("The badge"))],
        label=_("Show"),
        required=False,
    )
    size = forms.ChoiceField(choices=SIZES, label=_("Size in pixels"), required=False)


class HostForm(forms.Form):
    """A page of one's own."""

    origin = forms.CharField(max_length=300, label=_("Origin of your page"), required=False)
    snippet = forms.CharField(
        max_length=20_000,
        label=_("Your own HTML around the widget"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )


@csp_update({"frame-src": ["'self'"]})
@require_http_methods(["GET", "HEAD", "POST"])
def try_page(request: HttpRequest) -> HttpResponse:
    """Choose how the widget looks, see it, take its HTML along, and test a page of one's own."""
    require_admin(person_of(request))
    form = TryForm(request.GET or None)
    host = HostForm(request.POST or None)
    context = {"form": form, "host": host, **_preview(form), **_findings(host)}
    return render(request, "widget/try.html", context)


def _preview(form: TryForm) -> dict[str, Any]:
    form.is_valid()
    chosen = getattr(form, "cleaned_data", {})
    known: dict[str, str] = {
        name: chosen[name] for name in Widget.__match_args__ if chosen.get(name)
    }
    widget, is_badge = Widget(**known), chosen.get("kind") == "badge"
    size = "240x56" if is_badge else chosen.get("size") or SIZES[0][0]
    width, _x, height = size.partition("x")
    address = f"/widget/{'badge/' if is_badge else ''}{widget.query}"
    return {
        "is_on": bool(settings.FRAME_ANCESTORS),
        "address": address,
        "width": width,
        "height": height,
        "iframe": _iframe(address, width, height),
        "element": _element(known, is_badge=is_badge),
    }


def _iframe(address: str, width: str, height: str) -> str:
    src = escape(settings.PUBLIC_URL + address)
    return f'<iframe src="{src}" title="My Tasks" width="{width}" height="{height}"></iframe>'


def _element(known: Mapping[str, str], *, is_badge: bool) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in known.items())
    attributes += " badge" if is_badge else ""
    return (
        f'<script src="{settings.PUBLIC_URL}/widget/loader.js" async></script>\n'
        f"<my-tasks{attributes}></my-tasks>"
    )


def _findings(host: HostForm) -> dict[str, Any]:
    if not host.is_bound or not host.is_valid():
        return {}
    origin, snippet = host.cleaned_data["origin"], host.cleaned_data["snippet"]
    return {
        "of_origin": check_origin(origin, settings.FRAME_ANCESTORS) if origin else [],
        "of_snippet": check_snippet(snippet, settings.PUBLIC_URL) if snippet else [],
        "is_checked": True,
    }
