"""The project as an app, so that Django runs its checks."""

from django.apps import AppConfig


class TaskmanagerConfig(AppConfig):
    name = "taskmanager"

    def ready(self) -> None:
        from taskmanager import checks  # noqa: F401, PLC0415 - importing registers them
