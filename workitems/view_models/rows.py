"""One work item as a row of the list: every display decision is made here, none in a template."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from taskmanager.core.numbers import number_format
from workitems.domain.attempts import Shown
from workitems.domain.changes import Change, changes_of
from workitems.domain.commands import Approve, ApproveAll, Complete, SubmitForm
from workitems.domain.policy import NOTHING, Names, can_be_named
from workitems.isc.schemas import ApprovalItem, UnreadableWorkItem, WorkItem
from workitems.view_models.flags import ShownFlag, shown_flags
from workitems.view_models.labels import UNREADABLE, State, Text, type_label
from workitems.view_models.outcome import state_of
from workitems.view_models.render_context import RenderContext
from workitems.view_models.sentence import Part, Sentence, change_sentence, sentence_of
from workitems.view_models.times import absolute, ago, waiting

REASON_LENGTH: Final = 200  # characters: more than one line shows, on a list of 50 rows
DECIDING: Final = frozenset({Approve.name, ApproveAll.name})
WITHOUT_ID: Final = _(
    "SailPoint sent no usable id for this item: it is decided with the whole task only."
)
WITHOUT_FORM: Final = _("SailPoint sent no form with this task: open it in SailPoint.")


@dataclass(frozen=True)
class ApprovalLine:
    """One approval item: what it asks, where it stands, its raw facts.

    `can_decide` says whether it has buttons of its own; `why_not` where its id is the reason.
    """

    item: ApprovalItem
    sentence: Sentence
    state: State
    can_decide: bool = False
    why_not: Text = ""

    @classmethod
    def of(
        cls,
        item: ApprovalItem,
        change: Change,
        language: str | None,
        allowed: Names = NOTHING,
        *,
        is_value: bool = False,
    ) -> "ApprovalLine":
        """For a work item that takes the commands `allowed`; `change`: what the approval item asks;
        `is_value`: it was never decided.
        """
        sentence = change_sentence(change, language)
        state = State.of(item.state) if is_value else State.of_line(item.state)
        if DECIDING.isdisjoint(allowed) or not item.is_open:
            return cls(item, sentence, state)
        if not can_be_named(item):
            return cls(item, sentence, state, why_not=WITHOUT_ID)
        return cls(item, sentence, state, can_decide=Approve.name in allowed)

    @property
    def shown(self) -> str:
        return Shown.written(self.item.state, self.sentence.text)

    @property
    def slug(self) -> str:
        """The last part of the addresses that decide it."""
        return _segment(self.item.id)


@dataclass(frozen=True)
class TaskRow:
    """One row: `allowed` are the commands it takes, from which all of its buttons follow.

    `reason` is ISC's description, where it says more than the sentence; `hint` says why something
    that one would look for is not offered.
    """

    sentence: Sentence
    type_label: str
    state: State
    id: str = ""
    raw_state: str = ""
    is_open: bool = False
    requester: str = ""
    age_label: str = ""
    moment: str = ""
    when: str = ""
    progress: str = ""
    approvals: tuple[ApprovalLine, ...] = ()
    allowed: Names = NOTHING
    hint: Text = ""
    reason: str = ""
    flags: tuple[ShownFlag, ...] = ()
    is_readable: bool = True
    notice: Text = ""
    notice_tone: str = ""

    @classmethod
    def of(
        cls, item: WorkItem, context: RenderContext, *, notice: Text = "", notice_tone: str = ""
    ) -> "TaskRow":
        language, is_open = context.language, item.is_open
        allowed, is_decided = context.policy.allowed(item), context.policy.is_decided(item)
        changes = changes_of(item)
        approvals = tuple(
            ApprovalLine.of(line, change, language, allowed, is_value=not is_decided)
            for line, change in zip(item.approval_items, changes, strict=False)  # they come first
        )
        moment = item.moment
        is_alone = len(approvals) == 1 and not item.remediation_items
        # One thing to decide says all that is asked: its sentence is the row's as well.
        sentence = approvals[0].sentence if is_alone else sentence_of(item, changes, language)
        return cls(
            id=item.id,
            raw_state=item.state,
            sentence=sentence,
            type_label=type_label(item.type, language),
            state=state_of(item, is_decided=is_decided),
            is_open=is_open,
            requester=item.requester_name,
            age_label=waiting(moment, context) if is_open else ago(moment, context),
            moment=moment.isoformat(timespec="minutes") if moment else "",
            when=absolute(moment, context),
            progress=_progress(item) if is_open and is_decided else "",
            approvals=approvals,
            allowed=allowed,
            hint=_hint(item, approvals) if is_open else "",
            reason=reason_of(item, sentence),
            flags=shown_flags(item, changes, context),
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
    def asks(self) -> bool:
        """Whether a decision shows the flags first, so that no button decides at once."""
        return any(flag.asks for flag in self.flags)

    @property
    def says_type(self) -> bool:
        """Whether the row names its type: not where a flag does so already."""
        return not any(flag.names_type for flag in self.flags)

    @property
    def shown(self) -> str:
        return Shown.written(self.raw_state, self.sentence.text)

    @property
    def waits(self) -> int:
        """How many of its approval items wait."""
        return sum(line.item.is_open for line in self.approvals) or 1

    @property
    def reason_line(self) -> str:
        """The beginning of the reason, as much as the row's second line may hold."""
        return shortened(self.reason)

    @property
    def dom_id(self) -> str:
        return self.dom_id_of(self.id)

    @property
    def slug(self) -> str:
        return self.slug_of(self.id)

    @staticmethod
    def slug_of(item_id: str) -> str:
        """The part of addresses that names a work item."""
        return _segment(item_id)

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
        return words % {"number": number_format(number)}

    @property
    def single_approval(self) -> ApprovalLine | None:
        """The line that the row's own two buttons decide, where there is no choice of lines."""
        is_only_line = len(self.approvals) == 1 and self.approvals[0].can_decide
        return self.approvals[0] if is_only_line else None

    @property
    def offer(self) -> str:
        """What a row offers beside to forward it, as `offers` in _pieces.html writes it."""
        if self.single_approval:
            return "decide"
        if self.can_decide_all:
            return "decide-all"
        if self.has_form:
            return "form"
        return "complete" if self.can_complete else ""

    @property
    def can_decide_all(self) -> bool:
        """Whether there are buttons for the whole item: not where one line has the same."""
        return ApproveAll.name in self.allowed and self.single_approval is None

    @property
    def can_decide_lines(self) -> bool:
        """Whether the row lists its lines, each with its own buttons."""
        return len(self.approvals) > 1 and Approve.name in self.allowed

    @property
    def can_complete(self) -> bool:
        return Complete.name in self.allowed

    @property
    def has_form(self) -> bool:
        return SubmitForm.name in self.allowed


