"""The list of a queue, and its numbers for a page that stays open."""

from functools import partial

from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.results import Counts
from workitems.view_models.page import TaskPage
from workitems.web.context import ActionContext
from workitems.web.forms import QueueFilter
from workitems.web.polling import polled
from workitems.web.responses import Changes, oob_response


@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """The dashboard: one page of one owner's pending or completed work items."""
    context = ActionContext.of(request)
    filters = QueueFilter(request.GET)
    # A host page's parameters never break its frame; an address of ours is told when it is wrong.
    if not filters.is_valid() and not request.embedded:
        raise BadRequest(_("There is no such page of the list."))
    query = filters.query()
    context = context.named()
    found, actor_id = context.services.reader.queue(query), context.scope.actor.id
    context.services.executor.settle(found.items)
    page = TaskPage.of(found, query, now=timezone.now(), actor_id=actor_id)
    values = context.template(page=page, badge=page.badge)
    return render_partial(request, "workitems/list.html", values, block="list_update")


@inline_login_prompt
@background_request
@require_safe
def counts(request: SignedInRequest) -> HttpResponseBase:
    """The badge and the tabs' numbers, refreshed for an open page."""
    context = ActionContext.of(request)
    fresh = context.services.reader.refreshed_counts()
    changes = Changes(badge=fresh, news=_news(context.form.counts, fresh))
    return polled(request, fresh, partial(oob_response, context, changes))


def _news(known: Counts, fresh: Counts) -> int:
    """How many tasks have come, as far as numbers tell.

    A task that was completed as another came leaves `open` as it was, but changes the total.
    """
    pairs = ((known.open, fresh.open), (known.total, fresh.total))
    told = [(then, now) for then, now in pairs if then is not None and now is not None]
    return max([0, *(now - then for then, now in told)])
