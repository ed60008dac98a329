"""Numbers of other people's queues: on the board, and beside the people whom a search finds."""

from collections.abc import Collection

from django.conf import settings

from taskmanager.signin.request import SignedInRequest, person_of, session_row
from workitems import pins
from workitems.looks import NUMBERS, has_looked, record_each, record_look
from workitems.queue_states import numbers_of
from workitems.scope import require_admin
from workitems.view_models.board import Rows
from workitems.web.context import ActionContext
from workitems.web.looks import reason_in


def counting(request: SignedInRequest) -> ActionContext:
    """For an admin who sees how much waits for whom, and nothing of what it is.

    Such a look is recorded before anything is read, once per session and not for each owner.
    Raises PermissionDenied for everybody else, ReasonNeeded, NotRecorded and UnusableId.
    """
    context = managing(request)
    reason, session = reason_in(request.session), session_row(request.session)
    everybody = context.scope.on("")
    if not has_looked(everybody, session, NUMBERS):
        surface = context.came_from
        record_look(everybody, session, NUMBERS, reason=reason, surface=surface)
    return context


def managing(request: SignedInRequest) -> ActionContext:
    """For an admin who reads nothing of a queue. Raises PermissionDenied and UnusableId."""
    require_admin(person_of(request))
    context = ActionContext.unrecorded(request)
    context.check_ids()
    return context


def rows_of(context: ActionContext, owner_ids: Collection[str]) -> Rows:
    """What makes rows of these owners: no call, whether a scan runs or not."""
    known, pinned = numbers_of(owner_ids), pins.ids_of(context.scope.actor.id)
    return Rows(known, pinned, f"{settings.PUBLIC_URL}/", context.rendering)


def recorded(context: ActionContext, command: str) -> ActionContext:
    """What is recorded each time, before it is done: a change of the board, a file of a queue. The
    context has the owner's name, for at most one call. Raises ReasonNeeded and NotRecorded.
    """
    reason, session = reason_in(context.request.session), session_row(context.request.session)
    named = context.named()
    record_each(named.scope, session, command, reason=reason, surface=context.came_from)
    return named
