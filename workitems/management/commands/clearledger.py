"""manage.py clearledger: delete what is too old, one person, or saved views without a key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workitems import ledger_upkeep


class Command(BaseCommand):
    help = "Deletes decisions that are older than LEDGER_DAYS; with --person, erases one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", metavar="ID", help="the ISC identity id to erase")
        parser.add_argument(
            "--unreadable-views", action="store_true", help="saved views that no key opens any more"
        )

    def handle(self, *, person: str | None, unreadable_views: bool, **_: Any) -> None:
        if person:
            self.stdout.write(f"Erased in {ledger_upkeep.forget(person)} rows.")
            return
        if unreadable_views:
            self.stdout.write(f"Deleted {ledger_upkeep.unreadable_views().delete()[0]} views.")
            return
        self.stdout.write(f"Deleted {ledger_upkeep.delete_old()} rows.")
