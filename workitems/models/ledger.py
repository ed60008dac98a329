"""The ledger's rows. Plain: ids, kind, status, times. Sealed: names, text and what was decided."""

from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q

from taskmanager.core import crypto
from workitems.domain.results import WriteStatus
from workitems.isc.lenient import LONGEST_ID


class BulkRun(models.Model):
    """Decisions on several work items that were confirmed together; their rows are `attempts`.

    `key` is that of the press: the same confirmation sent again leads to the same run. `due_at` is
    when it may begin, null where its person has to say so. `is_recorded`: all of its rows are
    there; what was cut off before waits for its person, or for the same press again. `has_news`:
    pages have something to say of it still.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.CharField(max_length=64, unique=True)
    owner_id = models.CharField(max_length=LONGEST_ID)
    actor_id = models.CharField(max_length=LONGEST_ID)
    command = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_recorded = models.BooleanField(default=False)
    has_news = models.BooleanField(default=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("owner_id", "actor_id"), condition=Q(has_news=True), name="run_news"
            ),
        )

    def __str__(self) -> str:
        return f"{self.command}, asked at {self.asked_at}"

    @staticmethod
    def key_of(actor_id: str, press: str, what: str) -> str:
        """By this, the same confirmation is known when it comes once more."""
        return crypto.digest(f"{actor_id} {press} {what}")


class Attempt(models.Model):
    """One attempt to write: recorded before the call, closed after it, read by auditors.

    `approval_item_id` is "" for a command on the whole work item. `is_live` rows exclude others on
    the same target; `live_until` is when a sender counts as killed, or when an unknown end may be
    repeated. `session` is the hashed key of the session that sends it.

    One that is SCHEDULED is sent at `due_at`; without that, when the person says so, and until then
    it is not live. `waits` is how many approval items waited on the page: with so many decided the
    item leaves the queue. `has_news`: pages have something to say of it still. `is_followed`:
    another attempt has taken its place in its run.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.CharField(max_length=100, db_index=True)
    item_id = models.CharField(max_length=LONGEST_ID)
    approval_item_id = models.CharField(max_length=LONGEST_ID, blank=True)
    owner_id = models.CharField(max_length=LONGEST_ID)
    actor_id = models.CharField(max_length=LONGEST_ID)
    session = models.CharField(max_length=64)
    command = models.CharField(max_length=20)
    surface = models.CharField(max_length=10)
    status = models.CharField(max_length=16)
    request_id = models.CharField(max_length=LONGEST_ID, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    is_live = models.BooleanField()
    live_until = models.DateTimeField()
    key_mark = models.CharField(max_length=8)
    sealed = models.TextField()
    # Defaults in the database are for processes of the version before, while an upgrade runs.
    sealed_end = models.TextField(blank=True, default="", db_default="")
    waits = models.PositiveSmallIntegerField(default=1, db_default=1)
    has_news = models.BooleanField(default=False, db_default=False)
    run = models.ForeignKey(BulkRun, models.CASCADE, null=True, related_name="attempts")
    is_followed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("item_id", "approval_item_id"),
                condition=Q(is_live=True),
                name="one_live_attempt_per_target",
            ),
        )
        indexes = (
            models.Index(fields=("item_id", "asked_at"), name="attempt_of_item"),
            models.Index(fields=("asked_at",), name="attempt_by_time"),
            models.Index(fields=("owner_id", "sent_at"), name="attempt_sent"),
            models.Index(
                fields=("due_at",), condition=Q(status="scheduled"), name="attempt_scheduled"
            ),
            models.Index(
                fields=("owner_id", "actor_id"), condition=Q(has_news=True), name="attempt_news"
            ),
            # The next one of a run, and whether any is left, without a look at all the others.
            models.Index(
                fields=("owner_id", "due_at", "asked_at", "id"),
                condition=Q(status="scheduled", has_news=False),
                name="attempt_turn",
            ),
            models.Index(
                fields=("run", "status"), condition=Q(run__isnull=False), name="attempt_of_run"
            ),
            models.Index(
                fields=("actor_id", "asked_at"),
                condition=Q(command="forward"),
                name="attempt_forward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.command} on {self.item_id}: {self.status}"

    @property
    def end(self) -> WriteStatus:
        return WriteStatus(self.status)

    def seal(self, content: dict[str, Any]) -> None:
        """Seal all that is to be said of it; whatever was sealed before is gone."""
        self.key_mark = crypto.key_marks(crypto.Purpose.LEDGER)[0]
        self.sealed, self.sealed_end = sealed(self.pk, content), ""

    def opened(self) -> dict[str, Any]:
        """What was sealed before and after the call; empty where no key of ours opens it."""
        return _opened(self.pk, self.sealed) | _opened(self.pk, self.sealed_end)


class EndingSession(models.Model):
    """A session that is being ended: nothing new is recorded for it while it is still there."""

    session = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.session[:8]


def sealed(row: UUID, content: dict[str, Any]) -> str:
    return crypto.seal(content, row=str(row), purpose=crypto.Purpose.LEDGER)


def _opened(row: UUID, text: str) -> dict[str, Any]:
    content = crypto.unseal(text, row=str(row), purpose=crypto.Purpose.LEDGER) if text else None
    return content if isinstance(content, dict) else {}
