"""What a confirmation of many decisions shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workitems.services.bulk import Exclusion, Plan, Verb
from workitems.view_models.labels import Text
from workitems.view_models.later import run_title
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import TaskRow

WHY: Final[Mapping[Exclusion, Text]] = {
    Exclusion.MISSING: gettext_lazy("It is no longer in this queue."),
    Exclusion.UNFIT: gettext_lazy("It is not ended this way. Open it to see what it offers."),
}


@dataclass(frozen=True)
class LeftOut:
    """A work item that is not part of it; its sentence, as far as it is known."""

    task: str
    why: Text


@dataclass(frozen=True)
class BulkPage:
    """Everything that will be decided is named, and all that is left out, with the reason."""

    verb: Verb
    title: str
    rows: Sequence[TaskRow]
    left_out: Sequence[LeftOut]
    warning: str

    @classmethod
    def of(cls, plan: Plan, context: RenderContext, owner: str) -> "BulkPage":
        rows = [TaskRow.of(item, context) for item in plan.items]
        left_out = [
            LeftOut(_task(item_id, plan, context), WHY[why])
            for item_id, why in plan.left_out.items()
        ]
        words = _("You decide for %(name)s, not for yourself. This is recorded.")
        warning = words % {"name": owner} if owner else ""
        return cls(plan.verb, run_title(plan.verb, len(rows)), rows, left_out, warning)

    @property
    def left_out_title(self) -> str:
        count = len(self.left_out)
        words = ngettext("%(count)d task is left out", "%(count)d tasks are left out", count)
        return words % {"count": count}

    @property
    def is_rejection(self) -> bool:
        return self.verb is Verb.REJECT


def _task(item_id: str, plan: Plan, context: RenderContext) -> str:
    item = plan.unfit.get(item_id)
    return TaskRow.of(item, context).sentence.text if item else item_id
