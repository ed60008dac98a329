"""The project as an app: only so that its checks are found."""

from django.apps import AppConfig


class TaskmanagerConfig(AppConfig):
    """Registers the checks of `manage.py check --deploy`."""

    name = "taskmanager"

    def ready(self) -> None:
        from taskmanager import checks  # noqa: F401, PLC0415 - importing registers them
