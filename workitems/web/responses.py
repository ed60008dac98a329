"""How the page answers: what a finished write redraws, and where a form is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, Final

from django.contrib import messages
from django.contrib.messages.constants import DEFAULT_LEVELS
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from taskmanager.core.addresses import with_query
from taskmanager.core.characters import isolated
from taskmanager.core.htmx import render, render_partial
from workitems.domain.commands import Command
from workitems.domain.results import Counts, Receipt, WriteStatus
from workitems.isc.errors import Forbidden
from workitems.isc.schemas import WorkItem
from workitems.view_models.history import HistoryLine
from workitems.view_models.panel import PlaceInList, TaskPanel
from workitems.view_models.receipt import (
    TONES,
    done_text,
    receipt_text,
    task_of,
    with_request_id,
    with_task,
)
from workitems.view_models.rows import TaskRow
from workitems.web.context import KEY_BYTES, ActionContext
from workitems.web.links import Links, address, back_url
from workitems.web.selection_form import AccountSelectionForm

STATUSES: Final = {
    WriteStatus.SUCCEEDED: HTTPStatus.OK,
    WriteStatus.VERIFIED: HTTPStatus.OK,
    WriteStatus.SENDING: HTTPStatus.CONFLICT,
    WriteStatus.ALREADY_DONE: HTTPStatus.CONFLICT,
    WriteStatus.SUPERSEDED: HTTPStatus.CONFLICT,
    WriteStatus.CHANGED: HTTPStatus.CONFLICT,
    WriteStatus.NOT_DONE: HTTPStatus.CONFLICT,
    WriteStatus.GONE: HTTPStatus.NOT_FOUND,
    WriteStatus.UNCONFIRMED: HTTPStatus.GATEWAY_TIMEOUT,
    WriteStatus.REFUSED: HTTPStatus.CONFLICT,
    WriteStatus.NOT_SENT: HTTPStatus.CONFLICT,
    WriteStatus.SCHEDULED: HTTPStatus.OK,
    WriteStatus.CANCELLED: HTTPStatus.OK,
}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The parts of a page that an answer redraws, as `workitems/changed.html` prints them.

    `standing` are words in the place of the buttons of a task (`standing_id`), which asks at
    `ask_at` again in `ask_in` seconds if that is not empty; `status` goes to the status line in
    the colour of `tone`, or is only spoken; `news` is how many tasks a poll found to be new.
    `receipt` is the address of the receipt.
    """

    row: TaskRow | None = None
    panel: TaskPanel | None = None
    selection: AccountSelectionForm | None = None
    history: Callable[[], Sequence[HistoryLine]] = tuple
    place: Callable[[], PlaceInList | None] = field(default=lambda: None)
    badge: Counts | None = None
    standing: str = ""
    standing_id: str = ""
    ask_at: str = ""
    ask_in: int = 0
    is_in_pane: bool = False
    status: str = ""
    tone: str = "success"
    is_spoken: bool = False
    request_id: str = ""
    receipt: str = ""
    news: int = 0
    has_changed: bool = False


def write_response(
    context: ActionContext,
    receipt: Receipt,
    command: Command | None = None,
    *,
    is_asked_again: bool = True,
) -> HttpResponse:
    """The answer to a write; the page asks again for one whose end is not known yet."""
    text, tone = receipt_text(receipt, done_text(command, receipt)), TONES[receipt.status]
    # An answer without the item is named by what the page showed of it.
    task = task_of(receipt.item, command) if receipt.item else context.task
    named = with_task(text, task)
    if not context.request.htmx:
        return _told_by_page(context, receipt, with_request_id(named, receipt), tone)
    closed = 1 if receipt.item is not None and not receipt.item.is_open else 0
    changes = Changes(
        status=named,
        tone=tone,
        badge=counts_after(context.form.counts, left=closed, completed=closed),
        request_id="" if receipt.status.is_success else receipt.request_id or "",
    )
    if receipt.status is WriteStatus.GONE:
        return gone_response(context, receipt, changes)
    if receipt.status is WriteStatus.UNCONFIRMED and is_asked_again:
        changes = replace(changes, **standing(context, text, is_known=False))
    elif (item := receipt.item) is not None:
        row = TaskRow.of(item, context.rendering, notice=text, notice_tone=tone)
        is_in_pane = context.shows_panel_of(item.id)
        panel = context.panel(item, notice=text, tone=tone) if is_in_pane else {}
        changes = replace(changes, row=row, **panel)
    return closing(context, oob_response(context, changes, STATUSES[receipt.status]), receipt)


def held_response(context: ActionContext, receipt: Receipt, words: str) -> HttpResponse:
    """The answer to what is sent later, or was taken back: the numbers, and what can be undone."""
    named = with_task(words, context.task)
    if not context.request.htmx:
        return _told_by_page(context, receipt, named, "success")
    changes = Changes(status=named, is_spoken=True, badge=context.form.counts)
    response = closing(context, oob_response(context, changes), receipt)
    if receipt.status is WriteStatus.CANCELLED:  # its own press cannot be sent once more
        trigger_client_event(response, "page:key", {"key": token_urlsafe(KEY_BYTES)})
    return response


