"""A row of the ledger as auditors read it: who did what for whom, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import spelt_out
from taskmanager.core.clock import iso, zone
from workitems.isc.schemas import WorkItem, read_work_item
from workitems.models import Attempt
from workitems.view_models.labels import ACTIONS, ENDS, State, Text
from workitems.view_models.sentence import text_of

OUTCOMES: Final[Mapping[str, Text]] = {
    "done": _("Done"),
    "overtaken": _("Overtaken by something else"),
    "not-done": _("Not done"),
    "unknown": _("Not known"),
}
SURFACES: Final[Mapping[str, Text]] = {"page": _("Page"), "widget": _("Widget")}


@dataclass(frozen=True)
class AuditRow:
    """`row` is what anybody may read who reads the database, the rest was sealed.

    `task` is "" where nothing is known of the work item; the two states are ISC's words, "" where
    they are not known. The one before was read just before the call, or it is what the form showed
    at `shown_at`. `trouble` says why the names are missing.
    """

    row: Attempt
    actor: str
    owner: str
    task: str
    state_before: str
    shown_at: datetime | None
    state_after: str
    target_id: str
    target: str
    note: str
    trouble: Text

    @classmethod
    def of(cls, row: Attempt) -> "AuditRow":
        content = row.opened()
        before, after = (_item(row, content.get(when)) for when in ("before", "after"))
        item, shown = after or before, content.get("shown") or {}
        return cls(
            row=row,
            actor=content.get("actor", ""),
            owner=_owner(row, content, item),
            task=text_of(item) if item else content.get("task", ""),
            state_before=_state(row, before) if before else shown.get("state", ""),
            shown_at=datetime.fromisoformat(shown["at"]) if shown and not before else None,
            state_after=_state(row, after),
            target_id=content.get("command", {}).get("target_id", ""),
            target=content.get("target", ""),
            note=spelt_out(content.get("note", "")),
            trouble=_trouble(content),
        )

    @property
    def action(self) -> Text:
        return ACTIONS.get(self.row.command, self.row.command)

    @property
    def outcome(self) -> State:
        return ENDS.get(self.row.status, State("quiet", self.row.status))

    @property
    def surface(self) -> Text:
        return SURFACES.get(self.row.surface, self.row.surface)

    def state_label(self, state: str) -> Text:
        """In the reader's language, where it is one of ISC's known states."""
        named = State.of_line(state) if self.row.approval_item_id else State.of(state)
        return named.label if state else ""

    @property
    def is_own(self) -> bool:
        return self.row.actor_id == self.row.owner_id

    def cells(self) -> list[str]:
        """As a line of the export, in the order of HEADINGS: words of the ledger, not of a page."""
        row = self.row
        return [
            iso(row.asked_at), row.actor_id, self.actor, row.owner_id, self.owner, row.command,
            row.item_id, row.approval_item_id, self.task, self.state_before, iso(self.shown_at),
            self.state_after, self.target_id, row.status,
            iso(row.closed_at), row.request_id, row.surface, self.note, str(self.trouble), zone(),
        ]  # fmt: skip


HEADINGS: Final = (
    "time", "actor_id", "actor", "owner_id", "owner", "action",
    "work_item", "approval_item", "task", "state_before", "shown_at", "state_after",
    "forwarded_to", "outcome",
    "closed", "sailpoint_request", "surface", "note", "unreadable", "time_zone",
)  # fmt: skip


def _trouble(content: Mapping[str, Any]) -> Text:
    if content.get("erased"):
        return _("Names and contents were erased at somebody's request.")
    return "" if content else _("Sealed with a key that is not here: only ids can be read.")


def _item(row: Attempt, facts: Any) -> WorkItem | None:
    """The work item as it stood: of a decision on one part, that part of it."""
    item = read_work_item(facts)
    if not isinstance(item, WorkItem):
        return None
    part = tuple(line for line in item.approval_items if line.id == row.approval_item_id)
    return item.model_copy(update={"approval_items": part}) if part else item


def _state(row: Attempt, item: WorkItem | None) -> str:
    """Of the part that was decided, else of the whole work item."""
    if item is None:
        return ""
    parts = (line.state for line in item.approval_items if line.id == row.approval_item_id)
    return next(parts, item.state)


def _owner(row: Attempt, content: Mapping[str, Any], item: WorkItem | None) -> str:
    """The owner's name. A decision is recorded before anybody has looked it up."""
    name = str(content.get("owner", ""))
    if name not in {"", row.owner_id}:
        return name
    if row.owner_id == row.actor_id:
        return str(content.get("actor", ""))
    return item.owner_name if item and item.owner_id == row.owner_id else ""
