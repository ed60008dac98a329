"""manage.py scan_tenant: keeps count of what waits for whom, so that badges cost no call."""

import logging
import signal
import sys
import time
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from taskmanager.signin.errors import ProviderUnavailable, SignInRefused
from workitems.isc.errors import IscError, RateLimited
from workitems.queue_states import DatabaseQueueStates
from workitems.services.tenant_scan import ScanIsOff, TenantScan
from workitems.wiring import tenant_scan

logger = logging.getLogger("workitems.scan")

EVERY = 10.0  # seconds between the beginnings of two passes; a large tenant takes longer for one
AFTER_TROUBLE = 30.0  # seconds


class Command(BaseCommand):
    help = "Reads all pending work items again and again, into two numbers for each owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="until a pass was published")

    def handle(self, *, once: bool, **_: Any) -> None:
        if not settings.TENANT_SCAN_CLIENT_ID:
            raise CommandError("Set TENANT_SCAN_CLIENT_ID and TENANT_SCAN_CLIENT_SECRET first.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that `finally` runs
        states = DatabaseQueueStates(holder=str(uuid.uuid4()))
        try:
            self._scan(states, once=once)
        except ScanIsOff as error:
            states.switch_off(str(error))
            raise CommandError(
                f"The scan is off. {error} Badges ask SailPoint as before."
            ) from error
        except SignInRefused as error:
            reason = "SailPoint refuses the personal access token of the scan."
            states.switch_off(reason)
            raise CommandError(f"The scan is off. {reason}") from error
        except KeyboardInterrupt:
            pass
        finally:
            states.release()

    def _scan(self, states: DatabaseQueueStates, *, once: bool) -> None:
        scan: TenantScan | None = None
        while True:
            started = time.monotonic()
            close_old_connections()
            wait = EVERY
            try:
                if states.hold():
                    scan = scan or tenant_scan(states)
                    if scan.run_pass() and once:
                        return
                elif once:
                    raise CommandError("Another process scans.")
            except (IscError, ProviderUnavailable, DatabaseError) as error:
                if once:
                    raise CommandError(
                        f"SailPoint was not read: {type(error).__name__}."
                    ) from error
                logger.warning("a pass of the scan was given up: %s", type(error).__name__)
                asked = error.retry_after if isinstance(error, RateLimited) else 0.0
                wait = max(AFTER_TROUBLE, asked)
            time.sleep(max(0.0, wait - (time.monotonic() - started)))