def _told_by_page(context: ActionContext, receipt: Receipt, words: str, tone: str) -> HttpResponse:
    messages.add_message(context.request, DEFAULT_LEVELS[tone.upper()], words)
    return HttpResponseRedirect(page_after(context, receipt))


def standing(context: ActionContext, words: str, *, is_known: bool = True) -> dict[str, Any]:
    """What stands in the place of the task's buttons: these words, and where to ask again."""
    item_id, request = context.item_id, context.request
    asked = context.form.value("asked") or 0
    more = {"asked": asked + 1, "owner": context.links.owner_id}
    return {
        "standing": words,
        "standing_id": TaskRow.dom_id_of(item_id),
        "is_in_pane": context.shows_panel_of(item_id),
        "ask_at": "" if is_known else with_query(address(request, "standing", item_id), **more),
        "ask_in": min(2 ** (asked + 2), 60),
    }


def page_after(context: ActionContext, receipt: Receipt) -> str:
    """Where a page without JavaScript goes on: with the items that keep a task from completion."""
    if context.is_undecided and receipt.status is WriteStatus.REFUSED and receipt.item:
        return address(context.request, "item", receipt.item.id) + context.links.undecided
    return back_url(context.request, context.links)


def removed_response(
    context: ActionContext, changes: Changes, words: str, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """The answer when the item left the person's queue: words in the place of its buttons."""
    gone = replace(changes, **standing(context, words))
    return close_dialog(oob_response(context, gone, status))


def forwarded_response(context: ActionContext, receipt: Receipt, name: str) -> HttpResponse:
    """The answer to a forward: the work item is somebody else's now."""
    words = receipt_text(receipt, _("Forwarded to %(name)s.") % {"name": isolated(name)})
    text = with_task(words, context.task)  # ISC's answer has nothing of the item
    if not context.request.htmx:
        level = DEFAULT_LEVELS[TONES[receipt.status].upper()]
        messages.add_message(context.request, level, text)
        return HttpResponseRedirect(context.links.queue)
    badge = counts_after(context.form.counts, left=1, completed=0)
    changes = Changes(status=text, tone=TONES[receipt.status], badge=badge)
    return closing(context, removed_response(context, changes, words), receipt)


def gone_response(context: ActionContext, receipt: Receipt, changes: Changes) -> HttpResponse:
    """The answer where a read has shown that the item left the person's reach."""
    is_forbidden = isinstance(receipt.refusal, Forbidden)
    status = HTTPStatus.FORBIDDEN if is_forbidden else HTTPStatus.NOT_FOUND
    changes = replace(changes, badge=None, request_id=receipt.request_id or "")
    return closing(context, removed_response(context, changes, changes.status, status), receipt)


def closing(context: ActionContext, response: HttpResponse, receipt: Receipt) -> HttpResponse:
    """Close the dialog, and tell the page's scripts what became of which work item."""
    decided = {"id": context.item_id, "status": receipt.status.value}
    return close_dialog(trigger_client_event(response, "task:decided", decided))


def close_dialog(response: HttpResponse) -> HttpResponse:
    """After the swap: htmx sends no events to the form that asked once it is gone."""
    return trigger_client_event(response, "dialog:close", after="swap")


def oob_response(
    context: ActionContext, changes: Changes, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """The parts of the page that have changed, each out-of-band."""
    if context.later and context.later.row.run_id and not changes.is_spoken:
        url = address(context.request, "run", str(context.later.row.run_id)) + context.links.query
        changes = replace(changes, receipt=url)
    if changes.badge is not None:
        changes = replace(changes, badge=context.counted(changes.badge))
    shown = context.form.shown_rows(changes.badge) if changes.badge else None
    values = context.template(**vars(changes), shown=shown)
    response = render(context.request, "workitems/changed.html", values, status=status)
    # The numbers could not be worked out here: let the badge ask.
    if changes.badge is None:
        trigger_client_event(response, "tasks:poll")
    return response


def dialog_response(
    context: ActionContext, template: str, more: dict[str, Any], *, is_invalid: bool = False
) -> HttpResponse:
    """A form in the page's dialog for htmx, on a page of its own for everybody else."""
    request = context.request
    is_refused = is_invalid or (request.method == "POST" and "find" not in request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    values = context.template(
        action=request.path + context.links.query,
        cancel_url=address(request, "item", context.item_id) + context.links.query,
        **more,
    )
    response = render_partial(request, template, values, block="dialog_form", status=status)
    return retarget(reswap(response, "innerHTML"), "#dialog") if request.htmx else response


def owner_redirect(context: ActionContext, item: WorkItem) -> HttpResponse:
    """Lead an admin to a page whose banner names the owner of the item, not somebody else."""
    links = Links.of(context.request, context.scope.on(item.owner_id))
    url = address(context.request, "item", item.id) + links.query
    return HttpResponseClientRedirect(url) if context.request.htmx else HttpResponseRedirect(url)


def counts_after(counts: Counts, *, left: int, completed: int) -> Counts | None:
    """The numbers after a write, worked out from those on the page: no call is spent on them."""
    if counts.open is None:
        return None
    done = None if counts.completed is None else counts.completed + completed
    return Counts(max(0, counts.open - left), done, as_of=counts.as_of)
