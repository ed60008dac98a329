from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "workitems"

    def ready(self) -> None:
        from workitems import recovery  # noqa: F401, PLC0415 - importing registers its job
