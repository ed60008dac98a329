"""What is about to be decided, named one by one, before it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from workitems.domain.commands import Command, Decision, Verdict
from workitems.isc.schemas import ApprovalItem, WorkItem
from workitems.view_models.labels import Text
from workitems.view_models.rows import ApprovalLine
from workitems.view_models.sentence import sentence_of


@dataclass(frozen=True)
class Confirmation:
    title: Text
    question: Text
    submit_label: Text
    tone: str
    lines: tuple[ApprovalLine, ...] = ()
    warning: str = ""

    @classmethod
    def of(cls, command: Command, item: WorkItem, *, owner_name: str) -> "Confirmation":
        """`owner_name` is whose queue the item is in, if not one's own."""
        warning = _on_behalf(owner_name)
        if isinstance(command, Decision):
            return cls.of_decision(command.verdict, command.open_lines(item), warning)
        return cls(
            title=_("Mark this task complete?"),
            question=sentence_of(item, get_language()).text,
            submit_label=_("Mark complete"),
            tone=command.name,
            warning=warning,
        )

    @classmethod
    def of_decision(
        cls, verdict: Verdict, lines: Sequence[ApprovalItem], warning: str
    ) -> "Confirmation":
        count = len(lines)
        if verdict is Verdict.APPROVE:
            title = ngettext("Approve %(count)d item?", "Approve %(count)d items?", count)
            submit = ngettext("Approve %(count)d item", "Approve all %(count)d items", count)
        else:
            title = ngettext("Reject %(count)d item?", "Reject %(count)d items?", count)
            submit = ngettext("Reject %(count)d item", "Reject all %(count)d items", count)
        return cls(
            title=title % {"count": count},
            question=_("This is what you decide:"),
            submit_label=submit % {"count": count},
            tone=verdict.value,
            lines=tuple(ApprovalLine.of(line, get_language()) for line in lines),
            warning=warning,
        )


def _on_behalf(owner_name: str) -> str:
    if not owner_name:
        return ""
    words = gettext("You decide for %(name)s, not for yourself. This is recorded.")
    return words % {"name": owner_name}
