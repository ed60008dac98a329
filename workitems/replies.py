"""How the page answers: whole page or fragment, and what a finished write redraws."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from workitems.access import Lens, address
from workitems.account_selection import AccountSelectionForm
from workitems.forms import ActionForm
from workitems.isc.schemas import WorkItem
from workitems.presenters.items import TaskPanel, TaskRow
from workitems.presenters.pages import Badge
from workitems.presenters.sentences import sentence_of
from workitems.results import Counts, Outcome, Told

STATUSES: Final = {
    Told.DONE: HTTPStatus.OK,
    Told.CONFIRMED: HTTPStatus.OK,
    Told.ALREADY: HTTPStatus.CONFLICT,
    Told.UNCHANGED: HTTPStatus.GATEWAY_TIMEOUT,
    Told.REFUSED: HTTPStatus.CONFLICT,
}
TONES: Final = {Told.DONE: "success", Told.CONFIRMED: "success", Told.ALREADY: "warning"}


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails
    embedded: bool


def part(request: HtmxRequest, template: str, partial: str) -> str:
    """The partial for htmx, the whole page for everybody else."""
    htmx = request.htmx
    if htmx and not htmx.boosted and not htmx.history_restore_request:
        return f"{template}#{partial}"
    return template


def settled(request: HtmxRequest, lens: Lens, outcome: Outcome, done: str) -> HttpResponse:
    """The answer to a write whose end is known: row, panel, numbers and status line.

    `done` is what to say of a success ("Approved."). Without htmx: back to where one was.
    """
    status = words_for(outcome, done)
    if not request.htmx:
        messages.add_message(request, _level(outcome.told), _on_another_page(status, outcome))
        return HttpResponseRedirect(back_url(request, lens))
    action = ActionForm.of(request)
    item = outcome.item
    context = {
        **_redrawn(item, action, status, TONES.get(outcome.told, "error")),
        "badge": badge_after(action.counts, outcome),
        "request_id": outcome.request_id if outcome.told not in SUCCESS else "",
    }
    response = changed(request, lens, context, STATUSES[outcome.told])
    return closing(request, response, outcome)


def gone(request: HtmxRequest, lens: Lens, item_id: str, text: str, **context: Any) -> HttpResponse:
    """The answer when the item left the person's queue: a tombstone in its place.

    Keyword arguments: `status`, `tone`, `counts` (what the badge says now), `request_id`.
    """
    action = ActionForm.of(request)
    counts = context.pop("counts", None)
    status = context.pop("status", HTTPStatus.OK)
    response = changed(
        request,
        lens,
        {
            "gone": text,
            "gone_id": TaskRow.dom_id_of(item_id),
            "place": "page" if action.is_on_page else "list",
            "is_in_pane": action.is_on_page or action.value("pane") == item_id,
            "status": text,
            "tone": context.pop("tone", "success"),
            "badge": Badge.of(counts) if counts else None,
            **context,
        },
        status,
    )
    return close_dialog(response)


def forwarded(
    request: HtmxRequest, lens: Lens, item_id: str, outcome: Outcome, name: str
) -> HttpResponse:
    """The answer to a forward: the work item is somebody else's now."""
    text = words_for(outcome, _("Forwarded to %(name)s.") % {"name": name})
    if not request.htmx:
        messages.success(request, text)
        return HttpResponseRedirect(address(request, "list") + lens.query)
    known = ActionForm.of(request).counts
    counts = None
    if known.open is not None and known.completed is not None:
        counts = Counts(max(0, known.open - 1), known.completed)
    return closing(request, gone(request, lens, item_id, text, counts=counts), outcome)


def closing(request: HttpRequest, response: HttpResponse, outcome: Outcome) -> HttpResponse:
    """Close the dialog, and tell the page's scripts what became of which work item."""
    item_id = request.resolver_match.kwargs["item_id"] if request.resolver_match else ""
    trigger_client_event(response, "task:decided", {"id": item_id, "told": outcome.told.value})
    return close_dialog(response)


def close_dialog(response: HttpResponse) -> HttpResponse:
    """Once the answer is in the page: a form that is gone has none, and tells nobody anything."""
    return trigger_client_event(response, "dialog:close", after="swap")


