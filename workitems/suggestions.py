"""Who is offered for a forward before anybody types: people forwarded to lately, and managers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import DatabaseError
from django.db.models import F, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from workitems.directory import people
from workitems.domain.commands import Forward
from workitems.domain.results import WriteStatus
from workitems.isc.errors import IscError, SignInAgain
from workitems.isc.schemas import PublicIdentity
from workitems.models import Attempt
from workitems.schedule import Later
from workitems.services.reader import Reader

LATELY: Final = timedelta(days=90)
MOST_RECENT: Final = 5
MOST_OPENED: Final = 30  # rows that are unsealed to find them
FORWARDED: Final = (
    WriteStatus.SCHEDULED,
    WriteStatus.SENDING,
    WriteStatus.SUCCEEDED,
    WriteStatus.VERIFIED,
    WriteStatus.UNCONFIRMED,
    WriteStatus.GONE,
)


class Reason(StrEnum):
    """Why somebody is offered."""

    RECENT = "recent"
    MY_MANAGER = "my-manager"
    REQUESTERS_MANAGER = "requesters-manager"


@dataclass(frozen=True)
class Suggestion:
    """Somebody who is offered, once, with all the reasons there are; `requester` is a name."""

    person: PublicIdentity
    reasons: tuple[Reason, ...]
    requester: str = ""


def suggested(reader: Reader, actor_id: str, requester_id: str) -> tuple[Suggestion, ...]:
    """Two calls at most; nobody where ISC or the database fails: a forward does without."""
    recent = recent_targets(actor_id)
    try:
        known = people(reader, actor_id, [actor_id, requester_id, *recent])
        managers = _managers(known, actor_id, requester_id)
        known |= people(reader, actor_id, managers.values())
    except SignInAgain:
        raise
    except IscError:
        return ()
    found: dict[str, tuple[Reason, ...]] = dict.fromkeys(recent, (Reason.RECENT,))
    for reason, person_id in managers.items():
        found[person_id] = (*found.get(person_id, ()), reason)
    asked = known.get(requester_id)
    requester = asked.name or asked.alias if asked else ""
    return tuple(
        Suggestion(known[person_id], reasons, requester)
        for person_id, reasons in found.items()
        if person_id in known
    )


def _managers(
    known: dict[str, PublicIdentity], actor_id: str, requester_id: str
) -> dict[Reason, str]:
    """Their ids. What one has asked for oneself has one manager."""
    wanted = {Reason.MY_MANAGER: actor_id}
    if requester_id != actor_id:
        wanted[Reason.REQUESTERS_MANAGER] = requester_id
    ids = {why: known[one].manager_id for why, one in wanted.items() if one in known}
    return {why: manager_id for why, manager_id in ids.items() if manager_id}


def recent_targets(actor_id: str) -> tuple[str, ...]:
    """The ids of people to whom this person has forwarded lately, the latest first."""
    return tuple(dict.fromkeys(_targets(actor_id)))[:MOST_RECENT]


def _targets(actor_id: str) -> Iterator[str]:
    # The rows of a run have one target: one of them will do.
    nth = Window(RowNumber(), partition_by=Coalesce("run_id", "id"), order_by=F("asked_at").desc())
    since = timezone.now() - LATELY
    mine = Attempt.objects.filter(command=Forward.name, actor_id=actor_id, asked_at__gte=since)
    rows = mine.filter(status__in=FORWARDED).annotate(nth=nth).filter(nth=1)
    try:
        for row in rows.order_by("-asked_at")[:MOST_OPENED]:
            command = Later(row).command
            if isinstance(command, Forward):
                yield command.target_id
    except DatabaseError:
        return
