"""The list of a queue, and its numbers for a page that stays open."""

from dataclasses import replace
from functools import partial

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.change_mark import mark_if_whole
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, Queue
from workitems.queue_states import told_by_scan
from workitems.view_models.page import TaskPage
from workitems.web.context import ActionContext
from workitems.web.forms import NumbersForm, QueueFilter
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
    found = read(context, query, is_opened=request.embedded and not request.htmx)
    page = TaskPage.of(found, query, now=timezone.now(), actor_id=context.scope.actor.id)
    values = context.template(page=page, badge=with_mark(found))
    return render_partial(request, "workitems/list.html", values, block="list_update")


def read(context: ActionContext, query: QueueQuery, *, is_opened: bool) -> Queue:
    """The list, with what killed senders left of it closed, and what is to be sent counted.

    `is_opened`: a widget that has just been opened, which may cost one call at most.
    """
    reader = context.services.reader
    found = reader.frugal_queue(query) if is_opened else reader.queue(query)
    context.services.executor.settle(found.items)
    return replace(found, counts=context.counted(found.counts))


@inline_login_prompt
@background_request
@require_safe
def counts(request: SignedInRequest) -> HttpResponseBase:
    """The badge and the tabs' numbers, refreshed for an open page."""
    context = ActionContext.of(request)
    known = NumbersForm(context.sent).counts
    scanned = told_by_scan(context.scope.owner.id, known)
    fresh = context.counted(scanned or context.services.reader.refreshed_counts())
    changes = Changes(badge=fresh, news=_news(known, fresh), has_changed=_has_changed(known, fresh))
    answer = partial(oob_response, context, changes)
    return polled(request, fresh, answer, is_free=scanned is not None)


def with_mark(queue: Queue) -> Counts:
    """The numbers with the mark of this list: by it a later poll sees that another is there."""
    if not settings.TENANT_SCAN_CLIENT_ID or queue.tab is not Tab.PENDING:
        return queue.counts
    return replace(queue.counts, mark=mark_if_whole(queue.items, queue.total))


def _has_changed(known: Counts, fresh: Counts) -> bool:
    """Whether the list is another, although the numbers are the same."""
    return known == fresh and "" not in {known.mark, fresh.mark} and known.mark != fresh.mark


def _news(known: Counts, fresh: Counts) -> int:
    """How many tasks have come, as far as numbers tell.

    A task that was completed as another came leaves `open` as it was, but changes the total.
    """
    pairs = ((known.open, fresh.open), (known.total, fresh.total))
    told = [(then, now) for then, now in pairs if then is not None and now is not None]
    return max([0, *(now - then for then, now in told)])
