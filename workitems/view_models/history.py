"""What people here did with a work item: when, who, what, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from taskmanager.core.characters import isolated, spelt_out
from workitems.domain.attempts import Entry
from workitems.view_models.labels import ACTIONS, ENDS, State, Text


@dataclass(frozen=True)
class HistoryLine:
    """One attempt; `note` is empty for who may not read it, `has_note` says that there is one."""

    at: datetime
    who: str
    action: Text
    end: State
    note: str
    has_note: bool

    @classmethod
    def of(cls, entry: Entry, *, reader_id: str, reads_all: bool) -> "HistoryLine":
        is_own = entry.actor_id == reader_id
        who = _("You") if is_own else entry.actor_name or entry.actor_id
        if entry.owner_id not in {entry.actor_id, ""}:
            owner = entry.owner_name or entry.owner_id
            who = _("%(name)s for %(owner)s") % {"name": isolated(who), "owner": isolated(owner)}
        return cls(
            at=entry.at,
            who=who,
            action=ACTIONS.get(entry.command, entry.command),
            end=ENDS[entry.status],
            note=spelt_out(entry.note) if is_own or reads_all else "",
            has_note=bool(entry.note),
        )


def history_of(
    entries: Iterable[Entry], *, reader_id: str, reads_all: bool
) -> tuple[HistoryLine, ...]:
    """Newest first, as this person may read them."""
    return tuple(
        HistoryLine.of(entry, reader_id=reader_id, reads_all=reads_all) for entry in entries
    )