def changed(
    request: HttpRequest, lens: Lens, context: dict[str, Any], status: HTTPStatus
) -> HttpResponse:
    response = render(request, "workitems/changed.html", {"lens": lens, **context}, status=status)
    # The numbers could not be worked out here: let the badge ask.
    if context.get("badge") is None:
        trigger_client_event(response, "tasks:poll")
    return response


def words_for(outcome: Outcome, done: str) -> str:
    """One sentence for the row and the status line."""
    match outcome.told:
        case Told.DONE:
            return done
        case Told.CONFIRMED:
            return _("%(done)s SailPoint said so only when asked again.") % {"done": done}
        case Told.ALREADY:
            return _("This had already been decided; here is how it stands.")
        case Told.UNCHANGED:
            return _(
                "We don't know yet: SailPoint gave no clear answer, and the task still waits. "
                "Look again in a moment before you repeat it."
            )
        case Told.REFUSED:
            reason = outcome.detail or _("it gave no reason")
            return _("SailPoint refused this: %(reason)s") % {"reason": reason}


def with_request(words: str, outcome: Outcome) -> str:
    """The same with SailPoint's id for the call, where that may help somebody to look into it."""
    if outcome.told in SUCCESS or not outcome.request_id:
        return words
    return f"{words} ({_('SailPoint request %(id)s') % {'id': outcome.request_id}})"


def selection_of(item: WorkItem) -> AccountSelectionForm | None:
    """The empty form of an item that still waits for its account selection."""
    return AccountSelectionForm(item.form) if item.form and item.is_open else None


def under_its_owner(request: HtmxRequest, lens: Lens, item: WorkItem) -> HttpResponse:
    """Lead an admin to a page whose banner names the owner of the item, not somebody else."""
    url = address(request, "detail", item.id) + lens.on(item.owner_id).query
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def badge_after(counts: Counts, outcome: Outcome) -> Badge | None:
    """The numbers after a write, worked out from those on the page: no call is spent on them."""
    if counts.open is None or counts.completed is None:
        return None
    has_left = outcome.item is not None and not outcome.item.is_open
    moved = 1 if has_left else 0
    return Badge(max(0, counts.open - moved), counts.completed + moved)


def list_url(request: HtmxRequest, lens: Lens) -> str:
    """The list that a detail was opened from, as far as htmx tells; else its first page."""
    home = address(request, "list")
    for known in (request.htmx.current_url_abs_path, _own_referer(request)):
        url = urlsplit(known or "")
        if url.path == home and url.query:
            return f"{home}?{url.query}"
    return home + lens.query


def back_url(request: HttpRequest, lens: Lens) -> str:
    """Where the form stood, by its Referer, if that is a page of ours that can be shown again."""
    url = urlsplit(_own_referer(request))
    if is_page(url.path):
        return f"{url.path}?{url.query}" if url.query else url.path
    return address(request, "list") + lens.query


def _own_referer(request: HttpRequest) -> str:
    """The page of ours that the browser came from; empty where it came from elsewhere."""
    referer = request.headers.get("Referer", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}) else ""


def is_page(path: str) -> bool:
    """The list and the detail can be shown again; a dialog that has done its work cannot."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.app_name == "workitems" and match.url_name in {"list", "detail"}


SUCCESS: Final = frozenset({Told.DONE, Told.CONFIRMED})


def _redrawn(
    item: WorkItem | None, action: ActionForm, notice: str | Promise, tone: str
) -> dict[str, Any]:
    place = "page" if action.is_on_page else "list"
    context: dict[str, Any] = {"status": notice, "tone": tone, "place": place}
    if item is None:
        return context
    now = timezone.now()
    has_panel = action.is_on_page or action.value("pane") == item.id
    context["row"] = TaskRow.of(item, now=now, notice=notice, notice_tone=tone)
    if has_panel:
        context["panel"] = TaskPanel.of(item, now=now, notice=notice, notice_tone=tone)
        context["selection"] = selection_of(item)
    return context


def _on_another_page(status: str, outcome: Outcome) -> str:
    """Which of all the tasks it is about, where nothing beside the words shows that."""
    if outcome.item is not None:
        named = {"task": sentence_of(outcome.item, get_language()).text, "end": status}
        status = _("%(task)s: %(end)s") % named
    return with_request(status, outcome)


def _level(told: Told) -> int:
    levels = {"success": messages.SUCCESS, "warning": messages.WARNING}
    return levels.get(TONES.get(told, "error"), messages.ERROR)
