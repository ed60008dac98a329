"""The page on which an administrator tries the widget and tests a page of their own."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from taskmanager.core.addresses import WIDGET_PREFIX
from taskmanager.core.htmx import render
from taskmanager.embed.params import WidgetParams, WidgetParamsForm
from taskmanager.signin.request import person_of
from workitems.scope import require_admin
from workitems.web.widget.host_page import check_origin, check_snippet

SIZES: Final = tuple((size, size) for size in ("360x640", "320x240", "480x800"))


class TryForm(WidgetParamsForm):
    """The widget's own parameters, and the frame around it."""

    # Not offered: the loader asks for the newest version by itself.
    envelope = None  # type: ignore[assignment]

    kind = forms.ChoiceField(
        choices=[("list", _("The list")), ("badge", _("The badge"))],
        label=_("Show"),
        required=False,
    )
    size = forms.ChoiceField(choices=SIZES, label=_("Size in pixels"), required=False)


class HostForm(forms.Form):
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
    require_admin(person_of(request), gettext("Only an administrator may try the widget."))
    form = TryForm(request.GET or None)
    host = HostForm(request.POST or None)
    context = {"form": form, "host": host, **_preview(form), **_findings(host)}
    return render(request, "widget/try.html", context)


def _preview(form: TryForm) -> dict[str, Any]:
    form.is_valid()
    chosen = getattr(form, "cleaned_data", {})
    known: dict[str, str] = {
        name: chosen[name] for name in WidgetParams.__match_args__ if chosen.get(name)
    }
    widget, is_badge = WidgetParams(**known), chosen.get("kind") == "badge"
    size = "240x56" if is_badge else chosen.get("size") or SIZES[0][0]
    width, _x, height = size.partition("x")
    address = f"{WIDGET_PREFIX}{'badge/' if is_badge else ''}{widget.query}"
    src, measures = escape(settings.PUBLIC_URL + address), f'width="{width}" height="{height}"'
    return {
        "is_on": bool(settings.FRAME_ANCESTORS),
        "address": address,
        "width": width,
        "height": height,
        "iframe": f'<iframe src="{src}" title="My Tasks" {measures}></iframe>',
        "element": _element(known, is_badge=is_badge),
    }


def _element(known: Mapping[str, str], *, is_badge: bool) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in known.items())
    attributes += " badge" if is_badge else ""
    return (
        f'<script src="{settings.PUBLIC_URL}/widget/loader.js" async></script>\n'
        f"<my-tasks{attributes}></my-tasks>"
    )


def _findings(host: HostForm) -> dict[str, Any]:
    if not host.is_bound or not host.is_valid():
        return {"of_origin": [], "of_snippet": [], "is_checked": False}
    origin, snippet = host.cleaned_data["origin"], host.cleaned_data["snippet"]
    return {
        "of_origin": check_origin(origin, settings.FRAME_ANCESTORS) if origin else [],
        "of_snippet": check_snippet(snippet, settings.PUBLIC_URL) if snippet else [],
        "is_checked": True,
    }
