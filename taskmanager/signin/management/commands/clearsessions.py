"""`manage.py clearsessions`, without the unused table of django.contrib.sessions."""

from typing import Any

from django.contrib.sessions.management.commands import clearsessions

from taskmanager.signin import endings, handoff, revocations


class Command(clearsessions.Command):
    help = "Removes what has expired: sessions, hand-offs, and revocations not done within a day."

    def handle(self, **options: Any) -> None:
        endings.clear_expired()
        handoff.drop_expired()
        super().handle(**options)
        revocations.drop_old()
        revocations.settle([])
