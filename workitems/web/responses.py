"""How the page answers: what a finished write redraws, and where a form is shown."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.contrib.messages.constants import DEFAULT_LEVELS
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from taskmanager.core.htmx import template_block
from workitems.domain.results import Counts, Receipt, WriteStatus
from workitems.isc.schemas import WorkItem
from workitems.view_models.receipt import TONES, receipt_text, with_request_id, with_task
from workitems.view_models.rows import TaskRow
from workitems.web.context import ActionContext
from workitems.web.links import Links, address, back_url

STATUSES: Final = {
    WriteStatus.SUCCEEDED: HTTPStatus.OK,
    WriteStatus.VERIFIED: HTTPStatus.OK,
    WriteStatus.ALREADY_DONE: HTTPStatus.CONFLICT,
    WriteStatus.UNCONFIRMED: HTTPStatus.GATEWAY_TIMEOUT,
    WriteStatus.REFUSED: HTTPStatus.CONFLICT,
}


def write_response(context: ActionContext, receipt: Receipt, done: str = "") -> HttpResponse:
    """The answer to a write whose end is known; `done` says a success, such as "Approved."."""
    request, text, tone = context.request, receipt_text(receipt, done), TONES[receipt.status]
    if not request.htmx:
        message = with_request_id(with_task(text, receipt), receipt)
        messages.add_message(request, DEFAULT_LEVELS[tone.upper()], message)
        return HttpResponseRedirect(back_url(request, context.links))
    closed = 1 if receipt.item is not None and not receipt.item.is_open else 0
    redrawn: dict[str, Any] = {
        "status": text,
        "tone": tone,
        "badge": counts_after(context.form.counts, left=closed, completed=closed),
        "request_id": "" if receipt.status.is_success else receipt.request_id,
    }
    if (item := receipt.item) is not None:
        redrawn["row"] = TaskRow.of(item, now=timezone.now(), notice=text, notice_tone=tone)
        if context.shows_panel_of(item.id):
            redrawn |= context.panel(item, notice=text, tone=tone)
    response = oob_response(context, redrawn, STATUSES[receipt.status])
    return closing(context, response, receipt)


def removed_response(
    context: ActionContext,
    item_id: str,
    text: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    tone: str = "success",
    badge: Counts | None = None,
    request_id: str = "",
) -> HttpResponse:
    """The answer when the item left the person's queue: words in the place of its row."""
    removed = {
        "gone": text,
        "gone_id": TaskRow.dom_id_of(item_id),
        "is_in_pane": context.shows_panel_of(item_id),
        "status": text,
        "tone": tone,
        "badge": badge,
        "request_id": request_id,
    }
    return close_dialog(oob_response(context, removed, status))


def forwarded_response(
    context: ActionContext, item_id: str, receipt: Receipt, name: str
) -> HttpResponse:
    """The answer to a forward: the work item is somebody else's now."""
    text = receipt_text(receipt, _("Forwarded to %(name)s.") % {"name": name})
    if not context.request.htmx:
        messages.success(context.request, text)
        return HttpResponseRedirect(context.links.queue)
    badge = counts_after(context.form.counts, left=1, completed=0)
    return closing(context, removed_response(context, item_id, text, badge=badge), receipt)


def closing(context: ActionContext, response: HttpResponse, receipt: Receipt) -> HttpResponse:
    """Close the dialog, and tell the page's scripts what became of which work item."""
    match = context.request.resolver_match
    decided = {"id": match.kwargs["item_id"] if match else "", "status": receipt.status.value}
    return close_dialog(trigger_client_event(response, "task:decided", decided))


def close_dialog(response: HttpResponse) -> HttpResponse:
    """After the swap: htmx sends no events to the form that asked once it is gone."""
    return trigger_client_event(response, "dialog:close", after="swap")


def oob_response(
    context: ActionContext, changed: dict[str, Any], status: HTTPStatus
) -> HttpResponse:
    """The parts of the page that have changed, each out-of-band."""
    template = "workitems/changed.html"
    response = render(context.request, template, context.template(**changed), status=status)
    # The numbers could not be worked out here: let the badge ask.
    if changed.get("badge") is None:
        trigger_client_event(response, "tasks:poll")
    return response


def dialog_response(
    context: ActionContext, template: str, more: dict[str, Any], *, is_invalid: bool = False
) -> HttpResponse:
    """A form in the page's dialog for htmx, on a page of its own for everybody else."""
    request = context.request
    is_refused = is_invalid or (request.method == "POST" and "find" not in request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    item_id = request.resolver_match.kwargs["item_id"] if request.resolver_match else ""
    values = context.template(
        action=request.path + context.links.query,
        cancel_url=address(request, "item", item_id) + context.links.query,
        **more,
    )
    response = render(request, template_block(request, template, "dialog"), values, status=status)
    return retarget(reswap(response, "innerHTML"), "#dialog") if request.htmx else response


def owner_redirect(context: ActionContext, item: WorkItem) -> HttpResponse:
    """Lead an admin to a page whose banner names the owner of the item, not somebody else."""
    links = Links.of(context.request, context.scope.on(item.owner_id))
    url = address(context.request, "item", item.id) + links.query
    return HttpResponseClientRedirect(url) if context.request.htmx else HttpResponseRedirect(url)


def counts_after(counts: Counts, *, left: int, completed: int) -> Counts | None:
    """The numbers after a write, worked out from those on the page: no call is spent on them."""
    if counts.open is None or counts.completed is None:
        return None
    return Counts(max(0, counts.open - left), counts.completed + completed)
