"""Requests in, pages and fragments out. Nothing here knows of tokens, JSON or ISC's statuses."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from taskmanager.signin.middleware import stays, unattended
from workitems.access import lens_of, require_admin
from workitems.forms import ActionForm, ListFilter, PeopleSearch
from workitems.presenters.items import TaskPanel
from workitems.presenters.pages import Badge, PersonOption, TaskPage
from workitems.replies import (
    HtmxRequest,
    changed,
    list_url,
    part,
    selection_of,
    under_its_owner,
)
from workitems.wiring import named, service_for


@require_safe
def task_list(request: HtmxRequest) -> HttpResponse:
    """The dashboard: one page of one owner's pending or completed work items."""
    lens = lens_of(request)
    filters = ListFilter(request.GET)
    # A host page's parameters never break its frame; an address of ours is told when it is wrong.
    if not filters.is_valid() and not request.embedded:
        raise BadRequest(_("There is no such page of the list."))
    tab, number, size = filters.chosen_tab(), filters.chosen_page(), settings.PAGE_SIZE
    service = service_for(request, lens)
    lens = named(lens, service)
    queue = service.queue(tab, limit=size, offset=(number - 1) * size)
    page = TaskPage.of(queue, number=number, size=size, now=timezone.now())
    context = {"page": page, "badge": page.badge, "lens": lens, "place": "list"}
    return render(request, part(request, "workitems/list.html", "list-update"), context)


@stays
@unattended
@require_safe
def counts(request: HtmxRequest) -> HttpResponse:
    """The badge and the tabs' numbers, refreshed for an open page."""
    lens = lens_of(request)
    known = ActionForm.of(request).counts
    fresh = service_for(request, lens).refreshed_counts(known)
    if known == fresh:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    news = (fresh.open or 0) - (known.open or 0) if known.open is not None else 0
    context = {"badge": Badge.of(fresh), "news": max(0, news), "place": "list"}
    return changed(request, lens, context, HTTPStatus.OK)


@require_safe
def detail(request: HtmxRequest, item_id: str) -> HttpResponse:
    """One work item: a pane beside the list for htmx, a page of its own for everybody else."""
    lens = lens_of(request)
    service = service_for(request, lens)
    template = part(request, "workitems/detail.html", "pane")
    is_pane = template.endswith("#pane")
    item, totals = (service.item(item_id), None) if is_pane else service.item_and_counts(item_id)
    if lens.is_elsewhere(item.owner_id):
        return under_its_owner(request, lens, item)
    context = {
        "panel": TaskPanel.of(item, now=timezone.now()),
        "selection": selection_of(item),
        "badge": Badge.of(totals) if totals else None,
        "lens": named(lens, service),
        "place": "list" if is_pane else "page",
        "list_url": list_url(request, lens),
    }
    return render(request, template, context)


@stays
@require_safe
def people(request: HtmxRequest) -> HttpResponse:
    """The people that a work item can be forwarded to, as typed so far."""
    lens = lens_of(request)
    text = PeopleSearch(request.GET).text()
    found = service_for(request, lens).find_people(text) if text else ()
    ids = {"owner_id": lens.owner_id, "actor_id": lens.person.id}
    context = {
        "people": [PersonOption.of(person, **ids) for person in found],
        "q": text,
        "target": request.GET.get("target", ""),
    }
    return render(request, "workitems/people.html#search-update", context)


@stays
@require_safe
def owner(request: HtmxRequest) -> HttpResponse:
    """The search for an owner whose queue an admin wants to see."""
    lens = lens_of(request)
    require_admin(lens.person)
    text = PeopleSearch(request.GET).text()
    found = service_for(request, lens).find_people(text) if text else ()
    context = {"people": found, "q": text, "lens": lens}
    return render(request, part(request, "workitems/owner.html", "search-update"), context)
