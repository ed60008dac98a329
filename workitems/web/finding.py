"""How much of a list is read, for a page that stays open, and reading it anew."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from taskmanager.core.htmx import render
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.readings import Index
from workitems.view_models.finding import Finding
from workitems.view_models.render_context import RenderContext
from workitems.web.context import ActionContext
from workitems.web.list_filter import QueueFilter, ShownIndex


@inline_login_prompt
@background_request
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponseBase:
    """Two numbers and a sentence; a POST has the list read anew."""
    context, filters = ActionContext.of(request), QueueFilter.of(request.GET)
    address, tab = filters.address(context.links), filters.query().tab
    if request.method == "POST":
        context.finder.begin(tab)
        if not request.htmx:
            return HttpResponseRedirect(str(address))
    values = ShownIndex(request.GET)
    shown, rows = values.value("shown"), values.value("rows")
    found = context.finder.progress(tab, shown) or Index(0, None, is_reading=False)
    finding = Finding.of(found, tab, RenderContext.at(timezone.now()), shown_rows=rows)
    was_reading = "reading" in request.GET
    said = finding.news_since(request.GET.get("said", ""), was_reading=was_reading)
    told = {"finding": finding, "address": address, "shown": shown, "rows": rows, "said": said}
    return render(request, "workitems/index.html", told, block="index")
