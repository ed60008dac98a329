"""Decide many work items alike: one confirmation that lists them all, then a bulk run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from taskmanager.core.htmx import render_partial
from taskmanager.embed.middleware import full_page_of
from taskmanager.jobs.heartbeat import is_worker_alive
from taskmanager.signin.request import SignedInRequest
from workitems import deferred, preferences, runs
from workitems.domain.attempts import Delay, Press
from workitems.domain.commands import Command, Forward
from workitems.domain.results import NoWorker
from workitems.isc.schemas import PublicIdentity
from workitems.models import BulkRun
from workitems.services.bulk import Plan, Selection, Verb, decision, plan
from workitems.view_models.bulk import BulkPage
from workitems.view_models.later import run_title
from workitems.web.bulk_form import Confirmed, read, written
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import ForwardForm, NoteForm, PeopleSearch
from workitems.web.forwarding import checked_target
from workitems.web.later import note_form
from workitems.web.links import address
from workitems.web.marks import Marks
from workitems.web.people import choice_of
from workitems.web.selecting import selected

Writes = Sequence[tuple[Command, Press]]
Again = Callable[[], Plan]
# In a frame each task must have been seen: more than these nobody looks through there.
MOST_FRAMED: Final = 100


@require_action
def bulk(request: SignedInRequest, verb: str) -> HttpResponse:
    """Ask, with all that is to be decided in view; with the answer, begin."""
    if verb not in list(Verb):
        raise Http404
    context = ActionContext.of(request)
    if request.method == "POST" and "items" in request.POST:
        return confirmed(context, Verb(verb))
    selection = selected(context)
    if isinstance(selection, HttpResponse):
        return selection
    if request.embedded and len(selection.ids) > MOST_FRAMED:
        return too_many(context, Verb(verb), selection)
    return asked(context, planned(context, Verb(verb), selection))


def confirmed(context: ActionContext, verb: Verb) -> HttpResponse:
    """Of what the confirmation showed, only what it showed without a flag, and what was ticked."""
    items, actor_id = read(context.request.POST["items"]), context.scope.actor.id
    again = planned_again(context, verb, items)
    included = {*context.request.POST.getlist("include")}
    chosen = [one for one in items if one.id in included or one.marked(actor_id).is_plain]
    if not chosen and "find" not in context.sent:  # who looks for a person has not sent it yet
        return asked(context, again(), is_empty=True)
    return (forwarded if verb is Verb.FORWARD else decided)(context, verb, chosen, again)


def planned(context: ActionContext, verb: Verb, selection: Selection) -> Plan:
    read_now, owner_id = context.services.reader.items(selection.ids), context.scope.owner.id
    # An administrator can read also what has moved to another queue.
    found = {id_: item for id_, item in read_now.items() if item.owner_id in {"", owner_id}}
    return plan(verb, selection, found, context.policy, context.outstanding.under_way)


def planned_again(context: ActionContext, verb: Verb, items: Sequence[Confirmed]) -> Again:
    """For a form that is not complete: all that it had, and not only what was chosen."""
    return partial(planned, context, verb, Selection(tuple(one.id for one in items)))


def decided(
    context: ActionContext, verb: Verb, items: Sequence[Confirmed], again: Again
) -> HttpResponse:
    """Begin, unless the note is missing."""
    commands = [decision(verb, one.id, one.lines, is_single=one.is_single) for one in items]
    note = note_form(context, verb)
    if not note.is_valid():
        return asked(context, again(), note=note)
    return begun(context, list(zip(commands, presses(context, items), strict=True)))


def forwarded(
    context: ActionContext, _verb: Verb, items: Sequence[Confirmed], again: Again
) -> HttpResponse:
    """The same for a forward, once its form is complete."""
    data = context.request.POST
    if "find" in data:
        return asked(context, again(), ForwardForm.searching(data), PeopleSearch(data))
    form = ForwardForm(data)
    target = checked_target(context, form)
    if target is None:
        return asked(context, again(), form, form)
    return begun(context, forwards(context, items, form, target))


def forwards(
    context: ActionContext, items: Sequence[Confirmed], form: ForwardForm, target: PublicIdentity
) -> Writes:
    typed, owner_id = form.cleaned_data, context.scope.owner.id
    commands = [
        Forward(one.id, owner_id, target.id, typed["comment"], typed["notify"]) for one in items
    ]
    named = [replace(press, target=target.name) for press in presses(context, items)]
    return list(zip(commands, named, strict=True))


def presses(context: ActionContext, items: Sequence[Confirmed]) -> list[Press]:
    """One for each work item; all have the key of the page."""
    press, actor_id = context.press, context.scope.actor.id
    return [one.press(press, actor_id) for one in items]


def begun(context: ActionContext, writes: Writes) -> HttpResponse:
    """Record the run, and lead to its page."""
    require_worker()
    delay = preferences.delay_for(context.personal.chosen) or Delay(timezone.now())
    run, is_new = runs.begin(context.ledger, writes, delay)
    if is_new:
        deferred.start(run)
    return HttpResponseRedirect(run_address(context, run))


def require_worker() -> None:
    """Raises NoWorker."""
    if not is_worker_alive():
        raise NoWorker


def run_address(context: ActionContext, run: BulkRun) -> str:
    return address(context.request, "run", str(run.pk)) + context.links.query


def asked(
    context: ActionContext,
    plan_: Plan,
    form: ForwardForm | None = None,
    search: PeopleSearch | None = None,
    note: NoteForm | None = None,
    *,
    is_empty: bool = False,
) -> HttpResponse:
    """The page that names everything; what was typed and ticked stays."""
    context = context.named()
    owner = context.scope.owner.label if context.scope.is_other else ""
    included = frozenset(context.request.POST.getlist("include"))
    has_ticks = not context.request.embedded
    page = BulkPage.of(plan_, context.rendering, owner, included, has_ticks=has_ticks)
    marks = Marks.now(context.scope.actor.id)
    pairs = zip(plan_.items, page.all_rows, strict=True)
    values: dict[str, Any] = {
        "page": page,
        "items": written(
            Confirmed.of(item, row, marks, is_flagged=page.is_flagged(row)) for item, row in pairs
        ),
        "action": context.request.path + context.links.query,
        "is_empty": is_empty,
        "full_page": full_page_of(context.request),
    }
    if plan_.verb is Verb.FORWARD:
        values |= {"form": form or ForwardForm(), "requester_id": page.requester_id}
        values |= choice_of(context, search or PeopleSearch({}))
    else:
        values["note"] = note or note_form(context, plan_.verb)
    is_wrong = bool(is_empty or (form and form.is_bound) or (note and note.is_bound))
    return render_partial(
        context.request,
        "workitems/bulk.html",
        context.template(**values),
        block="dialog_form",
        status=422 if is_wrong else 200,
    )


def too_many(context: ActionContext, verb: Verb, selection: Selection) -> HttpResponse:
    """The way to the full page, which names all of it."""
    values = context.template(
        title=run_title(verb, len(selection.ids)), full_page=full_page_of(context.request)
    )
    return render_partial(context.request, "workitems/too_many.html", values, block="dialog_form")
