"""Decide many work items alike: one confirmation that lists them all, then a bulk run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from taskmanager.core.htmx import render
from taskmanager.jobs.heartbeat import is_worker_alive
from taskmanager.signin.request import SignedInRequest
from workitems import deferred, preferences, runs
from workitems.domain.attempts import Delay, Press
from workitems.domain.commands import Command, Forward
from workitems.isc.schemas import PublicIdentity
from workitems.models import BulkRun
from workitems.services.bulk import Plan, Verb, decision, plan
from workitems.view_models.bulk import BulkPage
from workitems.web.bulk_form import MOST_ITEMS, Confirmed, read, written
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import ForwardForm, NoteForm, PeopleSearch
from workitems.web.forwarding import checked_target
from workitems.web.later import note_form
from workitems.web.links import address
from workitems.web.marks import Marks
from workitems.web.people import choice_of

Writes = Sequence[tuple[Command, Press]]


@require_action
def bulk(request: SignedInRequest, verb: str) -> HttpResponse:
    """Ask, with all that is to be decided in view; with the answer, begin."""
    if verb not in list(Verb):
        raise Http404
    context = ActionContext.of(request)
    if request.method != "POST" or "items" not in request.POST:
        return asked(context, planned(context, Verb(verb), context.sent.getlist("item")))
    items = read(request.POST["items"])
    if Verb(verb) is Verb.FORWARD:
        return forwarded(context, items)
    return decided(context, Verb(verb), items)


def planned(context: ActionContext, verb: Verb, wanted: Sequence[str]) -> Plan:
    """Raises BadRequest where nothing, or too much, is selected."""
    ids = list(dict.fromkeys(wanted))
    if not 0 < len(ids) <= MOST_ITEMS:
        raise BadRequest(_("Select at least one task, and at most 2000."))
    return plan(verb, ids, context.services.reader.items(ids), context.policy)


def decided(context: ActionContext, verb: Verb, items: Sequence[Confirmed]) -> HttpResponse:
    """Begin, unless the note is missing."""
    commands = [decision(verb, one.id, one.lines, is_single=one.is_single) for one in items]
    note = note_form(context, verb)
    if not note.is_valid():
        return asked(context, planned(context, verb, [one.id for one in items]), note=note)
    return begun(context, list(zip(commands, presses(context, items), strict=True)))


def forwarded(context: ActionContext, items: Sequence[Confirmed]) -> HttpResponse:
    """The same for a forward, once its form is complete."""
    data, ids = context.request.POST, [one.id for one in items]
    if "find" in data:
        form = ForwardForm.searching(data)
        return asked(context, planned(context, Verb.FORWARD, ids), form, PeopleSearch(data))
    form = ForwardForm(data)
    target = checked_target(context, form)
    if target is None:
        return asked(context, planned(context, Verb.FORWARD, ids), form, form)
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
    delay = preferences.delay_for(context.chosen) or Delay(timezone.now())
    run, is_new = runs.begin(context.ledger, writes, delay)
    if is_new:
        deferred.start(run)
    return HttpResponseRedirect(run_address(context, run))


def require_worker() -> None:
    """Raises BadRequest where no worker lives that could send a run."""
    if not is_worker_alive():
        words = _("Nothing was begun: what sends many decisions at once is not running now.")
        raise BadRequest(words)


def run_address(context: ActionContext, run: BulkRun) -> str:
    return address(context.request, "run", str(run.pk)) + context.links.query


def asked(
    context: ActionContext,
    plan_: Plan,
    form: ForwardForm | None = None,
    search: PeopleSearch | None = None,
    note: NoteForm | None = None,
) -> HttpResponse:
    """The page that names everything; what was typed stays."""
    context = context.named()
    owner = context.scope.owner.label if context.scope.is_other else ""
    page = BulkPage.of(plan_, context.rendering, owner)
    marks = Marks.now(context.scope.actor.id)
    pairs = zip(plan_.items, page.rows, strict=True)
    values: dict[str, Any] = {
        "page": page,
        "items": written(Confirmed.of(item, row, marks) for item, row in pairs),
        "action": context.request.path + context.links.query,
    }
    if plan_.verb is Verb.FORWARD:
        values |= {"form": form or ForwardForm(), **choice_of(context, search or PeopleSearch({}))}
    else:
        values["note"] = note or note_form(context, plan_.verb)
    is_wrong = bool((form and form.is_bound) or (note and note.is_bound))
    return render(
        context.request,
        "workitems/bulk.html",
        context.template(**values),
        status=422 if is_wrong else 200,
    )
