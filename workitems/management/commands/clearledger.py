"""manage.py clearledger: delete what is older than LEDGER_DAYS, or take one person out of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workitems import ledger_upkeep


class Command(BaseCommand):
    help = "Deletes decisions that are older than LEDGER_DAYS; with --person, erases one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", metavar="ID", help="the ISC identity id to erase")

    def handle(self, *, person: str | None, **_: Any) -> None:
        if person:
            self.stdout.write(f"Erased in {ledger_upkeep.forget(person)} rows.")
            return
        self.stdout.write(f"Deleted {ledger_upkeep.delete_old()} rows.")
