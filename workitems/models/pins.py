"""Whose queues an administrator has pinned to their board."""

from uuid import uuid4

from django.db import models

from taskmanager.core import crypto
from workitems.isc.lenient import LONGEST_ID


class PinnedOwner(models.Model):
    """An owner on one administrator's board. The ids are plain, as in the ledger; the owner's name
    is sealed. It can be looked up again: a row that no key of ours opens has lost nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    person_id = models.CharField(max_length=LONGEST_ID)
    owner_id = models.CharField(max_length=LONGEST_ID)
    pinned_at = models.DateTimeField()
    key_mark = models.CharField(max_length=8)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person_id", "owner_id"), name="an_owner_pinned_once"),
        )

    def __str__(self) -> str:
        return f"{self.owner_id}, pinned by {self.person_id}"

    def seal(self, name: str) -> None:
        self.key_mark = crypto.key_marks(crypto.Purpose.PINS)[0]
        content = name.encode()
        self.sealed = crypto.seal_bytes(content, row=self._place, purpose=crypto.Purpose.PINS)

    def opened(self) -> str:
        """The owner's name; "" where none was known, and where no key of ours opens it."""
        sealed = bytes(self.sealed)
        name = crypto.unseal_bytes(sealed, row=self._place, purpose=crypto.Purpose.PINS)
        return (name or b"").decode()

    @property
    def _place(self) -> str:
        """Copied to another row, person or owner it does not open."""
        return f"{self.person_id}/{self.owner_id}/{self.pk}"
