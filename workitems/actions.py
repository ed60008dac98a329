"""The writes: approve, reject, complete, forward, answer a form. Each is sent to ISC once."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from workitems.access import Lens, address, lens_of
from workitems.account_selection import AccountSelectionForm
from workitems.forms import ActionForm, ForwardForm, PeopleSearch
from workitems.isc.schemas import PublicIdentity, WorkItem
from workitems.presenters.items import TaskPanel
from workitems.presenters.pages import Confirmation, PersonOption, refusal_of
from workitems.replies import (
    HtmxRequest,
    changed,
    forwarded,
    part,
    settled,
    under_its_owner,
    with_request,
    words_for,
)
from workitems.results import Outcome, Told, Verdict
from workitems.services import WorkItemService
from workitems.wiring import named, service_for

require_action = require_http_methods(["GET", "HEAD", "POST"])


@require_action
def decide(request: HtmxRequest, item_id: str, approval_id: str, verdict: Verdict) -> HttpResponse:
    """Approve or reject one approval item; for somebody else only after a confirmation."""
    lens = lens_of(request)
    if not may_send(request, is_risky=lens.is_other):
        return confirm_decision(request, lens, item_id, verdict, approval_id)
    outcome = service_for(request, lens).decide(item_id, approval_id, verdict)
    return settled(request, lens, outcome, done(verdict))


@require_action
def decide_all(request: HtmxRequest, item_id: str, verdict: Verdict) -> HttpResponse:
    """Approve or reject all that is open in a work item, after a confirmation that lists it."""
    lens = lens_of(request)
    if not may_send(request, is_risky=True):
        return confirm_decision(request, lens, item_id, verdict)
    outcome = service_for(request, lens).decide_all(item_id, verdict)
    return settled(request, lens, outcome, done(verdict))


@require_action
def complete(request: HtmxRequest, item_id: str) -> HttpResponse:
    """Mark a manual task complete; for somebody else only after a confirmation."""
    lens = lens_of(request)
    if not may_send(request, is_risky=lens.is_other):
        return confirm_completion(request, lens, item_id)
    outcome = service_for(request, lens).complete(item_id)
    return settled(request, lens, outcome, _("Completed."))


@require_action
def forward(request: HtmxRequest, item_id: str) -> HttpResponse:
    """Hand a work item to somebody else, with a comment."""
    lens = lens_of(request)
    service = service_for(request, lens)
    if request.method != "POST":
        return forward_form(request, named(lens, service), item_id, ForwardForm(), ())
    if "find" in request.POST:
        form = ForwardForm.searching(request.POST)
        found = people_like(PeopleSearch(request.POST), service)
        return forward_form(request, named(lens, service), item_id, form, found)
    form = ForwardForm(request.POST)
    target = checked_target(request, lens, service, form)
    if target:
        outcome = service.forward(
            item_id,
            target.id,
            comment=form.cleaned_data["comment"],
            notify=form.cleaned_data["notify"],
        )
        if outcome.told in {Told.DONE, Told.CONFIRMED}:
            return forwarded(request, lens, item_id, outcome, target.name)
        form.add_error(None, with_request(words_for(outcome, ""), outcome))
    found = people_like(form, service)
    return forward_form(request, named(lens, service), item_id, form, found)


@require_action
def account_selection(request: HtmxRequest, item_id: str) -> HttpResponse:
    """Answer the form of a work item, which stands on the work item's own page."""
    lens = lens_of(request)
    if request.method != "POST":
        return HttpResponseRedirect(address(request, "detail", item_id) + lens.query)
    service = service_for(request, lens)
    item = service.item(item_id)
    if item.form is None or not item.is_open:
        return settled(request, lens, Outcome(Told.ALREADY, item), "")
    form = AccountSelectionForm(item.form, request.POST)
    require_confirmed(request, lens, form)
    if form.is_valid():
        outcome = service.submit_account_selection(item_id, form.values())
        if outcome.told not in {Told.REFUSED, Told.UNCHANGED}:
            return settled(request, lens, outcome, _("Sent."))
        refuse_selection(form, outcome)
        status = _("Please look at the form again.")
    else:
        status = _("Please look at the form again: nothing was sent.")
    return selection_form(request, named(lens, service), item, form, status)


def may_send(request: HtmxRequest, *, is_risky: bool) -> bool:
    """A GET never decides; what is risky needs the confirmation's own button."""
    return request.method == "POST" and (not is_risky or ActionForm.of(request).is_confirmed)


def done(verdict: Verdict) -> str:
    return {Verdict.APPROVE: _("Approved."), Verdict.REJECT: _("Rejected.")}[verdict]


