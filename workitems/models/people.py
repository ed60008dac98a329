"""What is kept of one person: their choices, and the lists that they come back to."""

import json
from uuid import uuid4

from django.db import models

from taskmanager.core import crypto
from workitems.isc.lenient import LONGEST_ID


class PersonSettings(models.Model):
    """What one person has chosen. `undo_seconds`: null to send only when they say so;
    language and theme: "" for what the browser and the system say.
    """

    person_id = models.CharField(max_length=LONGEST_ID, primary_key=True)
    undo_seconds = models.PositiveIntegerField(null=True)
    has_keys = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    theme = models.CharField(max_length=5, blank=True, default="", db_default="")
    density = models.CharField(max_length=11, default="dense", db_default="dense")

    def __str__(self) -> str:
        return self.person_id


class SavedView(models.Model):
    """A list that a person comes back to: its name and its query are sealed, for either may name
    somebody.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    person_id = models.CharField(max_length=LONGEST_ID, db_index=True)
    is_start = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    key_mark = models.CharField(max_length=8)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person_id",), condition=models.Q(is_start=True), name="one_start_view"
            ),
        )

    def __str__(self) -> str:
        return f"a view of {self.person_id}"

    def seal(self, name: str, query: str) -> None:
        self.key_mark = crypto.key_marks(crypto.Purpose.VIEWS)[0]
        content = json.dumps([name, query]).encode()
        self.sealed = crypto.seal_bytes(content, row=self._place, purpose=crypto.Purpose.VIEWS)

    def opened(self) -> tuple[str, str] | None:
        """Name and query; None where no key of ours opens it."""
        sealed = bytes(self.sealed)
        text = crypto.unseal_bytes(sealed, row=self._place, purpose=crypto.Purpose.VIEWS)
        if text is None:
            return None
        name, query = json.loads(text)
        return str(name), str(query)

    @property
    def _place(self) -> str:
        """Copied to another row or another person it does not open."""
        return f"{self.person_id}/{self.pk}"
