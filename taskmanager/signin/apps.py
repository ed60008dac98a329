"""Sign-in as an app: named `signin` in the database, `taskmanager.signin` in Python."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "taskmanager.signin"
    label = "signin"
