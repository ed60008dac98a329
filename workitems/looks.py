"""An admin's look at somebody else's queue, as a row of the ledger: once per session and owner."""

from hashlib import sha256
from typing import Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from workitems.domain.results import NotRecorded, WriteStatus
from workitems.ledger import lock
from workitems.models import LONGEST_ID, Attempt
from workitems.scope import QueueScope

LOOK: Final = "view"  # the row's command; it is never sent to ISC


def has_looked(scope: QueueScope, session: str) -> bool:
    """Whether this session's look at the queue is recorded. Raises NotRecorded."""
    try:
        return _is_recorded(_key(scope, session))
    except DatabaseError as error:
        raise NotRecorded from error


def record_look(scope: QueueScope, session: str, *, reason: str, surface: str) -> None:
    """Record it, unless another request of the session was faster. Raises NotRecorded."""
    key = _key(scope, session)
    try:
        with transaction.atomic(durable=True):
            lock(key)
            if not _is_recorded(key):
                _row(scope, session, key, surface, reason).save(force_insert=True)
    except DatabaseError as error:
        raise NotRecorded from error


def _row(scope: QueueScope, session: str, key: str, surface: str, reason: str) -> Attempt:
    now = timezone.now()
    row = Attempt(
        key=key,
        item_id="",
        owner_id=scope.owner.id[:LONGEST_ID],  # from an address: it may be of any length
        actor_id=scope.actor.id,
        session=session,
        command=LOOK,
        surface=surface,
        status=WriteStatus.SUCCEEDED,
        asked_at=now,
        closed_at=now,
        is_live=False,
        live_until=now,
    )
    actor = scope.actor.name or scope.actor.alias
    row.seal({"actor": actor, "owner": scope.owner.label, "note": reason})
    return row


def _key(scope: QueueScope, session: str) -> str:
    return f"{LOOK}:{sha256(f'{session} {scope.owner.id}'.encode()).hexdigest()}"


def _is_recorded(key: str) -> bool:
    return Attempt.objects.filter(key=key).exists()
