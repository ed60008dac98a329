"""The board: the queues that an admin watches over, those first in which something is stuck."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core.addresses import own_referer
from taskmanager.core.htmx import is_partial, render, render_partial
from taskmanager.signin.prompts import background_request
from taskmanager.signin.request import SignedInRequest
from workitems import directory, pins
from workitems.domain.results import ListForbidden
from workitems.isc.errors import IscError, SignInAgain
from workitems.looks import PIN, UNPIN
from workitems.queue_states import stuck
from workitems.scope import Owner
from workitems.view_models.board import OwnerRow, Rows
from workitems.web.context import ActionContext
from workitems.web.owners import counting, managing, recorded, rows_of
from workitems.web.trouble import told

MOST_STUCK: Final = 20


@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """One call at most, for names; the page asks for numbers that no scan has told."""
    context = counting(request)
    pinned, waiting = pins.of_person(context.scope.actor.id), stuck(MOST_STUCK)
    owners = {**{one: Owner(one) for one in waiting}, **{one.id: one for one in pinned}}
    owners |= _named(context, [one for one in owners.values() if not one.name])
    rows = rows_of(context, owners)
    values = {
        "stuck": [rows.of(owners[one]) for one in waiting],
        "pinned": rows.longest_waiting(owners[one.id] for one in pinned),
    }
    return render(request, "workitems/board.html", context.template(**values))


@background_request
@require_safe
def numbers(request: SignedInRequest) -> HttpResponse:
    """How much waits for one owner: a call at most, and none within a minute of the last.

    As a page of its own it needs the name as well.
    """
    context = counting(request)
    scope = context.scope if is_partial(request) else context.named().scope
    owner = pins.named(scope.actor.id, scope.owner)
    rows = rows_of(context, [owner.id])
    row = rows.of(owner)
    values = context.template(row=row if row.numbers else _asked(context, rows, owner))
    return render_partial(request, "workitems/numbers.html", values, block="numbers")


@require_POST
def pin(request: SignedInRequest) -> HttpResponse:
    """Put the owner on the board."""
    context = managing(request)
    if not pins.has_room(context.scope.actor.id):
        return _full(context)
    context = recorded(context, PIN)
    if not pins.add(context.scope.actor.id, context.scope.owner):  # by two presses at once
        return _full(context)
    return _answer(context, _("Pinned to your board."), is_pinned=True)


@require_POST
def unpin(request: SignedInRequest) -> HttpResponse:
    """Take the owner off the board: their row stays on the page, and can be pinned again."""
    context = recorded(managing(request), UNPIN)
    pins.remove(context.scope.actor.id, context.scope.owner.id)
    return _answer(context, _("Taken off your board."), is_pinned=False)


def _asked(context: ActionContext, rows: Rows, owner: Owner) -> OwnerRow:
    """Its numbers from ISC, or why there are none. A refusal is told as that of the whole queue."""
    try:
        return rows.of(owner, context.services.reader.numbers())
    except (SignInAgain, ListForbidden):
        raise
    except IscError as error:
        return replace(rows.of(owner), trouble=told(context.request, error).title)


def _full(context: ActionContext) -> HttpResponse:
    words = _("Your board has %(most)d owners: take one off before you pin another.")
    return _answer(context, words % {"most": pins.MOST}, is_pinned=False, is_full=True)


def _answer(
    context: ActionContext, said: str, *, is_pinned: bool, is_full: bool = False
) -> HttpResponse:
    """The button anew for htmx, and for everybody else the page that it stood on."""
    request = context.request
    if is_partial(request):
        values = {"owner": context.scope.owner, "is_pinned": is_pinned, "said": said}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_full else HTTPStatus.OK
        return render(request, "workitems/pin.html", {**values, "is_full": is_full}, status=status)
    messages.add_message(request, messages.ERROR if is_full else messages.SUCCESS, said)
    return HttpResponseRedirect(own_referer(request) or reverse("workitems:board"))


def _named(context: ActionContext, owners: list[Owner]) -> dict[str, Owner]:
    """The same with their names: no call where all are known."""
    if not owners:
        return {}
    ids = [one.id for one in owners]
    names = directory.names(context.services.reader, context.scope.actor.id, ids)
    return {one: Owner(one, names.get(one, "")) for one in ids}
