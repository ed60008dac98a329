from importlib import import_module

from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "workitems"

    def ready(self) -> None:
        """Register what the job worker does for work items."""
        for module in ("ledger_upkeep", "recovery", "deferred", "snapshot_store"):
            import_module(f"workitems.{module}")
