"""`manage.py endsessions`: sign people out here; the provider's own session goes on."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taskmanager.core import crypto
from taskmanager.signin import endings, revocations
from taskmanager.signin.models import Session
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.signals import Ending

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "End the sessions of a person, or of everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of the two is required: a forgotten argument must not end everybody's."""
        who = parser.add_mutually_exclusive_group(required=True)
        meaning = "the provider's `sub`; with ISC's OAuth the identity id"
        who.add_argument("subject", nargs="?", help=meaning)
        who.add_argument("--all", action="store_true", help="everybody's")

    def handle(self, *_: Any, **options: Any) -> None:
        rows = Session.objects.exclude(subject_hash="")
        if not options["all"]:
            if not options["subject"]:
                raise CommandError("Say whose sessions to end.")
            named = crypto.fingerprints("subject", configured_provider().issuer, options["subject"])
            rows = rows.filter(subject_hash__in=named)
        people = endings.people_of(rows)
        ended, kept = endings.end(rows, Ending.ENDED_ELSEWHERE)
        self.stdout.write(f"{ended} sessions ended")
        is_settled = revocations.settle(kept)
        fields = {
            "sessions": str(ended),
            "identities": " ".join(people),
            "everybody": str(options["all"]).lower(),
            "revocations": str(len(kept)),
            "is_provider_up": str(is_settled).lower(),
        }
        logger.info("sessions ended by an administrator", extra={"fields": fields})
