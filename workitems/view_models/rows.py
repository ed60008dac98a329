"""One work item as a row of the list: every display decision is made here, none in a template."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext, ngettext

from workitems.domain import policy
from workitems.domain.changes import change_of_approval
from workitems.isc.schemas import ApprovalItem, UnreadableWorkItem, WorkItem
from workitems.view_models.labels import UNREADABLE, State, Text, type_label
from workitems.view_models.render_context import RenderContext
from workitems.view_models.sentence import Part, Sentence, change_sentence, sentence_of
from workitems.view_models.times import absolute, ago, waiting


@dataclass(frozen=True)
class ApprovalLine:
    """One approval item: what it asks, where it stands, its raw facts."""

    item: ApprovalItem
    sentence: Sentence
    state: State

    @classmethod
    def of(cls, item: ApprovalItem, language: str | None) -> "ApprovalLine":
        sentence = change_sentence(change_of_approval(item), language)
        return cls(item, sentence, State.of(item.state))

    @property
    def slug(self) -> str:
        """The last part of the addresses that decide it."""
        return quote(self.item.id, safe="") + "/"


@dataclass(frozen=True)
class TaskRow:
    """One row: its open approvals, `can_complete` or `has_form` say what can be done with it."""

    sentence: Sentence
    type_label: str
    state: State
    id: str = ""
    is_open: bool = False
    requester: str = ""
    age_label: str = ""
    moment: datetime | None = None
    when: str = ""
    progress: str = ""
    approvals: tuple[ApprovalLine, ...] = ()
    open_approvals: int = 0
    can_complete: bool = False
    is_manual: bool = False
    has_form: bool = False
    has_errors: bool = False
    is_readable: bool = True
    notice: Text = ""
    notice_tone: str = ""

    @classmethod
    def of(
        cls, item: WorkItem, context: RenderContext, *, notice: Text = "", notice_tone: str = ""
    ) -> "TaskRow":
        language, is_open = context.language, item.is_open
        approvals = tuple(ApprovalLine.of(line, language) for line in item.approval_items)
        open_approvals = sum(line.item.is_open for line in approvals) if is_open else 0
        moment = item.created if is_open else (item.completed or item.modified or item.created)
        is_alone = len(approvals) == 1 and not item.remediation_items
        return cls(
            id=item.id,
            # One thing to decide says all that is asked: its sentence is the row's as well.
            sentence=approvals[0].sentence if is_alone else sentence_of(item, language),
            type_label=type_label(item.type, language),
            state=State.of(item.state),
            is_open=is_open,
            requester=item.requester_name,
            age_label=waiting(moment, context) if is_open else ago(moment, context),
            moment=moment,
            when=absolute(moment, context),
            progress=_progress(item),
            approvals=approvals,
            open_approvals=open_approvals,
            can_complete=policy.can_complete(item),
            is_manual=policy.is_manual(item),
            has_form=policy.can_answer_form(item),
            has_errors=bool(item.errors),
            notice=notice,
            notice_tone=notice_tone,
        )

    @classmethod
    def unreadable(cls, item: UnreadableWorkItem) -> "TaskRow":
        """SailPoint sent something that is no work item: say so, and show the rest of the list."""
        text = gettext("SailPoint sent a work item that cannot be read.")
        return cls(
            sentence=Sentence("other", (Part(text, is_name=False),)),
            type_label=gettext("Unreadable"),
            state=State("quiet", ""),
            progress=str(UNREADABLE.get(item.reason, item.reason)),
            is_readable=False,
        )

    @property
    def dom_id(self) -> str:
        return self.dom_id_of(self.id)

    @property
    def slug(self) -> str:
        return quote(self.id, safe="") + "/"

    @staticmethod
    def dom_id_of(item_id: str) -> str:
        """An id that a CSS selector can name, whatever characters the work item's own id holds."""
        is_plain = item_id.isascii() and item_id.isalnum()
        return "item-" + (item_id if is_plain else item_id.encode().hex())

    @property
    def lines_label(self) -> str:
        number = len(self.approvals)
        words = ngettext(
            "Decide %(number)s item one by one", "Decide %(number)s items one by one", number
        )
        return words % {"number": number}

    @property
    def single_approval(self) -> ApprovalLine | None:
        """The line that the row's own two buttons decide, where there is no choice of lines."""
        return self.approvals[0] if self.can_decide_all and len(self.approvals) == 1 else None

    @property
    def can_decide_all(self) -> bool:
        return self.open_approvals > 0 and not self.is_manual

    @property
    def has_many_approvals(self) -> bool:
        return len(self.approvals) > 1 and not self.is_manual


def _progress(item: WorkItem) -> str:
    total = len(item.approval_items)
    is_several = total > 1 and not policy.is_manual(item)
    if not (is_several and item.is_open):
        return ""
    words = ngettext("%(done)d of %(total)d decided", "%(done)d of %(total)d decided", total)
    return words % {"done": item.decided_count, "total": total}
