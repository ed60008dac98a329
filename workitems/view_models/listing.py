"""A list as lines of a file: one for each thing to decide, its work item told on each of them."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final

from django.utils.translation import gettext_lazy

from taskmanager.core.characters import visible
from taskmanager.core.clock import iso, zone
from workitems.domain.changes import Change, changes_of
from workitems.domain.queue_query import Tab
from workitems.domain.readings import Reading
from workitems.domain.snapshots import Row
from workitems.isc.schemas import WorkItem
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow

HEADINGS: Final = (
    gettext_lazy("What is asked"), gettext_lazy("Type"), gettext_lazy("State"),
    gettext_lazy("Requester"), gettext_lazy("Account"), gettext_lazy("Operation"),
    gettext_lazy("Attribute"), gettext_lazy("Value"), gettext_lazy("Source"),
    gettext_lazy("Created"), gettext_lazy("Completed"), gettext_lazy("Time zone"),
    gettext_lazy("Reason"), gettext_lazy("Flags"), gettext_lazy("Work item"),
)  # fmt: skip
TOGETHER: Final = 250  # rows of which it is asked at once what was rejected before


def lines_of(rows: Iterable[Row], context: RenderContext) -> Iterator[list[str]]:
    """In the order of HEADINGS."""
    left = iter(rows)
    while some := list(islice(left, TOGETHER)):
        context.prepare(some)
        for row in some:
            if isinstance(row, WorkItem):
                yield from _lines(row, context)
            else:
                yield _unreadable(TaskRow.unreadable(row))


def file_name(tab: Tab, reading: Reading, today: date) -> str:
    """It says so where SailPoint shows the beginning of the list alone: the file has no place."""
    part = "" if reading.reach is None else f"-of-the-first-{reading.reach}"
    return f"my-tasks-{tab}{part}-{today.isoformat()}.csv"


def _lines(item: WorkItem, context: RenderContext) -> Iterator[list[str]]:
    row = TaskRow.of(item, context)
    states = [line.state for line in row.approvals] if len(row.approvals) > 1 else []
    target = item.form.target_user if item.form else ""
    changes = changes_of(item) or [Change("", target, "", "", "")]
    for number, change in enumerate(changes):
        state = states[number] if number < len(states) else row.state
        yield [
            row.sentence.text, row.type_label, str(state.label), row.requester,
            change.account, change.raw_operation, change.attribute, change.value, change.source,
            iso(item.created), iso(item.ended), zone(),
            row.reason, "; ".join(visible(flag.text) for flag in row.flags), item.id,
        ]  # fmt: skip


def _unreadable(row: TaskRow) -> list[str]:
    return [row.sentence.text, row.type_label, *[""] * 10, row.progress, "", ""]
