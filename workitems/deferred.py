"""What is due is sent: by the page that held it, by the job worker, by its look each minute.

Whoever comes first claims the row. It is sent with the tokens of the session that it was pressed
in, and never extends that session.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import override

from taskmanager.jobs.engine import wake
from taskmanager.jobs.registry import due_scan, job
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.session_store import lasts
from taskmanager.signin.signals import Ending, session_ending
from workitems import schedule
from workitems.domain.results import CannotRenew, Receipt, SessionOver, WriteStatus
from workitems.isc.budget import Purpose
from workitems.isc.errors import IscError, UnexpectedReply
from workitems.ledger import DatabaseLedger
from workitems.ledger_content import sender_of
from workitems.models import Attempt, EndingSession
from workitems.schedule import Later
from workitems.wiring import services_for

logger = logging.getLogger(__name__)

JOB: Final = "send"
EARLY: Final = timedelta(seconds=1.2)  # the alarm's own clock looks once a second
SIGN_OUT_CALLS: Final = 4  # at once
KEPT_FOR: Final = timedelta(days=1)


def set_alarm(row: UUID, due_at: datetime) -> None:
    """Have the worker send the row in time, whatever becomes of the page."""
    wake(JOB, str(row), due_at - EARLY)


@job(JOB)
def ring(key: str) -> None:
    """The alarm of one row: wait for its moment, and send what is due for its owner then."""
    row = Attempt.objects.filter(pk=key, status=WriteStatus.SCHEDULED, due_at__isnull=False).first()
    if row is None:
        return None
    early = (row.due_at - timezone.now()).total_seconds() if row.due_at else 0.0
    if early > EARLY.total_seconds():  # the person may have been given more time
        return set_alarm(row.pk, row.due_at or timezone.now())
    time.sleep(max(0.0, early))
    while later := schedule.claim(row.owner_id):
        send(later)
    return None


@due_scan
def send_due() -> int:
    """Have everything sent that no alarm rang for; of how many owners."""
    first_of = {row.owner_id: row for row in schedule.due()}
    for row in first_of.values():
        wake(JOB, str(row.pk), None)
    return len(first_of)


def send_now(later: Later) -> Receipt | None:
    """Send what is due for this row's owner up to the row itself, and tell how that ended.

    None where somebody else sends it, or what comes before it.
    """
    while (claimed := schedule.claim(later.row.owner_id)) is not None:
        receipt = send(claimed)
        if claimed.id == later.id:
            if next_row := schedule.due().filter(owner_id=later.row.owner_id).first():
                wake(JOB, str(next_row.pk), None)
            return receipt
    return None


def send(later: Later) -> Receipt:
    """Send a row that was claimed; whatever goes wrong is how it ended."""
    row, command = later.row, later.command
    scope = sender_of(row)
    ledger = DatabaseLedger(scope, row.session)
    if command is None:
        return _unsent(ledger, later, UnexpectedReply("no key of ours opens the command"))
    if not lasts(row.session):
        return _unsent(ledger, later, SessionOver("the session has ended"))
    looks_first = later.content.get("looks_first", False)
    try:
        with override(later.content.get("language")):
            executor = services_for(row.session, scope, Purpose.DECISION).executor
            return executor.send(command, row.pk, looks_first=looks_first)
    except SignInNeeded:
        return _unsent(ledger, later, SessionOver("the session has ended"))
    except ProviderUnavailable:
        return _unsent(ledger, later, CannotRenew("the sign-in service does not answer"))


def _unsent(ledger: DatabaseLedger, later: Later, why: IscError) -> Receipt:
    receipt = Receipt(WriteStatus.NOT_SENT, refusal=why, attempt=later.id)
    ledger.close(later.id, receipt)
    return receipt


def settle_session(row: str, reason: Ending, until: float, **_: Any) -> None:
    """A session ends: send what is within its undo window if its person has asked for the end, for
    as long as until `until` (`time.monotonic`). Nothing else of it is sent, or begun.
    """
    EndingSession.objects.get_or_create(pk=row, defaults={"at": timezone.now()})
    mine = Attempt.objects.filter(session=row, due_at__isnull=False, status=WriteStatus.SCHEDULED)
    if reason is Ending.SIGNED_OUT and mine.update(due_at=timezone.now()):
        owners = set(mine.values_list("owner_id", flat=True))
        pool = ThreadPoolExecutor(SIGN_OUT_CALLS, thread_name_prefix="sign-out")
        calls = [pool.submit(_send_until, owner, until) for owner in owners]
        wait(calls, timeout=max(0.0, until - time.monotonic()))
        pool.shutdown(wait=False)
    schedule.end_unsent(mine, SessionOver("the session was ended"))
    EndingSession.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()


def _send_until(owner_id: str, until: float) -> None:
    close_old_connections()
    try:
        while time.monotonic() < until and (later := schedule.claim(owner_id)):
            send(later)
    finally:
        close_old_connections()


session_ending.connect(settle_session)
