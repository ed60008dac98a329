"""A list gone through one task at a time: what is decided goes into a basket, and is not sent."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Self

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from taskmanager.core.htmx import is_partial, render, render_partial
from taskmanager.signin.request import SignedInRequest
from workitems import basket
from workitems.domain.change_mark import fingerprint
from workitems.domain.queue_query import Tab
from workitems.isc.schemas import WorkItem
from workitems.services.basket import Choice
from workitems.services.bulk import Verb
from workitems.services.open_tasks import OpenTasks
from workitems.services.whole_list import AllRows
from workitems.view_models.panel import TaskPanel
from workitems.view_models.rows import TaskRow
from workitems.view_models.triage import Card, choices_of
from workitems.web.context import ActionContext, require_action
from workitems.web.forms import ForwardForm, HiddenForm, PeopleSearch
from workitems.web.forwarding import checked_target
from workitems.web.list_address import ListAddress
from workitems.web.list_filter import QueueFilter
from workitems.web.people import choice_of
from workitems.web.selecting import whole_of


class PressForm(HiddenForm):
    """A press on a card: nothing as the verb takes out what is in the basket."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in Verb], required=False)
    line = forms.CharField(required=False)
    fingerprint = forms.CharField(required=False)


@dataclass(frozen=True)
class Triage:
    """The list that the address names, as far as one person has come with it."""

    context: ActionContext
    address: ListAddress
    tasks: OpenTasks
    whole: AllRows

    @classmethod
    def of(cls, request: SignedInRequest) -> Self:
        """Raises ListUnread until all of the list is read: one would miss the rest."""
        context, filters = ActionContext.of(request), QueueFilter(request.GET)
        if not filters.is_list:
            raise BadRequest(_("There is no such page of the list."))
        query = replace(filters.query(), tab=Tab.PENDING)
        whole = whole_of(context, query)
        decided, under_way = basket.parts(context.scope), context.outstanding.under_way
        tasks = OpenTasks.of(whole.snapshot, whole.places, decided, under_way)
        return cls(context.named(), filters.address(context.links), tasks, whole)

    @property
    def asked(self) -> int | None:
        """The number of the task that the address names; None where that is not in the list."""
        return self.tasks.number_of(self.context.request.GET.get("at", ""))

    def item(self, number: int) -> WorkItem:
        """It as it stands; read anew only where a part of it has been decided since."""
        (row,) = self.whole.at([self.tasks.places[number]])
        if not isinstance(row, WorkItem):
            raise BadRequest(_("There is no such page of the list."))
        return row

    def row(self, item: WorkItem) -> TaskRow:
        return TaskRow.of(item, self.context.rendering)

    def card(self, number: int) -> Card:
        item, tasks = self.item(number), self.tasks
        skip = tasks.open_after(number)
        return Card(
            TaskPanel.of(item, self.context.rendering),
            fingerprint(item),
            number + 1,
            len(tasks),
            basket.verbs_of(self.context.scope, item.id),
            previous=tasks.id_at(number - 1),
            next=tasks.id_at(number + 1),
            skip="" if skip is None else tasks.id_at(skip),
            is_under_way=item.id in tasks.under_way,
        )

    def at(self, item_id: str, part: str = "triage/") -> str:
        return self.address.at(part, at=item_id or None)

    def anew(self) -> "Triage":
        """After the basket has changed."""
        return replace(self, tasks=replace(self.tasks, decided=basket.parts(self.context.scope)))


@require_safe
def triage(request: SignedInRequest) -> HttpResponse:
    """The task that the address names, else the first one that wants a decision."""
    queue = Triage.of(request)
    number = queue.asked
    if number is None and "end" not in request.GET:
        number = next(iter(queue.tasks.open), None)
    has_left = bool(request.GET.get("at")) and queue.asked is None
    return shown(queue, number, _("That task has left the list.") if has_left else "")


