"""What a person has rejected, for their own second look alone."""

from django.db import models

from workitems.isc.lenient import LONGEST_ID


class Rejection(models.Model):
    """That `actor_id` has rejected an access for an account, and when last.

    `mark` is a keyed hash of all that: the row says neither whose nor which.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    actor_id = models.CharField(max_length=LONGEST_ID, db_index=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"a rejection by {self.actor_id}"
