"""An admin's look at somebody else's queue, as a row of the ledger: once per session and owner.

One at the numbers of many queues is a row once per session, for no owner. Each export is a row as
well, and each change of the board.
"""

from hashlib import sha256
from typing import Final
from uuid import uuid4

from django.db import DatabaseError, transaction
from django.utils import timezone

from workitems.domain.results import NotRecorded, WriteStatus
from workitems.isc.lenient import LONGEST_ID
from workitems.ledger import lock
from workitems.models import Attempt
from workitems.scope import QueueScope

LOOK: Final = "view"  # the row's command; it is never sent to ISC
NUMBERS: Final = "numbers"  # the same, of how much waits for whom
EXPORT: Final = "export"  # the same, of a look that leaves as a file
PIN, UNPIN = "pin", "unpin"  # somebody's queue is put on the board, or taken off it


def has_looked(scope: QueueScope, session: str, command: str = LOOK) -> bool:
    """Whether this session's look at the queue is recorded. Raises NotRecorded."""
    try:
        return _is_recorded(_key(scope, session, command))
    except DatabaseError as error:
        raise NotRecorded from error


def record_look(
    scope: QueueScope, session: str, command: str = LOOK, *, reason: str, surface: str
) -> None:
    """Record it, unless another request of the session was faster. Raises NotRecorded."""
    key = _key(scope, session, command)
    try:
        with transaction.atomic(durable=True):
            lock(key)
            if not _is_recorded(key):
                _row(scope, session, command, key, surface, reason).save(force_insert=True)
    except DatabaseError as error:
        raise NotRecorded from error


def record_each(
    scope: QueueScope, session: str, command: str, *, reason: str, surface: str
) -> None:
    """Record it, however often it was recorded before. Raises NotRecorded."""
    try:
        with transaction.atomic(durable=True):
            key = f"{command}:{uuid4().hex}"
            _row(scope, session, command, key, surface, reason).save(force_insert=True)
    except DatabaseError as error:
        raise NotRecorded from error


def _row(
    scope: QueueScope, session: str, command: str, key: str, surface: str, reason: str
) -> Attempt:
    now = timezone.now()
    row = Attempt(
        key=key,
        item_id="",
        owner_id=scope.owner.id[:LONGEST_ID],  # from an address: it may be of any length
        actor_id=scope.actor.id,
        session=session,
        command=command,
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


def _key(scope: QueueScope, session: str, command: str) -> str:
    return f"{command}:{sha256(f'{session} {scope.owner.id}'.encode()).hexdigest()}"


def _is_recorded(key: str) -> bool:
    return Attempt.objects.filter(key=key).exists()
