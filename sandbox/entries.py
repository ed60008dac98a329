"""Work items as the tenant keeps them: an immutable body and what is needed to list it."""

from dataclasses import dataclass, replace
from typing import Any

Json = Any  # whatever json.loads may give; the odd queue holds rows that are not even objects
UNDECIDED = (None, "Pending")


@dataclass(frozen=True)
class Entry:
    """`body` is never changed in place, so that a reader needs no lock.

    `owner` is whose queue lists the row: the odd queue has rows whose body names no owner.
    `when` (seconds since 1970) is the creation of a pending row, the end of a completed one.
    """

    key: str
    body: Json
    owner: str
    done: bool
    when: float

    def changed(self, **fields: Json) -> "Entry":
        """The same row with some fields of its body replaced."""
        return replace(self, body={**self.body, **fields})

    @property
    def sort_key(self) -> tuple[float, str]:
        """Pending: oldest first. Completed: newest first."""
        return (-self.when if self.done else self.when, self.key)


def object_rows(rows: Json) -> list[dict[str, Json]]:
    """The rows of a list that are objects; none for null or for nonsense."""
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def approval_items(body: Json) -> list[dict[str, Json]]:
    return object_rows(body.get("approvalItems")) if isinstance(body, dict) else []


def undecided_items(body: Json) -> list[dict[str, Json]]:
    return [row for row in approval_items(body) if row.get("state") in UNDECIDED]
