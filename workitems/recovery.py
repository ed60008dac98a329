"""What a killed process left: rows that were recorded, and perhaps sent, and never closed."""

import logging

from django.db.models import Q
from django.utils import timezone

from taskmanager.jobs.registry import due_scan
from taskmanager.signin.errors import ProviderUnavailable, SignInNeeded
from taskmanager.signin.token_store import TokenStore
from workitems import ledger
from workitems.domain.attempts import Abandoned
from workitems.domain.commands import command_from_json
from workitems.domain.results import CannotRenew, Receipt, WriteStatus
from workitems.isc import errors
from workitems.ledger_content import sender_of
from workitems.models import Attempt
from workitems.wiring import services_for

logger = logging.getLogger(__name__)


@due_scan
def recover() -> dict[str, int]:
    """Read the items of all such rows again and close the rows; how many ended how.

    A row stays for the next time while ISC or the sign-in service does not answer.
    """
    ends: dict[str, int] = {}
    for row in ledger.abandoned_rows():
        end = _end_of(row)
        ends[end] = ends.get(end, 0) + 1
    return ends


@due_scan
def look_again() -> None:
    """Read the items of what was sent later and whose end is not known: no page may be asking.

    For two minutes: after that somebody may repeat it.
    """
    of_later = Q(has_news=True) | Q(run__isnull=False, is_followed=False)
    rows = Attempt.objects.filter(of_later, status=WriteStatus.UNCONFIRMED, is_live=True)
    for row in rows.filter(live_until__gte=timezone.now()):
        try:
            services_for(TokenStore(row.session), sender_of(row)).executor.standing(row.item_id)
        except (SignInNeeded, ProviderUnavailable, errors.IscError) as error:
            logger.warning("an end cannot be looked up now: %s", type(error).__name__)


def _end_of(row: Attempt) -> str:
    scope = sender_of(row)
    try:
        executor = services_for(TokenStore(row.session), scope).executor
        command = command_from_json(row.opened()["command"])
        executor.recover(Abandoned(row.pk, command))
    except (SignInNeeded, errors.SignInAgain, KeyError):
        # Nobody can read it for this person any more: it must not block the item for others.
        ledger.DatabaseLedger(scope, row.session).close(row.pk, Receipt(WriteStatus.UNCONFIRMED))
        Attempt.objects.filter(pk=row.pk).update(is_live=False)
    except (ProviderUnavailable, CannotRenew, errors.IscError) as error:
        logger.warning("an attempt cannot be looked up now: %s", type(error).__name__)
        return "left"
    row.refresh_from_db()
    return row.status
