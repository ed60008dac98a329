"""What is about to be decided, named one by one, before it is."""

from dataclasses import dataclass, replace
from typing import Self

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import isolated
from taskmanager.core.numbers import number_format
from workitems.domain.attempts import Shown
from workitems.domain.change_mark import fingerprint
from workitems.domain.changes import change_of_approval, changes_of
from workitems.domain.commands import Decision, Verdict
from workitems.isc.schemas import WorkItem
from workitems.view_models.flags import ShownFlag, shown_flags
from workitems.view_models.labels import Text
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import ApprovalLine, reason_of
from workitems.view_models.sentence import sentence_of, text_of


@dataclass(frozen=True)
class Question:
    """What a command on a whole item is asked with, and what its button says."""

    title: Text
    submit_label: Text


@dataclass(frozen=True)
class Confirmation:
    title: Text
    question: Text
    submit_label: Text
    tone: str
    lines: tuple[ApprovalLine, ...] = ()
    warning: str = ""
    reason: str = ""
    flags: tuple[ShownFlag, ...] = ()
    item_id: str = ""
    shown: str = ""
    waits: int = 1
    fingerprint: str = ""

    def about(self, item: WorkItem, context: RenderContext) -> Self:
        """The same with the item's own words on top, and with what is flagged."""
        changes = changes_of(item)
        sentence = sentence_of(item, changes, context.language)
        is_one = len(self.lines) == 1
        whole = Shown.written(item.state, sentence.text)
        return replace(
            self,
            reason=reason_of(item, sentence),
            flags=shown_flags(item, changes, context),
            item_id=item.id,
            shown=self.lines[0].shown if is_one else whole,
            fingerprint=fingerprint(item),
        )

    @classmethod
    def of_item(cls, asked: Question, item: WorkItem, owner_name: str) -> "Confirmation":
        """For a command on a whole item; `owner_name` is whose it is, if not one's own."""
        return cls(
            title=asked.title,
            question=text_of(item),
            submit_label=asked.submit_label,
            tone="",
            warning=on_behalf(owner_name),
        )

    @classmethod
    def of_decision(cls, command: Decision, item: WorkItem, owner_name: str) -> "Confirmation":
        """For a command on approval items, which are counted and named one by one."""
        verdict, lines = command.verdict, command.open_lines(item)
        count = len(lines)
        if verdict is Verdict.APPROVE:
            title = ngettext("Approve %(count)s item?", "Approve %(count)s items?", count)
            submit = ngettext("Approve %(count)s item", "Approve all %(count)s items", count)
        else:
            title = ngettext("Reject %(count)s item?", "Reject %(count)s items?", count)
            submit = ngettext("Reject %(count)s item", "Reject all %(count)s items", count)
        return cls(
            title=title % {"count": number_format(count)},
            question=_("This is what you decide:"),
            submit_label=submit % {"count": number_format(count)},
            tone=verdict.value,
            lines=tuple(
                ApprovalLine.of(line, change_of_approval(line), get_language()) for line in lines
            ),
            warning=on_behalf(owner_name),
            waits=len(item.open_approval_items) if command.part else 1,
        )


def on_behalf(owner_name: str) -> str:
    """What a confirmation says where it is somebody else's queue; "" in one's own."""
    if not owner_name:
        return ""
    words = gettext("You decide for %(name)s, not for yourself. This is recorded.")
    return words % {"name": isolated(owner_name)}
