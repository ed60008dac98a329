"""manage.py clearledger: delete what is older than LEDGER_DAYS, or take one person out of it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from workitems import ledger
from workitems.models import Attempt


class Command(BaseCommand):
    help = "Deletes decisions that are older than LEDGER_DAYS; with --person, erases one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", metavar="ID", help="the ISC identity id to erase")

    def handle(self, *, person: str | None, **_: Any) -> None:
        if person:
            self.stdout.write(f"Erased in {ledger.forget(person)} rows.")
            return
        oldest = timezone.now() - timedelta(days=settings.LEDGER_DAYS)
        count, _by_model = Attempt.objects.filter(asked_at__lt=oldest, is_live=False).delete()
        self.stdout.write(f"Deleted {count} rows.")
