"""The app that knows who you are."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """Named `signin` in the database; `taskmanager.signin` in Python."""

    name = "taskmanager.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"
