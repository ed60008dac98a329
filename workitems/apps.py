from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "workitems"

    def ready(self) -> None:
        from workitems import ledger_upkeep, recovery  # noqa: F401, PLC0415 - they register jobs
