"""Everything the API returned for one work item, beside the list or on a page of its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import spelt_out
from taskmanager.core.numbers import number_format
from workitems.domain.changes import change_of_remediation, source_name
from workitems.domain.departures import Neighbours
from workitems.isc.schemas import ApprovalItem, RemediationItem, WorkItem, is_secret_type
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
MASK: Final = "••••••"


@dataclass(frozen=True)
class PlaceInList:
    """Where a task stands among `count`, as far as that is known, and the tasks beside it."""

    number: int | None
    count: int
    before: TaskRow | None
    behind: TaskRow | None

    @classmethod
    def of(cls, found: Neighbours, context: RenderContext) -> "PlaceInList":
        before, behind = (
            TaskRow.of(one, context) if one else None for one in (found.before, found.behind)
        )
        return cls(found.number, found.count, before, behind)


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
            Fact(_("Requested by"), item.requester_name or spelt_out(item.requester_id)),
            Fact(_("Owner"), item.owner_name or spelt_out(item.owner_id)),
            Fact(_("Created"), moment=item.created, age=ago(item.created, context)),
            Fact(_("Changed"), moment=item.modified, age=ago(item.modified, context)),
            Fact(_("Completed"), moment=item.completed, age=ago(item.completed, context)),
            Fact(_("Items"), "" if item.num_items is None else number_format(item.num_items)),
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
            raw=tuple(
                Fact(spelt_out(key), _raw_text(_masked(value))) for key, value in item.raw.items()
            ),
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


def _masked(value: object) -> object:
    """The same without the values that a form's secret fields are set to."""
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if not isinstance(value, dict):
        return value
    is_secret = is_secret_type(value.get("displayType"))
    return {
        name: MASK if is_secret and name == "value" and one else _masked(one)
        for name, one in value.items()
    }


def _raw_text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return spelt_out(text)
