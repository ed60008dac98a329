"""The small badge for a host page: how many tasks wait."""

from functools import partial

from django.conf import settings
from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.signin.prompts import background_request
from taskmanager.signin.request import SignedInRequest
from workitems.queue_states import told_by_scan
from workitems.web.context import ActionContext
from workitems.web.polling import polled


@background_request
@require_safe
def badge(request: SignedInRequest) -> HttpResponseBase:
    """How many tasks wait, and nothing else: one upstream call, or none where the scan knows."""
    context = ActionContext.of(request)
    scanned = told_by_scan(context.scope.owner.id, context.form.counts)
    fresh = scanned or context.services.reader.counts()
    full_page = f"{settings.PUBLIC_URL}/{context.links.query}"
    values = context.template(badge=fresh, full_page=full_page)
    answer = partial(render_partial, request, "widget/badge.html", values, block="pill")
    return polled(request, fresh, answer, is_free=scanned is not None)


badge.signed_out_template = "widget/badge.html"  # type: ignore[attr-defined]
