"""A list as a file: all that is shown of it, on whichever page, in the order of the page."""

from django.core.exceptions import BadRequest
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from taskmanager.signin.request import SignedInRequest
from workitems.domain.queue_query import QueueQuery
from workitems.looks import EXPORT
from workitems.services.whole_list import AllRows
from workitems.view_models.listing import HEADINGS, file_name, lines_of
from workitems.web.context import ActionContext
from workitems.web.export import csv_lines, on_this_clock
from workitems.web.list_filter import QueueFilter
from workitems.web.owners import recorded
from workitems.web.selecting import whole_of


@require_safe
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """The whole list, or all that a search of it has found."""
    context, filters = ActionContext.of(request), QueueFilter(request.GET)
    if not filters.is_valid():
        raise BadRequest(_("The filters of the export make no sense."))
    query = filters.query()
    whole = whole_of(context, query)
    if context.scope.is_other:
        recorded(context, EXPORT)
    return _file(context, query, whole)


def _file(context: ActionContext, query: QueueQuery, rows: AllRows) -> StreamingHttpResponse:
    written = lines_of(rows.at(rows.places), context.rendering)
    lines = csv_lines([*map(str, HEADINGS)], on_this_clock(written))
    name = file_name(query.tab, rows.snapshot.reading, timezone.localdate())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