@lru_cache(maxsize=10_000)  # each row says it several times, and a page comes again and again
def _segment(identifier: str) -> str:
    return quote(identifier, safe="") + "/"


def reason_of(item: WorkItem, sentence: Sentence) -> str:
    """ISC's description, where it says more than the sentence."""
    reason = item.description.strip()
    return "" if reason == sentence.text.strip() else reason


def shortened(text: str) -> str:
    if len(text) <= REASON_LENGTH and "\n" not in text:
        return text
    line = " ".join(text[: 2 * REASON_LENGTH].split())
    return line if len(line) <= REASON_LENGTH else line[: REASON_LENGTH - 1].rstrip() + "…"


def _progress(item: WorkItem) -> str:
    total = len(item.approval_items)
    if total < 2:  # noqa: PLR2004 - one item has no progress
        return ""
    words = ngettext("%(done)s of %(total)s decided", "%(done)s of %(total)s decided", total)
    return words % {"done": number_format(item.decided_count), "total": number_format(total)}


def _hint(item: WorkItem, approvals: tuple[ApprovalLine, ...]) -> Text:
    if item.type == "Form" and item.form is None and not item.open_approval_items:
        return WITHOUT_FORM
    is_named = any(line.can_decide for line in approvals)
    return "" if is_named else next((line.why_not for line in approvals if line.why_not), "")
