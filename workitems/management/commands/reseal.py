"""manage.py reseal: encrypt what is kept with the first key, to drop others."""

from typing import Any

from django.core.management.base import BaseCommand

from workitems import ledger_upkeep


class Command(BaseCommand):
    help = "Encrypts the ledger, saved views, baskets and pins with the first of LEDGER_KEYS."

    def handle(self, **_: Any) -> None:
        count = ledger_upkeep.reseal()
        left = ledger_upkeep.unreadable()
        self.stdout.write(f"{count} rows were sealed anew, {left} cannot be.")