@require_POST
def decide(request: SignedInRequest) -> HttpResponse:
    """Put a decision into the basket, or take it out; the answer is the next task."""
    queue, form = Triage.of(request), PressForm(request.POST)
    number = queue.asked
    if number is None:
        return shown(queue, next(iter(queue.tasks.open), None), _("That task has left the list."))
    item, line = queue.item(number), form.value("line") or ""
    if form.value("fingerprint") != fingerprint(item):
        return shown(
            queue, number, _("This task has changed since it was shown. Look at it again.")
        )
    if not form.value("verb"):
        basket.take_out(queue.context.scope, item.id, [line])
        return answered(queue.anew(), number, _("Taken out of the basket."))
    return put(queue, number, choices_of(item, queue.row(item), Verb(form.value("verb")), line))


@require_action
def forward(request: SignedInRequest) -> HttpResponse:
    """To whom, and why: that goes into the basket as well."""
    queue = Triage.of(request)
    if (number := queue.asked) is None:
        return HttpResponseRedirect(queue.at(""))
    if request.method != "POST":
        return forward_form(queue, number, ForwardForm(), PeopleSearch({}))
    if "find" in request.POST:
        found = PeopleSearch(request.POST)
        return forward_form(queue, number, ForwardForm.searching(request.POST), found)
    form = ForwardForm(request.POST)
    if (target := checked_target(queue.context, form)) is None:
        return forward_form(queue, number, form, form)
    named = {"target_id": target.id, "target": target.name}
    typed = {name: form.cleaned_data[name] for name in ("comment", "notify")}
    return put(queue, number, forwarded(queue, number, named | typed))


def forwarded(queue: Triage, number: int, typed: dict[str, str]) -> list[Choice]:
    """Nothing where the task has changed since the form was opened."""
    item = queue.item(number)
    if queue.context.form.value("fingerprint") != fingerprint(item):
        return []
    whole = choices_of(item, queue.row(item), Verb.FORWARD)
    return [replace(one, **typed) for one in whole]  # type: ignore[arg-type]


def forward_form(
    queue: Triage, number: int, form: ForwardForm, search: PeopleSearch
) -> HttpResponse:
    item, context = queue.item(number), queue.context
    values = context.template(
        form=form,
        task=queue.row(item),
        # What was shown first counts: the form may be shown again after the item has changed.
        seen=context.form.value("fingerprint") or fingerprint(item),
        action=queue.at(item.id, "triage/forward/"),
        cancel_url=queue.at(item.id),
        requester_id=item.requester_id,
        is_for_basket=True,
        **choice_of(context, search),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(context.request, "workitems/forward.html", values, status=status)


def put(queue: Triage, number: int, choices: list[Choice]) -> HttpResponse:
    if not choices:
        return shown(
            queue, number, _("This task has changed since it was shown. Look at it again.")
        )
    basket.put(queue.context.scope, choices)
    queue = queue.anew()
    if number in queue.tasks.open:  # another part of it
        return answered(queue, number, _("Put into the basket."))
    return answered(queue, queue.tasks.open_after(number), _("Put into the basket."))


def answered(queue: Triage, number: int | None, words: str) -> HttpResponse:
    """The next card; without htmx by its own address, so that nothing is sent twice."""
    if is_partial(queue.context.request):
        return push_url(shown(queue, number, words), address_of(queue, number))
    messages.success(queue.context.request, words)
    return HttpResponseRedirect(address_of(queue, number))


def address_of(queue: Triage, number: int | None) -> str:
    if number is None:
        return queue.address.at("triage/", end=1)
    return queue.at(queue.tasks.id_at(number))


def shown(queue: Triage, number: int | None, words: str = "") -> HttpResponse:
    """A card, or the end of the list; `words` say what has just been done."""
    values = queue.context.template(
        card=None if number is None else queue.card(number),
        queue=queue,
        said=words,
        basket=basket.size_of(queue.context.scope),
        first_open=next(iter(queue.tasks.open), None),
    )
    return render_partial(
        queue.context.request, "workitems/triage.html", values, block="card_update"
    )
