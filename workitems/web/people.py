"""The two searches for people: to whom to forward, and whose queue to look at."""

from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render, render_partial
from taskmanager.signin.prompts import inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.domain.results import FoundPeople
from workitems.isc.schemas import PublicIdentity
from workitems.scope import Owner
from workitems.suggestions import Suggestion, suggested
from workitems.view_models.people import PersonOption, SearchSummary
from workitems.web.context import ActionContext
from workitems.web.forms import PeopleSearch
from workitems.web.owners import counting, rows_of

COUNTED_AT_ONCE: Final = 5  # of those found, by a call each, where no scan tells their numbers


@inline_login_prompt
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """The people that a work item can be forwarded to, as typed so far."""
    context = ActionContext.of(request)
    values = choice_of(context, PeopleSearch(request.GET))
    return render(request, "workitems/people.html", values)


@inline_login_prompt
@require_safe
def owner(request: SignedInRequest) -> HttpResponse:
    """The search for an owner whose queue an admin wants to see: one call, as without numbers."""
    context, search = counting(request), PeopleSearch(request.GET)
    found = found_by(context, search)
    rows = rows_of(context, [person.id for person in found.people])
    values = {
        "found_rows": [
            (one, rows.of(Owner(one.id, one.name or one.alias))) for one in found.people
        ],
        "summary": SearchSummary.of(search.text(), found),
        "q": search["q"].value() or "",
    }
    values = context.template(**values, counted_at_once=COUNTED_AT_ONCE)
    return render_partial(request, "workitems/owner.html", values, block="owners_update")


def found_by(context: ActionContext, search: PeopleSearch) -> FoundPeople:
    """Who is found; nobody, and no call, until there is enough to search for."""
    text = search.text()
    return context.services.reader.find_people(text) if text else FoundPeople()


def offered_by(context: ActionContext, search: PeopleSearch) -> tuple[Suggestion, ...]:
    """Who is offered where nothing is searched for; nobody, and no call, unless that is asked."""
    requester_id = search.wants_suggestions_for()
    if requester_id is None:
        return ()
    return suggested(context.services.reader, context.scope.actor.id, requester_id)


def choice_of(context: ActionContext, search: PeopleSearch) -> dict[str, Any]:
    """Who can be chosen: on top who is chosen already, whether the search finds them or not."""
    found, offered = found_by(context, search), offered_by(context, search)
    options = [option_of(context, person) for person in found.people]
    options += [option_of(context, one.person, one) for one in offered]
    target = search["target"].value() or ""
    chosen = [person for person in options if person.id == target]
    if not chosen and (known := search.chosen()):
        chosen = [PersonOption(*known, refusal="")]
    others = [person for person in options if person.id != target]
    return {
        "people": [*chosen, *others],
        "summary": SearchSummary.of(search.text(), found, len(offered)),
        "q": (search["q"].value() or "").strip(),
        "target": target,
    }


def option_of(
    context: ActionContext, person: PublicIdentity, offered: Suggestion | None = None
) -> PersonOption:
    """Somebody as a choice of the forward form, with the reason why they cannot be chosen."""
    owner_id, actor_id = context.scope.owner.id, context.scope.actor.id
    return PersonOption.of(person, owner_id=owner_id, actor_id=actor_id, offered=offered)
