"""manage.py reseal: encrypt the whole ledger with the first key, so that others can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand

from workitems import ledger_upkeep


class Command(BaseCommand):
    help = "Encrypts every row of the ledger with the first of LEDGER_KEYS."

    def handle(self, **_: Any) -> None:
        count = ledger_upkeep.reseal()
        self.stdout.write(
            f"{count} rows were sealed anew, {ledger_upkeep.missing_keys()} cannot be."
        )
