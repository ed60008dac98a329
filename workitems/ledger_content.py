"""What is sealed in the ledger's rows, before a call and after it."""

import logging
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from taskmanager.signin.values import Person
from workitems.domain.attempts import Delay, Press
from workitems.domain.commands import Command, SubmitForm, command_from_json
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.lenient import LONGEST_ID
from workitems.isc.schemas import WorkItem
from workitems.models import Attempt, sealed
from workitems.scope import Owner, QueueScope
from workitems.services.decision_log import log_end

logger = logging.getLogger(__name__)

# Longer than one attempt may take: a write's time-outs (33 s), and the read after it with its
# repetition (66 s). A sender that has not closed its row by then was killed.
LEASE: Final = timedelta(seconds=120)
UNKNOWN_FOR: Final = timedelta(minutes=2)  # so long an unknown end keeps others from repeating it
SEALED_AFTER: Final = frozenset({"before", "after", "unlisted", "why"})
KEPT: Final = {
    "id", "type", "name", "description", "state", "requester_name", "owner_id", "owner_name",
    "approval_items",
}  # fmt: skip


def content_of(
    scope: QueueScope, command: Command, press: Press, delay: Delay | None
) -> dict[str, Any]:
    """What is sealed before the call; with secrets only where it is sent from what is sealed."""
    actor = scope.actor
    kept = command.without_secrets() if delay is None else command
    content = {
        "command": kept.to_json(),
        "actor": actor.name or actor.alias,
        "owner": scope.owner.label,
        "note": press.note,
        "task": press.task,
        "target": press.target,
        "shown": _shown(press),
    }
    return content | _of_later(scope, press, delay)


def _of_later(scope: QueueScope, press: Press, delay: Delay | None) -> dict[str, Any]:
    """What it takes besides to send it in another process, and to tell how it ended."""
    if delay is None:
        return {}
    return {
        "is_admin": scope.actor.is_admin,
        "language": get_language(),
        "looks_first": delay.due_at is None,
        "fingerprint": press.fingerprint,
    }


def _shown(press: Press) -> dict[str, str]:
    shown = press.shown
    if shown is None:
        return {}
    return {"state": shown.state, "at": shown.at.isoformat()}


def end_of(row: UUID, receipt: Receipt) -> dict[str, Any]:
    """The fields that say how it ended: they are written without reading the row."""
    now = timezone.now()
    found: dict[str, Any] = {"unlisted": receipt.unlisted}
    if receipt.before is not None:
        found["before"] = facts_of(receipt.before)
    if receipt.item is not None:
        found["after"] = facts_of(receipt.item)
    if not receipt.status.is_success:
        found["why"] = {
            "kind": type(receipt.refusal).__name__ if receipt.refusal else "",
            "detail": receipt.detail,
            "is_answered": receipt.is_answered,
            "is_accepted": receipt.is_accepted,
        }
    return {
        **({"has_news": False} if receipt.status.is_success else {}),
        "status": receipt.status,
        "request_id": (receipt.request_id or "")[:LONGEST_ID],
        "closed_at": now,
        "is_live": receipt.status is WriteStatus.UNCONFIRMED,
        "live_until": now + UNKNOWN_FOR,
        "sealed_end": sealed(row, found),
    }


def forget_secrets(ended: QuerySet[Attempt]) -> int:
    """Take the secrets out of attempts that have ended, for none is sent from here; of how many.

    What a kill or a failing database leaves is found by the hourly look.
    """
    count = 0
    try:
        for row in ended.filter(command=SubmitForm.name):
            content = row.opened()
            command = command_from_json(content["command"]) if "command" in content else None
            if command is None or (kept := command.without_secrets()) == command:
                continue
            same = Attempt.objects.filter(pk=row.pk, sealed_end=row.sealed_end)
            row.seal({**content, "command": kept.to_json()})
            names = ("key_mark", "sealed", "sealed_end")
            count += same.update(**{name: getattr(row, name) for name in names})
    except DatabaseError:
        logger.exception("secrets could not be taken out of an attempt")
    return count


def facts_of(item: WorkItem) -> dict[str, Any]:
    """What the history says of the item: enough for its sentence, and how each part stood."""
    return item.model_dump(include=KEPT)


def sender_of(row: Attempt) -> QueueScope:
    """Whose attempt it was, in whose queue: enough to read the item again for them."""
    content = row.opened()
    is_admin = content.get("is_admin", False)
    actor = Person(row.actor_id, content.get("actor", ""), "", is_admin=is_admin)
    return QueueScope(actor, Owner(row.owner_id, content.get("owner", "")))


def log_row(row: Attempt, status: WriteStatus) -> None:
    """The line of an end that no executor has brought about."""
    log_end(
        command=row.command,
        item_id=row.item_id,
        part=row.approval_item_id,
        actor_id=row.actor_id,
        owner_id=row.owner_id,
        status=status.value,
    )
