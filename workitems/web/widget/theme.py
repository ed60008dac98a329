"""A company's accent colour as a style sheet."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taskmanager.embed.params import WidgetParams
from workitems.web.widget import colours


@login_not_required
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The accent colour of `?accent=` as a style sheet; an empty one where it is no colour."""
    accent = WidgetParams.of(request).accent
    return HttpResponse(colours.stylesheet(accent) if accent else "", content_type="text/css")
