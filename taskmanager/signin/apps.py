"""Sign-in as an app: named `signin` in the database, `taskmanager.signin` in Python."""

from importlib import import_module

from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "taskmanager.signin"
    label = "signin"

    def ready(self) -> None:
        """Register what the job worker does for sign-in."""
        for module in ("endings", "handoff"):  # and `revocations`, which both import
            import_module(f"taskmanager.signin.{module}")
