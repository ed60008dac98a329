"""Decisions that a person has put together and not sent."""

from typing import Any
from uuid import uuid4

from django.db import models

from taskmanager.core import crypto
from workitems.isc.lenient import LONGEST_ID


class BasketEntry(models.Model):
    """One decision of a person on a work item, or on one approval item of it.

    Who sees its row learns which item it is about, not what was decided. One that is decided
    anew is another row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    actor_id = models.CharField(max_length=LONGEST_ID)
    owner_id = models.CharField(max_length=LONGEST_ID)
    item_id = models.CharField(max_length=LONGEST_ID)
    approval_item_id = models.CharField(max_length=LONGEST_ID, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    key_mark = models.CharField(max_length=8)
    sealed = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("actor_id", "owner_id", "item_id", "approval_item_id"),
                name="one_entry_per_decision",
            ),
        )

    def __str__(self) -> str:
        return f"a decision of {self.actor_id}"

    def seal(self, content: dict[str, Any]) -> None:
        self.key_mark = crypto.key_marks(crypto.Purpose.BASKET)[0]
        self.sealed = crypto.seal(content, row=self._place, purpose=crypto.Purpose.BASKET)

    def opened(self) -> dict[str, Any] | None:
        """None where no key of ours opens it."""
        content = crypto.unseal(self.sealed, row=self._place, purpose=crypto.Purpose.BASKET)
        return content if isinstance(content, dict) else None

    @property
    def _place(self) -> str:
        """Copied to another row, person or item it does not open."""
        parts = (self.pk, self.actor_id, self.owner_id, self.item_id, self.approval_item_id)
        return "\0".join(map(str, parts))