def confirm_decision(
    request: HtmxRequest, lens: Lens, item_id: str, verdict: Verdict, approval_id: str | None = None
) -> HttpResponse:
    """Name what is about to be decided: one approval item, or, without its id, all open ones."""
    service = service_for(request, lens)
    item = service.item(item_id)
    if lens.is_elsewhere(item.owner_id):
        return under_its_owner(request, lens, item)
    lines = [line for line in item.open_approval_items if approval_id in {None, line.id}]
    if not lines:
        return settled(request, lens, Outcome(Told.ALREADY, item), "")
    lens = named(lens, service)
    confirmation = Confirmation.of_decision(verdict, lines, owner_name=lens.owner_name)
    return confirm(request, lens, item.id, confirmation)


def confirm_completion(request: HtmxRequest, lens: Lens, item_id: str) -> HttpResponse:
    service = service_for(request, lens)
    item = service.item(item_id)
    if lens.is_elsewhere(item.owner_id):
        return under_its_owner(request, lens, item)
    if not item.is_open:
        return settled(request, lens, Outcome(Told.ALREADY, item), "")
    lens = named(lens, service)
    confirmation = Confirmation.of_completion(item, owner_name=lens.owner_name)
    return confirm(request, lens, item_id, confirmation)


def confirm(
    request: HtmxRequest, lens: Lens, item_id: str, confirmation: Confirmation
) -> HttpResponse:
    context = {"confirmation": confirmation, **dialog_context(request, lens, item_id)}
    return dialog(request, "workitems/confirm.html", context)


def forward_form(
    request: HtmxRequest,
    lens: Lens,
    item_id: str,
    form: ForwardForm,
    found: tuple[PublicIdentity, ...],
) -> HttpResponse:
    ids = {"owner_id": lens.owner_id, "actor_id": lens.person.id}
    context = {
        "form": form,
        "people": [PersonOption.of(person, **ids) for person in found],
        "q": form["q"].value() or "",
        "target": form["target"].value() or "",
        **dialog_context(request, lens, item_id),
    }
    return dialog(request, "workitems/forward.html", context, is_invalid=form.is_bound)


def refuse_selection(form: AccountSelectionForm, outcome: Outcome) -> None:
    """What was typed stays, with SailPoint's reason at the field that it names, if it names one."""
    name = form.named_in(outcome.detail) if outcome.told is Told.REFUSED else None
    form.add_error(name, with_request(words_for(outcome, ""), outcome))


def selection_form(
    request: HtmxRequest, lens: Lens, item: WorkItem, form: AccountSelectionForm, status: str
) -> HttpResponse:
    """The work item with its form again: what was typed, and what is wrong with it."""
    context = {
        "panel": TaskPanel.of(item, now=timezone.now()),
        "selection": form,
        "lens": lens,
        "place": "page" if ActionForm.of(request).is_on_page else "list",
        "list_url": address(request, "list") + lens.query,
        "status": status,
        "tone": "error",
    }
    if request.htmx:
        return changed(request, lens, context, HTTPStatus.UNPROCESSABLE_ENTITY)
    page = {**context, "place": "page"}
    code = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "workitems/detail.html", page, status=code)


def checked_target(
    request: HtmxRequest, lens: Lens, service: WorkItemService, form: ForwardForm
) -> PublicIdentity | None:
    """The person to forward to, if they can take it; else the form has errors."""
    require_confirmed(request, lens, form)
    if not form.is_valid():
        return None
    target = service.person(form.cleaned_data["target"])
    if target is None:
        form.add_error("target", _("SailPoint knows no such person."))
        return None
    refusal = refusal_of(target, owner_id=lens.owner_id, actor_id=lens.person.id)
    if refusal:
        form.add_error("target", str(refusal))
    return None if refusal else target


def require_confirmed(
    request: HtmxRequest, lens: Lens, form: ForwardForm | AccountSelectionForm
) -> None:
    """For somebody else, the form's own tick box is the confirmation."""
    if lens.is_other and not ActionForm.of(request).is_confirmed:
        form.add_error(None, _("Tick the box to say that you do this for somebody else."))


def people_like(search: PeopleSearch, service: WorkItemService) -> tuple[PublicIdentity, ...]:
    text = search.text()
    return service.find_people(text) if text else ()


def dialog_context(request: HtmxRequest, lens: Lens, item_id: str) -> dict[str, Any]:
    return {
        "lens": lens,
        "action": request.path + lens.query,
        "cancel_url": address(request, "detail", item_id) + lens.query,
    }


def dialog(
    request: HtmxRequest, template: str, context: dict[str, Any], *, is_invalid: bool = False
) -> HttpResponse:
    """A form in the page's dialog for htmx, on a page of its own for everybody else."""
    is_refused = is_invalid or (request.method == "POST" and "find" not in request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    response = render(request, part(request, template, "dialog"), context, status=status)
    return retarget(reswap(response, "innerHTML"), "#dialog") if request.htmx else response
