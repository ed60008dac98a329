"""Work items as the tenant stores them: an immutable body and the fields needed for lists."""

from dataclasses import dataclass, replace
from typing import Any

Json = Any  # any result of json.loads; the odd queue has rows that are not objects
UNDECIDED = (None, "Pending")


@dataclass(frozen=True)
class Entry:
    """`body` is never changed in place, so that a reader needs no lock.

    `owner` is the person whose queue lists the row: in the odd queue some bodies name no owner.
    `when` (seconds since 1970) is the creation of a pending row, the end of a completed one.
    """

    key: str
    body: Json
    owner: str
    done: bool
    when: float

    def changed(self, **fields: Json) -> "Entry":
        """A copy of the row with some fields of its body replaced."""
        return replace(self, body={**self.body, **fields})

    @property
    def sort_key(self) -> tuple[float, str]:
        """Pending: oldest first. Completed: newest first."""
        return (-self.when if self.done else self.when, self.key)


def object_rows(rows: Json) -> list[dict[str, Json]]:
    """The rows that are JSON objects; an empty list when `rows` is not a list."""
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def approval_items(body: Json) -> list[dict[str, Json]]:
    return object_rows(body.get("approvalItems")) if isinstance(body, dict) else []


def undecided_items(body: Json) -> list[dict[str, Json]]:
    return [row for row in approval_items(body) if row.get("state") in UNDECIDED]
