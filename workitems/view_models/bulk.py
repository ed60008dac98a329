"""What a confirmation of many decisions shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from taskmanager.core.characters import isolated
from taskmanager.core.numbers import number_format
from workitems.services.bulk import Exclusion, Plan, Verb
from workitems.view_models.confirmation import on_behalf
from workitems.view_models.labels import Text
from workitems.view_models.later import run_title
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow

WHY: Final[Mapping[Exclusion, Text]] = {
    Exclusion.MISSING: gettext_lazy("It is no longer in this queue."),
    Exclusion.UNFIT: gettext_lazy("It is not ended this way. Open it to see what it offers."),
    Exclusion.TAKEN: gettext_lazy("A decision on it is to be sent already."),
    Exclusion.CHANGED: gettext_lazy("It has changed since you decided. Look at it again."),
}
CHOSEN: Final[Mapping[Verb, Text]] = {
    Verb.APPROVE: gettext_lazy("Approve the tasks chosen here"),
    Verb.REJECT: gettext_lazy("Reject the tasks chosen here"),
    Verb.COMPLETE: gettext_lazy("Complete the tasks chosen here"),
    Verb.FORWARD: gettext_lazy("Forward the tasks chosen here"),
}


def left_out_title(count: int) -> str:
    words = ngettext("%(count)s task is left out", "%(count)s tasks are left out", count)
    return words % {"count": number_format(count)}


@dataclass(frozen=True)
class LeftOut:
    """A work item that is not part of it; its sentence, as far as it is known. `ids`: what of a
    basket is about it.
    """

    task: str
    why: Text
    ids: str = ""


@dataclass(frozen=True)
class BulkPage:
    """Everything that will be decided is named, and all that is left out, with the reason.

    `rows` are decided, `flagged` only if they are ticked: those in `included` are ticked already.
    """

    plan: Plan
    all_rows: Sequence[TaskRow]
    included: frozenset[str]
    left_out: Sequence[LeftOut]
    warning: str
    owner: str = ""  # where it is somebody else's queue
    requester_id: str = ""  # where all tasks have the same
    has_ticks: bool = True  # else nothing that is flagged can be part of it

    @classmethod
    def of(
        cls,
        plan: Plan,
        context: RenderContext,
        owner: str,
        included: frozenset[str] = frozenset(),
        *,
        has_ticks: bool = True,
    ) -> "BulkPage":
        context.prepare(plan.items)
        rows = [TaskRow.of(item, context) for item in plan.items]
        left_out = [
            LeftOut(_task(item_id, plan, context), WHY[why])
            for item_id, why in plan.left_out.items()
        ]
        ticked = included & {row.id for row in rows if _is_flagged(plan.verb, row)}
        requesters = {item.requester_id for item in plan.items}
        requester_id = requesters.pop() if len(requesters) == 1 else ""
        return cls(plan, rows, ticked, left_out, on_behalf(owner), owner, requester_id, has_ticks)

    @property
    def rows(self) -> list[TaskRow]:
        return [row for row in self.all_rows if not self.is_flagged(row)]

    @property
    def flagged(self) -> list[TaskRow]:
        return [row for row in self.all_rows if self.is_flagged(row)]

    def is_flagged(self, row: TaskRow) -> bool:
        """Whether it is left out unless somebody ticks it."""
        return _is_flagged(self.plan.verb, row)

    @property
    def can_send(self) -> bool:
        """Whether anything is chosen, or can be."""
        return bool(self.all_rows if self.has_ticks else self.rows)

    @property
    def has_open_ticks(self) -> bool:
        return self.has_ticks and bool(self.flagged)

    @property
    def chosen(self) -> int:
        """How many are decided as the page comes."""
        return len(self.rows) + len(self.included)

    @property
    def title(self) -> str:
        if self.chosen == self.total:
            return run_title(self.plan.verb, self.total)
        return _part_title(self.plan.verb, number_format(self.chosen), self.total)

    @property
    def counted_title(self) -> str:
        """The same for scripts, with {count} for how many are chosen; "" where all is settled."""
        return _part_title(self.plan.verb, "{count}", self.total) if self.has_open_ticks else ""

    @property
    def button(self) -> Text:
        """True also where no script follows the ticks."""
        return CHOSEN[self.plan.verb] if self.has_open_ticks else self.title

    @property
    def total(self) -> int:
        return len(self.plan.selection.ids)

    @property
    def calls(self) -> str:
        """What it takes of SailPoint."""
        count = len(self.rows)
        words = ngettext(
            "This takes %(count)s call to SailPoint, and a few to look at it before.",
            "This takes %(count)s calls to SailPoint, one for each task, and a few to look at them "
            "before.",
            count,
        )
        if self.has_open_ticks:
            words = ngettext(
                "This takes %(count)s call to SailPoint, one more for each task that you tick, and "
                "a few to look at them before.",
                "This takes %(count)s calls to SailPoint, one more for each task that you tick, "
                "and a few to look at them before.",
                count,
            )
        return words % {"count": number_format(count)}

    @property
    def rows_title(self) -> str:
        count = len(self.rows)
        words = ngettext("%(count)s task you decide", "%(count)s tasks you decide", count)
        return words % {"count": number_format(count)}

    @property
    def flagged_title(self) -> str:
        count = len(self.flagged)
        words = ngettext(
            "%(count)s task to look at: it is left out unless you tick it",
            "%(count)s tasks to look at: they are left out unless you tick them",
            count,
        )
        if not self.has_ticks:
            words = ngettext(
                "%(count)s task is flagged: it is left out here",
                "%(count)s tasks are flagged: they are left out here",
                count,
            )
        return words % {"count": number_format(count)}

    @property
    def left_out_title(self) -> str:
        return left_out_title(len(self.left_out))

    @property
    def remarks(self) -> list[str]:
        """What else was asked for."""
        beyond, unreadable = self.plan.selection.beyond, self.plan.selection.unreadable
        said = []
        if beyond:
            words = ngettext(
                "%(total)s tasks are decided at once at most: %(count)s more is not among these.",
                "%(total)s tasks are decided at once at most: %(count)s more are not among these.",
                beyond,
            )
            said.append(
                words % {"total": number_format(self.total), "count": number_format(beyond)}
            )
        if unreadable:
            words = ngettext(
                "%(count)s task that SailPoint sent cannot be read: it is not among these.",
                "%(count)s tasks that SailPoint sent cannot be read: they are not among these.",
                unreadable,
            )
            said.append(words % {"count": number_format(unreadable)})
        return said

    @property
    def still_to_come(self) -> str:
        """What a forward does not do, however many tasks it hands over."""
        if not self.owner:
            return _("This hands over what is here now. New tasks will still come to you.")
        words = _("This hands over what is here now. New tasks will still come to %(name)s.")
        return words % {"name": isolated(self.owner)}

    @property
    def is_rejection(self) -> bool:
        return self.plan.verb is Verb.REJECT


def _is_flagged(verb: Verb, row: TaskRow) -> bool:
    """Who takes over a task sees its flags: a forward decides nothing."""
    return row.asks and verb is not Verb.FORWARD


def _part_title(verb: Verb, count: str, total: int) -> str:
    """What is done with how many of all that was selected."""
    words = {
        Verb.APPROVE: ngettext(
            "Approve %(count)s of %(total)s task", "Approve %(count)s of %(total)s tasks", total
        ),
        Verb.REJECT: ngettext(
            "Reject %(count)s of %(total)s task", "Reject %(count)s of %(total)s tasks", total
        ),
        Verb.COMPLETE: ngettext(
            "Complete %(count)s of %(total)s task", "Complete %(count)s of %(total)s tasks", total
        ),
        Verb.FORWARD: ngettext(
            "Forward %(count)s of %(total)s task", "Forward %(count)s of %(total)s tasks", total
        ),
    }
    return words[verb] % {"count": count, "total": number_format(total)}


def _task(item_id: str, plan: Plan, context: RenderContext) -> str:
    item = plan.unfit.get(item_id)
    return TaskRow.of(item, context).sentence.text if item else item_id
