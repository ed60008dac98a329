"""Everything the API returned for one work item, beside the list or on a page of its own."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from workitems.domain.changes import change_of_remediation, source_name
from workitems.isc.schemas import ApprovalItem, RemediationItem, WorkItem
from workitems.view_models.labels import Text
from workitems.view_models.render_context import RenderContext
from workitems.view_models.rows import ApprovalLine, TaskRow
from workitems.view_models.sentence import Sentence, change_sentence
from workitems.view_models.times import ago


@dataclass(frozen=True)
class Fact:
    """A labelled value; `moment` where the value is a time, which the template writes both ways."""

    label: Text
    value: str = ""
    moment: datetime | None = None
    age: str = ""


Facts = tuple[Fact, ...]


@dataclass(frozen=True)
class TaskPanel:
    """Approvals, and remediations (what is to be changed by hand), each with their raw facts."""

    row: TaskRow
    approvals: tuple[tuple[ApprovalLine, Facts], ...]
    facts: Facts
    remediations: tuple[tuple[Sentence, Facts], ...]
    errors: tuple[str, ...]
    raw: Facts

    @classmethod
    def of(
        cls, item: WorkItem, context: RenderContext, *, notice: Text = "", notice_tone: str = ""
    ) -> "TaskPanel":
        language = context.language
        row = TaskRow.of(item, context, notice=notice, notice_tone=notice_tone)
        facts = _filled(
            Fact(_("Name"), item.name),
            Fact(_("Type"), row.type_label),
            Fact(_("Requested by"), item.requester_name or item.requester_id),
            Fact(_("Owner"), item.owner_name or item.owner_id),
            Fact(_("Created"), moment=item.created, age=ago(item.created, context)),
            Fact(_("Changed"), moment=item.modified, age=ago(item.modified, context)),
            Fact(_("Completed"), moment=item.completed, age=ago(item.completed, context)),
            Fact(_("Items"), "" if item.num_items is None else str(item.num_items)),
            Fact(_("Work item ID"), item.id),
        )
        return cls(
            row=row,
            approvals=tuple((line, _approval_facts(line.item)) for line in row.approvals),
            facts=facts,
            remediations=tuple(
                (change_sentence(change_of_remediation(line), language), _remediation_facts(line))
                for line in item.remediation_items
            ),
            errors=item.errors,
            raw=tuple(Fact(key, _raw_text(value)) for key, value in item.raw.items()),
        )


def _approval_facts(item: ApprovalItem) -> Facts:
    return _filled(
        Fact(_("Account"), item.account),
        Fact(_("Source"), source_name(item.application)),
        Fact(_("Operation"), item.operation),
        Fact(_("Attribute"), item.name),
        Fact(_("Value"), item.value),
    )


def _remediation_facts(item: RemediationItem) -> Facts:
    return _filled(
        Fact(_("Identity"), item.target_display_name or item.target_name),
        Fact(_("Source"), source_name(item.application_name)),
        Fact(_("Account"), item.native_identity),
        Fact(_("Operation"), item.attribute_operation),
        Fact(_("Attribute"), item.attribute_name),
        Fact(_("Value"), item.attribute_value),
    )


def _filled(*facts: Fact) -> Facts:
    return tuple(fact for fact in facts if fact.value or fact.moment)


def _raw_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
