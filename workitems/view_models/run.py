"""A bulk run: how far it is, and, once it is over, its receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from taskmanager.core.clock import clock, iso, zone
from taskmanager.core.numbers import number_format
from workitems.domain.results import WriteStatus
from workitems.runs import FAILED, Progress
from workitems.schedule import Later
from workitems.view_models.labels import Text
from workitems.view_models.later import done_words, run_title
from workitems.view_models.receipt import receipt_text
from workitems.view_models.rows import TaskRow

# In the order of the receipt: what needs a person first.
GROUPS: Final[Mapping[str, tuple[Text, tuple[WriteStatus, ...]]]] = {
    "refused": (gettext_lazy("Refused by SailPoint"), (WriteStatus.REFUSED,)),
    "not-sent": (gettext_lazy("Not sent"), (WriteStatus.NOT_SENT, WriteStatus.NOT_DONE)),
    "unknown": (gettext_lazy("Not known"), (WriteStatus.UNCONFIRMED,)),
    "changed": (gettext_lazy("Changed since you looked"), (WriteStatus.CHANGED,)),
    "differently": (gettext_lazy("Decided differently"), (WriteStatus.SUPERSEDED,)),
    "gone": (gettext_lazy("Gone from your queue"), (WriteStatus.GONE,)),
    "cancelled": (gettext_lazy("Taken back"), (WriteStatus.CANCELLED,)),
    "already": (gettext_lazy("Already done before"), (WriteStatus.ALREADY_DONE,)),
    "done": (gettext_lazy("Done"), (WriteStatus.SUCCEEDED, WriteStatus.VERIFIED)),
    "waiting": (gettext_lazy("To be sent"), (WriteStatus.SCHEDULED, WriteStatus.SENDING)),
}
GROUP_OF: Final = {status: name for name, (_label, ends) in GROUPS.items() for status in ends}
HEADINGS: Final = (
    "outcome", "task", "action", "work_item", "approval_item", "reason", "sailpoint_request",
    "asked", "sent", "closed", "time_zone",
)  # fmt: skip


@dataclass(frozen=True)
class RunLine:
    """One decision of the run: how it ended, with the reason and SailPoint's id for the call."""

    later: Later
    task: str
    slug: str
    why: str
    request_id: str

    @classmethod
    def of(cls, later: Later) -> "RunLine":
        row, receipt = later.row, later.receipt()
        is_plain = receipt.status.is_success or later.is_waiting
        return cls(
            later,
            task=later.content.get("task") or row.item_id,
            slug=TaskRow.slug_of(row.item_id),
            why="" if is_plain else receipt_text(receipt, done_words(row.command, "")),
            request_id="" if is_plain else row.request_id,
        )

    def cells(self) -> list[str]:
        """As a line of the export, in the order of HEADINGS: words of the ledger, not of a page."""
        row = self.later.row
        moments = (row.asked_at, row.sent_at, row.closed_at)
        return [
            row.status, self.task, row.command, row.item_id, row.approval_item_id, self.why,
            row.request_id, *map(iso, moments), zone(),
        ]  # fmt: skip


@dataclass(frozen=True)
class Group:
    """All that ended in one way."""

    name: str
    label: Text
    lines: Sequence[RunLine]


@dataclass(frozen=True)
class RunPage:
    """How far it is, and what of it ended how: each decision stands in one group."""

    progress: Progress
    title: str
    is_held: bool
    groups: Sequence[Group]
    failed: int

    @classmethod
    def of(cls, progress: Progress, rows: Sequence[Later], now: datetime) -> "RunPage":
        failed = sum(progress.ends.get(status, 0) for status in FAILED)
        title = run_title(progress.run.command, progress.size)
        return cls(progress, title, progress.is_held(now), _grouped(rows), failed)

    @property
    def times(self) -> str:
        """When it was confirmed, and stopped."""
        run = self.progress.run
        confirmed = _("Confirmed at %(time)s.") % {"time": clock(run.asked_at)}
        if run.stopped_at is None:
            return confirmed
        stopped = _("Stopped at %(time)s.") % {"time": clock(run.stopped_at)}
        return f"{confirmed} {stopped}"

    @property
    def retry_label(self) -> str:
        words = ngettext(
            "Retry the %(count)s that failed", "Retry the %(count)s that failed", self.failed
        )
        return words % {"count": number_format(self.failed)}

    @property
    def state(self) -> str:
        """How far it is, in one sentence."""
        progress, size = self.progress, number_format(self.progress.size)
        if progress.is_over:
            words = _("%(done)s of %(size)s done.")
            return words % {"done": number_format(progress.done), "size": size}
        if progress.is_by_hand:
            return _("It waits here until you press Send.")
        if self.is_held:
            return _("It begins in a moment.")
        words = _("%(ended)s of %(size)s so far. It goes on when you leave this page.")
        return words % {"ended": number_format(progress.ended), "size": size}


def _grouped(rows: Sequence[Later]) -> list[Group]:
    lines: dict[str, list[RunLine]] = {name: [] for name in GROUPS}
    for row in rows:
        lines[GROUP_OF[row.status]].append(RunLine.of(row))
    named = ((name, label) for name, (label, _ends) in GROUPS.items())
    return [Group(name, label, lines[name]) for name, label in named if lines[name]]
