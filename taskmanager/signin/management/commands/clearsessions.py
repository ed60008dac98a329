"""`manage.py clearsessions`, without the unused table of django.contrib.sessions."""

from typing import Any

from django.contrib.sessions.management.commands import clearsessions

from taskmanager.signin import revocations


class Command(clearsessions.Command):
    help = "Removes expired sessions, and revocations that were not done within a day."

    def handle(self, **options: Any) -> None:
        super().handle(**options)
        revocations.drop_old()
