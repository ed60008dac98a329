"""manage.py run_worker: does what outlives a request, beside the server."""

import logging
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from taskmanager.jobs import heartbeat
from taskmanager.jobs.engine import engine, scan

logger = logging.getLogger("taskmanager.jobs")

THREADS = 8


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view: the server checks them
    help = "Sends what was delayed, and does what has to be done after a request."

    def handle(self, **_: Any) -> None:
        consumer, is_over = engine().consumer(THREADS), threading.Event()
        scan()
        beating = threading.Thread(target=beat_until, args=[is_over], daemon=True)
        beating.start()
        try:
            consumer.run()
        finally:
            is_over.set()
            beating.join()


def beat_until(is_over: threading.Event) -> None:
    """The heartbeat, in a thread of its own."""
    while True:
        try:
            close_old_connections()
            heartbeat.beat()
            if is_over.wait(heartbeat.EVERY):
                heartbeat.stop()
                return
        except DatabaseError as error:
            logger.warning("the heartbeat could not be written: %s", type(error).__name__)
            if is_over.wait(heartbeat.EVERY):
                return
