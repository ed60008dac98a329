"""`manage.py endsessions`: an administrator signs people out, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taskmanager.core import crypto
from taskmanager.signin.models import Session
from taskmanager.signin.providers.registry import configured_provider


class Command(BaseCommand):
    """Ends them here; what the provider still remembers is the provider's."""

    help = "End the sessions of a person, or of everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of the two is required: a forgotten argument must not end everybody's."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument(
            "subject", nargs="?", help="the provider's `sub`; with ISC's OAuth the identity id"
        )
        who.add_argument("--all", action="store_true", help="everybody's")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say how many there were."""
        rows = Session.objects.exclude(subject_hash="")
        if not options["all"]:
            if not options["subject"]:
                raise CommandError("Say whose sessions to end.")
            named = crypto.fingerprints("subject", configured_provider().issuer, options["subject"])
            rows = rows.filter(subject_hash__in=named)
        count = rows.count()
        rows.delete()
        self.stdout.write(f"{count} sessions ended")
