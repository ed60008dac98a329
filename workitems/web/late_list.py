"""A list that takes long: the frame of its page is sent at once, the list when it has come.

Nothing below writes to the session or sets a header: both are gone when the list comes.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from taskmanager.core.htmx import is_partial, render
from taskmanager.signin.request import SignedInRequest, session_row
from taskmanager.signin.token_store import TokenStore
from workitems.domain.queue_query import QueueQuery
from workitems.domain.results import Counts, Queue
from workitems.isc.errors import IscError, SignInAgain
from workitems.isc.schemas import WorkItemPage
from workitems.view_models.finding import vocabulary
from workitems.view_models.page import TaskPage
from workitems.view_models.problem import Problem
from workitems.web.context import ActionContext
from workitems.web.list_filter import QueueFilter
from workitems.web.trouble import log, told, was_refused_to_admin

# Seconds that a page may be blank. Longer than anybody waits for a place (`core/places.py`): who
# gets none is told so by the status.
PATIENCE: Final = 0.6
HERE: Final = b"<!-- the list -->"  # in workitems/asking.html


def is_frugal(request: SignedInRequest, query: QueueQuery) -> bool:
    """A widget that has just been opened, which may cost one call at most."""
    return request.embedded and not request.htmx and replace(query, page=1).is_plain


def is_slow(context: ActionContext, query: QueueQuery) -> bool:
    """Whether a whole page has to wait for its list; htmx shows by itself that it waits."""
    request = context.request
    if is_partial(request) or request.method != "GET":
        return False
    frugal = is_frugal(request, query)
    if frugal or query.is_plain:
        return not context.services.reader.has_come(query, PATIENCE, is_frugal=frugal)
    return not context.finder.has_come(query, vocabulary(get_language()), PATIENCE)


def frame_first(
    context: ActionContext,
    query: QueueQuery,
    filters: QueueFilter,
    values: Callable[[], dict[str, Any]],
) -> StreamingHttpResponse:
    """The page with a list that says what it waits for; `values` waits, and has the list's."""
    head, _mark, tail = _frame(context, query, filters).content.partition(HERE)

    def parts() -> Iterator[bytes]:
        yield head
        yield _late(context.request, values).content
        yield tail

    # nginx, and what has learned from it, would keep the frame back until the end.
    return StreamingHttpResponse(parts(), headers={"X-Accel-Buffering": "no"})


def _frame(context: ActionContext, query: QueueQuery, filters: QueueFilter) -> HttpResponse:
    """Whole before a byte is sent: its forms and messages may change the session."""
    nothing = Queue.of(query.tab, WorkItemPage((), None), Counts())
    page = TaskPage.of(nothing, query, context.rendering)
    # What is held is asked for anew by the list: it may have been sent meanwhile.
    opened = filters.opened(context.links)
    values = replace(context).template(page=page, badge=Counts(), query=query, opened=opened)
    return render(context.request, "workitems/asking.html", values)


def _late(request: SignedInRequest, values: Callable[[], dict[str, Any]]) -> HttpResponse:
    """The list, or what has become of it: no middleware hears of what is raised here."""
    try:
        return render(request, "workitems/list.html", values(), block="late")
    except SignInAgain:
        # The session ends when the page is asked for again: its token is gone by then.
        TokenStore(session_row(request.session)).delete()
        return _sign_in(request)
    except IscError as error:
        problem = told(request, error)
        was_refused_to_admin(request, error)
    except Exception:  # noqa: BLE001 - a page in the making must have an end
        log.exception("an error in a list that came late")
        problem = broken()
    return _trouble(request, problem)


def _sign_in(request: SignedInRequest) -> HttpResponse:
    address = {"address": request.get_full_path()}
    return render(request, "workitems/late.html", address, block="sign_in")


def _trouble(request: SignedInRequest, problem: Problem) -> HttpResponse:
    shown = {"problem": problem, "retry_url": request.get_full_path()}
    return render(request, "workitems/late.html", shown, block="trouble")


def broken() -> Problem:
    """The words of 500.html."""
    words = _(
        "It has been recorded. If you were deciding something, look at the task again before you "
        "repeat it."
    )
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(status, _("Something broke on our side"), words)
