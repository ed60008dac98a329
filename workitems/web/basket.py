"""The basket: everything in it on one screen, and sent as one run."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from taskmanager.core.htmx import render
from taskmanager.signin.request import SignedInRequest
from workitems import basket, deferred, preferences, runs
from workitems.domain.attempts import Delay, Press, Shown
from workitems.models import BulkRun
from workitems.services.basket import Kept, Step, left_out, merged
from workitems.view_models.triage import BasketPage
from workitems.web.bulk import require_worker, run_address
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import NoteForm
from workitems.web.later import note_form
from workitems.web.list_filter import QueueFilter
from workitems.web.marks import MAX_AGE

SALT: Final = "workitems.basket"


@require_action
def send(request: SignedInRequest) -> HttpResponse:
    """Ask, with everything in view; with the answer, begin."""
    context = ActionContext.of(request)
    if request.method != "POST":
        return asked(context)
    ids = confirmed(context)
    if run := basket.run_of(context.scope, key_of(context, ids)):
        return finished(context, run, ids)
    kept = [one for one in basket.of_queue(context.scope) if one.id in ids]
    if not kept:
        return HttpResponseRedirect(request.get_full_path())
    note = basket_note(context, kept)
    return begun(context, kept, ids) if note.is_valid() else asked(context, note)


@require_POST
def take_out(request: SignedInRequest) -> HttpResponse:
    """Out of the basket, unsent; its tasks wait as before."""
    context = ActionContext.of(request)
    basket.remove(context.scope, read_ids([request.POST.get("out", "")]))
    address = QueueFilter(request.GET).address(context.links)
    return HttpResponseRedirect(address.at("triage/send/"))


def begun(context: ActionContext, kept: Sequence[Kept], ids: frozenset[UUID]) -> HttpResponse:
    """Record the run first: until then the basket has it all."""
    require_worker()
    steps, like = merged(kept, context.scope.owner.id), context.press
    like = replace(like, key=key_of(context, ids))
    writes = [(step.command, press_of(step, like)) for step in steps]
    delay = preferences.delay_for(context.personal.chosen) or Delay(timezone.now())
    run, _is_new = runs.begin(context.ledger, writes, delay, name=runs.MIXED)
    return finished(context, run, ids)


def finished(context: ActionContext, run: BulkRun, ids: frozenset[UUID]) -> HttpResponse:
    """What is in the run leaves the basket, now or when the same press comes once more."""
    basket.remove(context.scope, ids)
    deferred.start(run)
    return HttpResponseRedirect(run_address(context, run))


def press_of(step: Step, like: Press) -> Press:
    kept, choice = step.of[0], step.choice
    shown = Shown(choice.state, step.sentence, kept.asked_at)
    return replace(
        like,
        note="" if choice.target else like.note,
        shown=shown,
        fingerprint=choice.fingerprint,
        waits=step.waits,
        target=choice.target,
    )


def confirmed(context: ActionContext) -> frozenset[UUID]:
    """What the page has shown to this person: the flagged ones only where they are ticked."""
    try:
        plain, flagged = signing.loads(
            context.sent.get("entries", ""), salt=salt_of(context), max_age=MAX_AGE
        )
    except signing.BadSignature as error:
        raise BadRequest(_("This form makes no sense. Please open the basket again.")) from error
    return read_ids([plain]) | read_ids(context.sent.getlist("include")) & read_ids([flagged])


def read_ids(texts: Sequence[str]) -> frozenset[UUID]:
    """Raises BadRequest for what no form of ours has written."""
    try:
        return frozenset(UUID(hex=one) for text in texts for one in text.split())
    except ValueError as error:
        raise BadRequest(_("This form makes no sense. Please open the basket again.")) from error


def salt_of(context: ActionContext) -> str:
    return f"{SALT} {context.scope.actor.id} {context.scope.owner.id}"


def key_of(context: ActionContext, ids: frozenset[UUID]) -> str:
    """The page's key with what was confirmed: the same page may be sent again with more ticks."""
    said = " ".join([context.press.key, *sorted(one.hex for one in ids)])
    return sha256(said.encode()).hexdigest()[:32]


def basket_note(context: ActionContext, kept: Sequence[Kept]) -> NoteForm:
    """It is required as soon as one of the decisions needs it."""
    verbs = {one.choice.verb.value for one in kept}
    return note_form(context, next(iter(verbs & set(settings.NOTE_REQUIRED)), ""))


def asked(context: ActionContext, note: NoteForm | None = None) -> HttpResponse:
    """Each task is looked at now: what has changed since it was decided is left out."""
    context = context.named()
    scope, kept = context.scope, basket.of_queue(context.scope)
    ids = list(dict.fromkeys(one.choice.item_id for one in kept))
    found = context.services.reader.items(ids) if ids else {}
    reasons = left_out(kept, found, context.outstanding.under_way, context.policy)
    page = BasketPage.of(kept, found, reasons, scope, context.rendering)
    lines = [" ".join(line.ids for line in part) for part in (page.plain, page.flagged)]
    values = context.template(
        page=page,
        entries=signing.dumps(lines, salt=salt_of(context), compress=True),
        note=note or basket_note(context, kept),
        address=QueueFilter(context.request.GET).address(context.links),
    )
    return render(context.request, "workitems/basket.html", values, status=422 if note else 200)
