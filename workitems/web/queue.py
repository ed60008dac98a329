"""The list of a queue, and its numbers for a page that stays open."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from taskmanager.core.htmx import render, render_partial
from taskmanager.signin.prompts import background_request, inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.change_mark import mark_if_whole
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, Queue
from workitems.services.reader import Reader
from workitems.view_models.finding import is_searched, kinds, vocabulary
from workitems.view_models.ordering import Order
from workitems.view_models.page import TaskPage
from workitems.view_models.periods import periods
from workitems.web.context import ActionContext
from workitems.web.forms import NumbersForm
from workitems.web.late_list import frame_first, is_frugal, is_slow
from workitems.web.list_filter import SIZES, QueueFilter
from workitems.web.polling import polled
from workitems.web.responses import Changes, oob_response
from workitems.web.view_row import ViewRow, start_of

FORM: Final = "find"  # the id of the search form
LAST_COMPLETED: Final = 3  # beside "All clear"


@require_safe
def queue(request: SignedInRequest) -> HttpResponseBase:
    """The dashboard: one page of one owner's pending or completed work items."""
    context, filters = ActionContext.of(request), QueueFilter.of(request.GET)
    if start := start_of(context):
        return HttpResponseRedirect(start)
    # A host page's parameters never break its frame; an address of ours is told when it is wrong.
    if not filters.is_list and not request.embedded:
        raise BadRequest(_("There is no such page of the list."))
    query, context = filters.query(), context.named()
    values = partial(listed, context, query, filters)
    is_told = filters.has_wrong_days and not request.embedded
    if not is_told and is_slow(context, query):
        return frame_first(context, query, filters, values)
    status, shown = HTTPStatus.BAD_REQUEST if is_told else HTTPStatus.OK, values()
    page = render_partial(request, "workitems/list.html", shown, block="list_update", status=status)
    return at_address(context, shown, page)


@inline_login_prompt
@require_safe
def pile(request: SignedInRequest) -> HttpResponse:
    """The rows of one pile, for the place where it stands."""
    context, filters = ActionContext.of(request), QueueFilter.of(request.GET)
    query = filters.query()
    found = context.finder.find(query, vocabulary(get_language()))
    page = TaskPage.of(found, query, context.rendering)
    values = context.template(page=page, address=filters.address(context.links))
    return render(request, "workitems/pile.html", values)


def listed(context: ActionContext, query: QueueQuery, filters: QueueFilter) -> dict[str, Any]:
    """What workitems/list.html prints."""
    found, address = read(context, query), filters.address(context.links)
    page = TaskPage.of(found, query, context.rendering)
    framed = context.finder.kinds(query) if context.request.embedded else {}
    return context.template(
        page=page,
        kinds=kinds(framed, get_language()),
        badge=with_mark(found),
        address=address,
        opened=filters.opened(context.links),
        form=filters,
        periods=() if query.is_plain else periods(timezone.localdate()),
        query=query,
        order=None if query.is_plain else Order.of(query, SIZES),
        basket=lambda: context.personal.in_basket,
        views=None if context.request.embedded else ViewRow.of(context, address),
    )


def at_address(
    context: ActionContext, shown: dict[str, Any], response: HttpResponse
) -> HttpResponse:
    """The page under its own address, which leads to it again: what was pressed may lead on."""
    request = context.request
    is_form = request.htmx.trigger == FORM  # it sends what is empty as well
    if not request.htmx or request.embedded or not (is_form or shown["query"].seen.marks):
        return response
    return push_url(response, shown["address"].page(shown["page"].pager.number))


def read(context: ActionContext, query: QueueQuery) -> Queue:
    """The list, with what killed senders left of it closed, and what is to be sent counted."""
    found = _found(context, query)
    if not is_searched(found):  # only what ISC shows now can close anything
        context.services.executor.settle(found.items)
    return replace(found, counts=context.counted(found.counts))


def _found(context: ActionContext, query: QueueQuery) -> Queue:
    """By its first page from ISC, or in what is read of the whole list."""
    reader = context.services.reader
    if is_frugal(context.request, query):
        return reader.frugal_queue(query)
    if not query.is_plain:
        return context.finder.find(query, vocabulary(get_language()))
    found = context.finder.beside(reader.queue(query), query)
    if found.is_clear and found.counts.completed != 0:
        return replace(found, last_completed=reader.last_completed(LAST_COMPLETED))
    return found


@inline_login_prompt
@background_request
@require_safe
def counts(request: SignedInRequest) -> HttpResponseBase:
    """The badge and the tabs' numbers, refreshed for an open page."""
    context = ActionContext.of(request)
    known = NumbersForm(context.sent).counts
    fresh, is_free = context.refreshed(known, Reader.refreshed_counts)
    changes = Changes(badge=fresh, news=_news(known, fresh), has_changed=_has_changed(known, fresh))
    answer = partial(oob_response, context, changes)
    return polled(request, fresh, answer, is_free=is_free)


def with_mark(queue: Queue) -> Counts:
    """The numbers with the mark of this list: by it a later poll sees that another is there."""
    if not settings.TENANT_SCAN_CLIENT_ID or queue.tab is not Tab.PENDING or is_searched(queue):
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
