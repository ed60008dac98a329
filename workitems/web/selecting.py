"""Which tasks a person has selected: some that they ticked, or all that a list shows."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from taskmanager.core.numbers import number_format
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import ListUnread
from workitems.isc.schemas import WorkItem
from workitems.services.bulk import Selection
from workitems.services.whole_list import AllRows
from workitems.view_models.finding import vocabulary
from workitems.web.bulk_form import MOST_ITEMS
from workitems.web.context import ActionContext
from workitems.web.list_filter import QueueFilter, ShownIndex

OWN = ("csrfmiddlewaretoken", "key", "item")  # of the form, and no part of a list's address


def selected(context: ActionContext) -> Selection | HttpResponseRedirect:
    """Raises BadRequest where nothing, or too much, is ticked; ListUnread."""
    asked = asked_of(context)
    if asked.get("all") == "1":
        return all_of(context, asked)
    ids = tuple(dict.fromkeys(context.sent.getlist("item")))
    if not 0 < len(ids) <= MOST_ITEMS:
        most = {"most": number_format(MOST_ITEMS)}
        raise BadRequest(_("Select at least one task, and at most %(most)s.") % most)
    return Selection(ids)


def all_of(context: ActionContext, asked: QueryDict) -> Selection | HttpResponseRedirect:
    """All that an address of the list shows, without what later readings found.

    A list that is not read to its end is told on a page that asks again by itself: at an address.
    Of one in which nothing can be decided the list itself is shown.
    """
    filters, shown = QueueFilter(asked), ShownIndex(asked)
    if not (filters.is_valid() and shown.is_valid()) or filters.query().tab is not Tab.PENDING:
        raise BadRequest(_("There is no such list of tasks to decide."))
    try:
        whole = whole_of(context, filters.query())
    except ListUnread:
        if context.request.method != "POST":
            raise
        return HttpResponseRedirect(f"{context.request.path}?{asked.urlencode()}")
    since, newest = whole.snapshot.columns["since"], shown.value("shown")
    places = [place for place in whole.places if newest is None or since[place] <= newest]
    rows = whole.snapshot.rows(places[:MOST_ITEMS])
    ids = tuple(row.id for row in rows if isinstance(row, WorkItem))
    beyond = max(0, len(places) - MOST_ITEMS)
    if not ids:
        messages.warning(context.request, _("There is no task in this list that you can decide."))
        return HttpResponseRedirect(str(filters.address(context.links)))
    return Selection(ids, beyond=beyond, unreadable=len(rows) - len(ids))


def whole_of(context: ActionContext, query: QueueQuery) -> AllRows:
    """All that an address of the list shows. Raises ListUnread: a part would be taken for it."""
    whole = context.finder.all_rows(query, vocabulary(get_language()))
    if whole is None:
        raise ListUnread(context.finder.progress(query.tab, None))
    return whole


def asked_of(context: ActionContext) -> QueryDict:
    """The address of the list, with what the form says besides."""
    asked = context.request.GET.copy()
    for name, values in context.request.POST.lists():
        if name not in OWN:
            asked.setlist(name, values)
    return asked
