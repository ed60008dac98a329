"""Sessions, and what lives and dies with them. There is no user table."""

from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone


class HashedRow(models.Model):
    """A row whose primary key is a hash or random; its name shows only the beginning."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)[:8]


class Session(HashedRow, AbstractBaseSession):
    """One browser's session; the payload is encrypted and the key is stored as a hash.

    A provider's logout and a person's list of sessions find rows by the two keyed hashes.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    subject_hash = models.CharField(max_length=64, default="", db_index=True)
    sid_hash = models.CharField(max_length=64, default="", db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "session"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Rewriting a session leaves `created_at` and `seen_at` alone."""
        if kwargs.get("force_update"):
            kwargs["update_fields"] = ("session_data", "expire_date", "subject_hash", "sid_hash")
        super().save(*args, **kwargs)


class TokenSet(HashedRow):
    """The tokens of a session, apart from its payload.

    Otherwise two requests that save one session at once could restore a used refresh token.
    """

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, primary_key=True, related_name="tokens"
    )
    sealed = models.TextField()
    # The default in the database is for processes of the version before, while an upgrade runs.
    levels = models.TextField(
        default="", db_default="", help_text="sealed; empty: those of the sign-in"
    )
    leased_until = models.DateTimeField(null=True, help_text="somebody is refreshing until then")
    refresh_after = models.DateTimeField(null=True, help_text="the provider is down: wait")


class Revocation(HashedRow):
    """The refresh token of a session that has ended, to be revoked at the provider.

    `due_at` is when to try next; while somebody tries, the end of their lease.
    """

    key = models.CharField(max_length=32, primary_key=True)
    sealed = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="those that failed")


class UsedLogoutToken(HashedRow):
    """A logout token of the provider that has been used, until it would be refused as old."""

    digest = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField(db_index=True)


class FramedSession(HashedRow):
    """Marks a session that a widget got through a popup.

    `started_by` is the hash of a value in the full page's session: signing out there ends it too.
    """

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, primary_key=True, related_name="framed"
    )
    started_by = models.CharField(max_length=64, db_index=True)


class HandOff(HashedRow):
    """A sign-in on its way from a popup to the frame that asked for it (`handoff.py`).

    The key is the hash of a secret in the frame's session; the popup only ever learns the hash.
    """

    key = models.CharField(max_length=64, primary_key=True)
    ticket_hash = models.CharField(max_length=64, default="", blank=True, db_index=True)
    ticket_until = models.DateTimeField()
    flow_hash = models.CharField(max_length=64, default="", blank=True)  # of the sign-in's `state`
    is_by_code = models.BooleanField(
        default=False, help_text="started without a ticket, needs a typed code"
    )
    sealed = models.TextField(default="", blank=True)
    code_hash = models.CharField(max_length=64, default="", blank=True)
    problem = models.CharField(max_length=60, default="", blank=True)
    result_until = models.DateTimeField(null=True)
    begun = models.PositiveSmallIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
