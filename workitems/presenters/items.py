"""One work item as the templates print it: every display decision is made here, none there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from workitems.isc.schemas import (
    ApprovalItem,
    RemediationItem,
    UnreadableWorkItem,
    WorkItem,
)
from workitems.presenters.labels import UNREADABLE, State, Text, type_label
from workitems.presenters.reader import Reader
from workitems.presenters.sentences import (
    Part,
    Sentence,
    change_of_approval,
    change_of_remediation,
    change_sentence,
    sentence_of,
    source_name,
)
from workitems.presenters.times import absolute, ago, waiting

# Work to do by hand in a source. Its approval items only list the values: what ends it is
# completing it, so its row offers that, and leaves approving each value to the detail.
MANUAL_TYPES: Final = frozenset({"ManualAction"})


@dataclass(frozen=True)
class Fact:
    """A labelled value; `moment` where the value is a time, which the template writes both ways."""

    label: Text
    value: str = ""
    moment: datetime | None = None
    age: str = ""


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
    def id(self) -> str:
        return self.item.id

    @property
    def slug(self) -> str:
        """The last part of the addresses that decide it."""
        return quote(self.id, safe="") + "/"

    @property
    def is_open(self) -> bool:
        return self.item.is_open

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Worked out when asked for: a list of fifty rows shows none of them."""
        item = self.item
        facts = (
            Fact(_("Account"), item.account),
            Fact(_("Source"), source_name(item.application)),
            Fact(_("Operation"), item.operation),
            Fact(_("Attribute"), item.name),
            Fact(_("Value"), item.value),
        )
        return _filled(facts)


@dataclass(frozen=True)
class RemediationLine:
    """One remediation item: something to change by hand in the source."""

    sentence: Sentence
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, item: RemediationItem, language: str | None) -> "RemediationLine":
        facts = (
            Fact(_("Identity"), item.target_display_name or item.target_name),
            Fact(_("Source"), source_name(item.application_name)),
            Fact(_("Account"), item.native_identity),
            Fact(_("Operation"), item.attribute_operation),
            Fact(_("Attribute"), item.attribute_name),
            Fact(_("Value"), item.attribute_value),
        )
        return cls(change_sentence(change_of_remediation(item), language), _filled(facts))


@dataclass(frozen=True)
class TaskRow:
    """One row: its open approvals, `can_complete` or `has_form` say what can be done with it."""

    id: str
    sentence: Sentence
    type_label: str
    state: State
    is_open: bool
    requester: str
    age_label: str
    moment: datetime | None
    when: str
    progress: str
    approvals: tuple[ApprovalLine, ...]
    open_approvals: int
    can_complete: bool
    is_manual: bool
    has_form: bool
    has_errors: bool
    is_readable: bool = True
    notice: Text = ""
    notice_tone: str = ""

    @classmethod
    def of(
        cls, item: WorkItem, *, now: datetime, notice: Text = "", notice_tone: str = ""
    ) -> "TaskRow":
        """A row that stands alone; a list asks once who reads all of its rows."""
        return cls.read_by(Reader.at(now), item, notice=notice, notice_tone=notice_tone)

    @classmethod
    def read_by(
        cls, reader: Reader, item: WorkItem, *, notice: Text = "", notice_tone: str = ""
    ) -> "TaskRow":
        language, is_open, form = reader.language, item.is_open, item.form
        approvals = tuple(ApprovalLine.of(line, language) for line in item.approval_items)
        open_approvals = sum(line.is_open for line in approvals) if is_open else 0
        moment = item.created if is_open else (item.completed or item.modified or item.created)
        is_manual = item.type in MANUAL_TYPES
        is_alone = len(approvals) == 1 and not item.remediation_items
        return cls(
            id=item.id,
            # One thing to decide says all that is asked: its sentence is the row's as well.
            sentence=approvals[0].sentence if is_alone else sentence_of(item, language),
            type_label=type_label(item.type, language),
            state=State.of(item.state),
            is_open=is_open,
            requester=item.requester_name,
            age_label=waiting(moment, reader) if is_open else ago(moment, reader),
            moment=moment,
            when=absolute(moment, reader),
            progress=_progress(item),
            approvals=approvals,
            open_approvals=open_approvals,
            can_complete=is_open and form is None and (is_manual or not open_approvals),
            is_manual=is_manual,
            has_form=is_open and form is not None,
            has_errors=bool(item.errors),
            notice=notice,
            notice_tone=notice_tone,
        )

    @classmethod
    def unreadable(cls, item: UnreadableWorkItem) -> "TaskRow":
        """SailPoint sent something that is no work item: say so, and show the rest of the list."""
        text = gettext("SailPoint sent a work item that cannot be read.")
        return cls(
            id="",
            sentence=Sentence("other", (Part(text, is_name=False),)),
            type_label=gettext("Unreadable"),
            state=State("quiet", ""),
            is_open=False,
            requester="",
            age_label="",
            moment=None,
            when="",
            progress=str(UNREADABLE.get(item.reason, item.reason)),
            approvals=(),
            open_approvals=0,
            can_complete=False,
            is_manual=False,
            has_form=False,
            has_errors=False,
            is_readable=False,
        )

    @property
    def dom_id(self) -> str:
        return self.dom_id_of(self.id)

    @property
    def slug(self) -> str:
        """The last part of the row's address."""
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
        is_single = len(self.approvals) == 1 and self.open_approvals and not self.is_manual
        return self.approvals[0] if is_single else None

    @property
    def can_decide_all(self) -> bool:
        return self.open_approvals > 0 and not self.is_manual

    @property
    def has_many_approvals(self) -> bool:
        return len(self.approvals) > 1 and not self.is_manual


@dataclass(frozen=True)
class TaskPanel:
    """Everything the API returned for one work item."""

    row: TaskRow
    facts: tuple[Fact, ...]
    remediations: tuple[RemediationLine, ...]
    errors: tuple[str, ...]
    raw: tuple[Fact, ...]

    @classmethod
    def of(
        cls, item: WorkItem, *, now: datetime, notice: Text = "", notice_tone: str = ""
    ) -> "TaskPanel":
        reader = Reader.at(now)
        row = TaskRow.read_by(reader, item, notice=notice, notice_tone=notice_tone)
        facts = (
            Fact(_("Name"), item.name),
            Fact(_("Description"), item.description),
            Fact(_("Type"), row.type_label),
            Fact(_("Requested by"), item.requester_name or item.requester_id),
            Fact(_("Owner"), item.owner_name or item.owner_id),
            Fact(_("Created"), moment=item.created, age=ago(item.created, reader)),
            Fact(_("Changed"), moment=item.modified, age=ago(item.modified, reader)),
            Fact(_("Completed"), moment=item.completed, age=ago(item.completed, reader)),
            Fact(_("Items"), "" if item.num_items is None else str(item.num_items)),
            Fact(_("Work item ID"), item.id),
        )
        return cls(
            row=row,
            facts=_filled(facts),
            remediations=tuple(
                RemediationLine.of(line, reader.language) for line in item.remediation_items
            ),
            errors=item.errors,
            raw=tuple(Fact(key, _raw_text(value)) for key, value in item.raw.items()),
        )


def _progress(item: WorkItem) -> str:
    total = len(item.approval_items)
    is_several = total > 1 and item.type not in MANUAL_TYPES
    if not (is_several and item.is_open):
        return ""
    words = ngettext("%(done)d of %(total)d decided", "%(done)d of %(total)d decided", total)
    return words % {"done": item.decided_count, "total": total}


def _filled(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.value or fact.moment)


def _raw_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
