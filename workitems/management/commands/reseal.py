"""manage.py reseal: encrypt ledger and saved views with the first key, to drop others."""

from typing import Any

from django.core.management.base import BaseCommand

from workitems import ledger_upkeep


class Command(BaseCommand):
    help = "Encrypts every row of the ledger, and every saved view, with the first of LEDGER_KEYS."

    def handle(self, **_: Any) -> None:
        count = ledger_upkeep.reseal()
        left = ledger_upkeep.missing_keys() + ledger_upkeep.unreadable_views().count()
        self.stdout.write(f"{count} rows were sealed anew, {left} cannot be.")
