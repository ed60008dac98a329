"""Whether a job worker lives: without one nothing is promised that needs it."""

import os
import socket
import time
from typing import Final

from django.db import DatabaseError

from taskmanager.jobs.models import Heartbeat

EVERY: Final = 5.0  # seconds
ALIVE: Final = 15.0  # seconds since the last beat: two may be late
FORGOTTEN: Final = 3600.0  # seconds


def beat() -> None:
    """Say that this worker lives."""
    now, name = time.time(), f"{socket.gethostname()[:80]} {os.getpid()}"
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": now})
    Heartbeat.objects.filter(beaten_at__lt=now - FORGOTTEN).delete()


def stop() -> None:
    """Say that this worker ends."""
    Heartbeat.objects.filter(name=f"{socket.gethostname()[:80]} {os.getpid()}").delete()


def is_worker_alive() -> bool:
    try:
        return Heartbeat.objects.filter(beaten_at__gt=time.time() - ALIVE).exists()
    except DatabaseError:
        return False
