"""`manage.py clearsessions`, without the unused table of django.contrib.sessions."""

from django.contrib.sessions.management.commands.clearsessions import Command

__all__ = ["Command"]
