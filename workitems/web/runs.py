"""A bulk run: its progress, its receipt, and what can be done about either."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core.htmx import render_partial
from taskmanager.core.storage import best_effort
from taskmanager.signin.request import SignedInRequest, session_row
from workitems import deferred, runs
from workitems.domain.attempts import Delay
from workitems.models import BulkRun
from workitems.runs import Progress
from workitems.view_models.run import HEADINGS, RunLine, RunPage
from workitems.web.bulk import require_worker, run_address
from workitems.web.context import ActionContext
from workitems.web.export import csv_lines, on_this_clock
from workitems.web.responses import Changes, oob_response

MOST_LISTED: Final = 100


@require_safe
def run(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """How far it is; once it is over, how each decision ended."""
    context, found = _found(request, run_id)
    is_own, progress = found.actor_id == context.scope.actor.id, Progress.of(found)
    if progress.is_over and is_own:
        with best_effort("that a receipt was read"):
            runs.told(found)
    # A page that asks again every two seconds does not open hundreds of rows each time.
    is_listed = progress.is_over or progress.size <= MOST_LISTED
    page = RunPage.of(progress, runs.rows(found) if is_listed else (), timezone.now())
    outside = reverse("workitems:run", args=[run_id]) + context.links.query
    shown = {"page": page, "is_own": is_own, "address": request.path, "full_page": outside}
    return _shown(request, context.template(**shown))


def _shown(request: SignedInRequest, values: dict[str, Any]) -> HttpResponse:
    """The page, or what of it has changed; in a frame it stands in front of the list."""
    values["is_new"] = request.GET.get("said") != values["page"].state  # since the page asked last
    if request.htmx.target == "dialog":
        return render_partial(request, "workitems/run.html", values, block="dialog_form")
    return render_partial(request, "workitems/run.html", values, block="run_state")


@require_safe
def receipt(request: SignedInRequest, run_id: UUID) -> StreamingHttpResponse:
    """The same as CSV."""
    _context, found = _found(request, run_id)
    lines = on_this_clock(RunLine.of(later).cells() for later in runs.rows(found))
    answer = StreamingHttpResponse(csv_lines(HEADINGS, lines), content_type="text/csv")
    name = f"receipt-{localdate(found.asked_at)}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def undo(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """Take back all of it that is not sent yet."""
    context, found = _own(request, run_id)
    runs.take_back(found)
    return _told(context, found, _("Taken back. Nothing more is sent."))


@require_POST
def stop(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """Send nothing more of it; what is done stays done."""
    context, found = _own(request, run_id)
    runs.stop(found)
    return _told(context, found, _("Stopped. Nothing more is sent."))


@require_POST
def send(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """Begin now: it waited for that, or the person does not want to wait."""
    context, found = _own(request, run_id)
    require_worker()
    runs.release(found, session_row(request.session))
    deferred.start(found)
    return _told(context, found, _("It is being sent."))


@require_POST
def over(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """A page with the run at its foot asks how far it is."""
    return _told(*_own(request, run_id), "")


@require_POST
def retry(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """A new run of what failed, as it was confirmed: each is looked at once more before."""
    context, found = _own(request, run_id)
    require_worker()
    if not (writes := runs.failed(found)):
        return HttpResponseRedirect(run_address(context, found))
    again, is_new = runs.begin(context.ledger, writes, Delay(timezone.now()), after=found)
    if is_new:
        deferred.start(again)
    return HttpResponseRedirect(run_address(context, again))


@require_POST
def dismiss(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """The person has read that it is over."""
    context, found = _own(request, run_id)
    runs.told(found)
    return _told(context, found, _("Dismissed."))


def _found(request: SignedInRequest, run_id: UUID) -> tuple[ActionContext, BulkRun]:
    """A run that this person may read about."""
    context = ActionContext.unrecorded(request)
    actor = context.scope.actor
    found = runs.find(run_id, actor.id, reads_all=actor.is_auditor)
    if found is None:
        raise Http404
    return context, found


def _own(request: SignedInRequest, run_id: UUID) -> tuple[ActionContext, BulkRun]:
    """One that they have begun."""
    context = ActionContext.unrecorded(request)
    found = runs.find(run_id, context.scope.actor.id)
    if found is None:
        raise Http404
    return context, found


def _told(context: ActionContext, found: BulkRun, words: str) -> HttpResponse:
    """The parts of a list that have changed; for the run's own page, that page again."""
    if not context.request.htmx or context.request.htmx.target == "run":
        return HttpResponseRedirect(run_address(context, found))
    changes = Changes(status=words, is_spoken=True, badge=context.form.counts)
    return oob_response(context, changes)
