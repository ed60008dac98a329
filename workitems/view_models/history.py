"""What people here did with a work item: when, who, what, and how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workitems.domain.attempts import Entry
from workitems.domain.results import WriteStatus
from workitems.view_models.labels import Text

ACTIONS: Final[Mapping[str, Text]] = {
    "approve": gettext_lazy("Approve"),
    "reject": gettext_lazy("Reject"),
    "approve-all": gettext_lazy("Approve all"),
    "reject-all": gettext_lazy("Reject all"),
    "complete": gettext_lazy("Mark complete"),
    "submit-form": gettext_lazy("Answer the form"),
    "forward": gettext_lazy("Forward"),
}
ENDS: Final[Mapping[WriteStatus, Text]] = {
    WriteStatus.SENDING: gettext_lazy("under way"),
    WriteStatus.SUCCEEDED: gettext_lazy("done"),
    WriteStatus.VERIFIED: gettext_lazy("done, as a later look showed"),
    WriteStatus.ALREADY_DONE: gettext_lazy("had been decided before"),
    WriteStatus.SUPERSEDED: gettext_lazy("decided differently"),
    WriteStatus.UNCONFIRMED: gettext_lazy("not known"),
    WriteStatus.GONE: gettext_lazy("the task had left the queue"),
    WriteStatus.REFUSED: gettext_lazy("refused by SailPoint"),
    WriteStatus.NOT_SENT: gettext_lazy("not sent"),
    WriteStatus.CHANGED: gettext_lazy("not sent, the task had moved"),
    WriteStatus.NOT_DONE: gettext_lazy("not done"),
}


@dataclass(frozen=True)
class HistoryLine:
    """One attempt; `note` is empty for who may not read it, `has_note` says that there is one."""

    at: datetime
    who: str
    action: Text
    end: Text
    note: str
    has_note: bool

    @classmethod
    def of(cls, entry: Entry, *, reader_id: str, reads_all: bool) -> "HistoryLine":
        is_own = entry.actor_id == reader_id
        who = _("You") if is_own else entry.actor_name or entry.actor_id
        if entry.owner_id not in {entry.actor_id, ""}:
            owner = entry.owner_name or entry.owner_id
            who = _("%(name)s for %(owner)s") % {"name": who, "owner": owner}
        return cls(
            at=entry.at,
            who=who,
            action=ACTIONS.get(entry.command, entry.command),
            end=ENDS[entry.status],
            note=entry.note if is_own or reads_all else "",
            has_note=bool(entry.note),
        )


def history_of(
    entries: Iterable[Entry], *, reader_id: str, reads_all: bool
) -> tuple[HistoryLine, ...]:
    """Newest first, as this person may read them."""
    return tuple(
        HistoryLine.of(entry, reader_id=reader_id, reads_all=reads_all) for entry in entries
    )
