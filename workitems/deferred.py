"""What is due is sent: by the page that held it, by the job worker, by its look each minute.

Whoever comes first claims the row. It is sent with the tokens of the session that it was pressed
in, and never extends that session.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connections
from django.utils import timezone
from django.utils.translation import override

from taskmanager.jobs.engine import wake
from taskmanager.jobs.registry import due_scan, job
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.session_store import lasts
from taskmanager.signin.signals import Ending, session_ending
from taskmanager.signin.token_store import TokenStore
from workitems import runs, schedule
from workitems.bulk_sending import SEATS, Looks, put_off
from workitems.domain.attempts import Look
from workitems.domain.commands import Command
from workitems.domain.results import (
    CannotRenew,
    LedgerUnreadable,
    Receipt,
    SessionOver,
    Stopped,
    WriteStatus,
)
from workitems.isc.budget import Purpose
from workitems.isc.errors import RateLimited, UnexpectedReply
from workitems.ledger import DatabaseLedger
from workitems.ledger_content import log_row, sender_of
from workitems.models import Attempt, BulkRun, EndingSession
from workitems.schedule import Later
from workitems.services.executor import Executor
from workitems.services.reader import Reader
from workitems.wiring import services_for

logger = logging.getLogger(__name__)

JOB: Final = "send"
SEAT_AGAIN: Final = timedelta(seconds=2)
TURN_AGAIN: Final = timedelta(seconds=5)
EARLY: Final = timedelta(seconds=1.2)  # the alarm's own clock looks once a second
SIGN_OUT_CALLS: Final = 4  # at once


def set_alarm(row: UUID, due_at: datetime) -> None:
    """Have the worker send the row in time, whatever becomes of the page."""
    wake(JOB, str(row), due_at - EARLY)


def start(run: BulkRun) -> None:
    """Have the worker begin a run in time."""
    row = runs.waiting(run).first()
    if row is not None and run.due_at is not None:
        set_alarm(row.pk, run.due_at)


@job(JOB)
def ring(key: str) -> None:
    """The alarm of one row: wait for its moment, and send what is due for its owner then."""
    row = Attempt.objects.filter(pk=key, status=WriteStatus.SCHEDULED, due_at__isnull=False).first()
    if row is None or row.due_at is None:
        return
    early = (row.due_at - timezone.now()).total_seconds()
    if early > EARLY.total_seconds():  # the person may have been given more time
        set_alarm(row.pk, row.due_at)
        return
    time.sleep(max(0.0, early))
    while later := schedule.claim(row.owner_id, urgent=True):
        send(later)
    next_row = schedule.due().filter(owner_id=row.owner_id).first()
    if next_row is None:
        return
    if next_row.has_news:
        # Another sender has the turn. It goes on with this one, unless it was killed.
        wake(JOB, str(next_row.pk), timezone.now() + TURN_AGAIN)
    else:
        _send_runs(next_row)


def _send_runs(row: Attempt) -> None:
    """Send the bulk runs of this row's owner, and what becomes urgent meanwhile before the rest.

    Only few threads do so: the others are there for what somebody waits for.
    """
    if not SEATS.acquire(blocking=False):
        wake(JOB, str(row.pk), timezone.now() + SEAT_AGAIN)
        return
    try:
        looks = Looks()
        while later := schedule.claim(row.owner_id):
            send(later, looks)
    finally:
        SEATS.release()


@due_scan
def send_due() -> int:
    """Have everything sent that no alarm rang for; of how many owners."""
    first_of = dict(reversed(schedule.due().values_list("owner_id", "pk")))
    for row in first_of.values():
        wake(JOB, str(row), None)
    return len(first_of)


def send_now(later: Later) -> Receipt | None:
    """Send what is due for this row's owner up to the row itself, and tell how that ended.

    None where somebody else sends it, or what comes before it.
    """
    receipt = None
    while receipt is None and (claimed := schedule.claim(later.row.owner_id, urgent=True)):
        ended = send(claimed)
        receipt = ended if claimed.id == later.id else None
    if next_row := schedule.due().filter(owner_id=later.row.owner_id).first():
        wake(JOB, str(next_row.pk), None)
    return receipt


def send(later: Later, looks: Looks | None = None) -> Receipt:
    """Send a row that was claimed; whatever goes wrong is how it ended.

    Raises LedgerUnreadable where nothing was sent because the database failed: it is held again.
    """
    ledger = DatabaseLedger(sender_of(later.row), later.row.session)
    try:
        with override(later.content.get("language")):
            receipt = _prepared(later, ledger, looks)()
    except DatabaseError as error:
        schedule.put_back(later)
        raise LedgerUnreadable from error
    except (SessionOver, Stopped, UnexpectedReply, CannotRenew, RateLimited) as why:
        receipt = Receipt(WriteStatus.NOT_SENT, refusal=why, attempt=later.id)
        log_row(later.row, receipt.status)
        ledger.close(later.id, receipt)
    if later.is_one_of_many and (again := put_off(ledger, later, receipt)):
        wake(JOB, str(again[0]), again[1])
    runs.check_end(later.row.run_id)
    return receipt


def _prepared(later: Later, ledger: DatabaseLedger, looks: Looks | None) -> Callable[[], Receipt]:
    """What sends it: up to here nothing has gone out.

    Raises SessionOver, Stopped, UnexpectedReply, CannotRenew and RateLimited, and DatabaseError.
    """
    row, command = later.row, later.command
    if command is None:
        raise UnexpectedReply("no key of ours opens the command")
    if not lasts(row.session):
        raise SessionOver("the session has ended")
    if runs.is_stopped(row.run_id):  # what was put off, or found after a crash, comes after that
        raise Stopped("the run was stopped")
    purpose = Purpose.RUN if later.is_one_of_many else Purpose.DECISION
    try:
        services = services_for(TokenStore(row.session), ledger.scope, purpose)
        look = _look(later, services.reader, looks)
    except SignInNeeded as error:
        raise SessionOver("the session has ended") from error
    except ProviderUnavailable as error:
        raise CannotRenew("the sign-in service does not answer") from error
    return partial(_unless_unforeseen, services.executor, command, row.pk, look)


def _unless_unforeseen(
    executor: Executor, command: Command, row: UUID, look: Look | None
) -> Receipt:
    """From here on a call may have gone out: a database that fails does not hold it again."""
    try:
        return executor.send(command, row, look)
    except DatabaseError:
        logger.exception("the database failed while a decision was sent")
        return Receipt(WriteStatus.UNCONFIRMED, attempt=row)


def _look(later: Later, reader: Reader, looks: Looks | None) -> Look | None:
    if later.is_one_of_many:
        return (looks or Looks()).at(reader, later)
    content = later.content
    needed = content.get("looks_first") or content.get("fingerprint")
    return Look(content.get("fingerprint", "")) if needed else None


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
    run_ids = set(mine.exclude(run=None).values_list("run_id", flat=True))
    schedule.end_unsent(mine, SessionOver("the session was ended"))
    for run_id in run_ids:
        runs.check_end(run_id)


def _send_until(owner_id: str, until: float) -> None:
    try:
        looks = Looks()
        while time.monotonic() < until and (later := schedule.claim(owner_id)):
            send(later, looks)
    finally:
        connections.close_all()  # of a thread that ends here


session_ending.connect(settle_session)
