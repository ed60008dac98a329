"""The two searches for people: to whom to forward, and whose queue to look at."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from taskmanager.core.htmx import render, render_partial
from taskmanager.signin.prompts import inline_login_prompt
from taskmanager.signin.request import SignedInRequest
from workitems.isc.schemas import PublicIdentity
from workitems.scope import require_admin
from workitems.view_models.page import PersonOption
from workitems.web.context import ActionContext
from workitems.web.forms import PeopleSearch


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
    """The search for an owner whose queue an admin wants to see."""
    context = ActionContext.of(request)
    require_admin(context.scope.actor)
    search = PeopleSearch(request.GET)
    values = context.template(people=found_by(context, search), q=search.text())
    return render_partial(request, "workitems/owner.html", values, block="owners_update")


def found_by(context: ActionContext, search: PeopleSearch) -> tuple[PublicIdentity, ...]:
    """Who is found; nobody, and no call, until there is enough to search for."""
    text = search.text()
    return context.services.reader.find_people(text) if text else ()


def choice_of(context: ActionContext, search: PeopleSearch) -> dict[str, Any]:
    """Who can be chosen: on top who is chosen already, whether the search finds them or not."""
    found = [option_of(context, person) for person in found_by(context, search)]
    target = search["target"].value() or ""
    chosen = [person for person in found if person.id == target]
    if not chosen and (known := search.chosen()):
        chosen = [PersonOption(*known, refusal="")]
    others = [person for person in found if person.id != target]
    return {
        "people": [*chosen, *others],
        "found_count": len(found),
        "q": (search["q"].value() or "").strip(),
        "target": target,
    }


def option_of(context: ActionContext, person: PublicIdentity) -> PersonOption:
    """Somebody as a choice of the forward form, with the reason why they cannot be chosen."""
    scope = context.scope
    return PersonOption.of(person, owner_id=scope.owner.id, actor_id=scope.actor.id)
