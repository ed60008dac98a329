"""manage.py recover: close what killed processes left in the ledger, before workers start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from workitems import ledger_upkeep
from workitems.recovery import recover


class Command(BaseCommand):
    help = "Reads what was sent and never confirmed again, and records how it ended."

    def handle(self, **_: Any) -> None:
        try:
            missing = ledger_upkeep.missing_keys()
        except DatabaseError:
            self.stdout.write("The ledger has no table yet: run manage.py migrate.")
            return
        if missing:
            raise CommandError(
                f"{missing} rows of the ledger need a key that is in neither LEDGER_KEYS nor "
                "SESSION_KEYS. Put it back behind the others, and run manage.py reseal."
            )
        ends = recover()
        said = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
        self.stdout.write(f"Recovered: {said or 'nothing to do'}.")
