"""What ISC sends, read leniently.

No field is promised (the published schema marks none as required), enums grow without notice
and one is misspelt, so nothing here raises because of a value: what cannot be read becomes "",
None or (). Only a row that is no object or has no id is beyond reading (`UnreadableWorkItem`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    SkipValidation,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from workitems.isc import lenient
from workitems.isc.lenient import Moment, Number, Text, Texts, Truth, Verbatim

MISSPELT_TYPES = {"PolicyVioloation": "PolicyViolation"}  # v3, v2025 and later: api-specs PR 137
# In lower case. "Approved" and the second spelling are in no published list: tolerated.
FINAL_STATES = frozenset(
    {"finished", "approved", "rejected", "returned", "expired", "canceled", "cancelled"}
)
FORM_DEPTH = 20  # sections within sections: far beyond any form, far below Python's own limit
SECRET_TYPES = frozenset({"secret", "password"})
ITEM_DEPTH = 64  # objects and lists within a work item: more than a form of FORM_DEPTH has


class Wire(BaseModel, extra="ignore", alias_generator=to_camel, populate_by_name=True, frozen=True):
    """What all wire models share."""


class Stateful(Wire):
    """Something that waits until somebody has decided or done it."""

    state: Text = ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits. Only a final state closes it: ISC adds states without notice."""
        return self.state in {"", "Pending"} or self.state.strip().lower() not in FINAL_STATES


class ApprovalItem(Stateful):
    """One thing to approve or reject within a work item."""

    id: Verbatim = ""
    account: Text = ""
    application: Text = ""
    name: Text = ""
    operation: Text = ""
    value: Text = ""


class RemediationItem(Wire):
    """One thing a certification asks to be changed by hand."""

    target_name: Text = ""
    target_display_name: Text = ""
    application_name: Text = ""
    attribute_name: Text = ""
    attribute_operation: Text = ""
    attribute_value: Text = ""
    native_identity: Text = ""


class AllowedValue(Wire):
    """One choice of a form field: what is shown and what is sent."""

    display: Text = ""
    value: Verbatim = ""


def read_allowed_values(value: object) -> tuple[AllowedValue, ...]:
    """Choices given as {display, value} objects (either may be missing) or as bare scalars."""
    if not isinstance(value, list | tuple):
        return ()
    return tuple(choice for choice in map(_allowed_value, value) if choice.display)


def _allowed_value(raw: object) -> AllowedValue:
    if isinstance(raw, AllowedValue):
        return raw
    if not isinstance(raw, dict):
        return AllowedValue(display=lenient.text(raw), value=lenient.text(raw))
    display, sent = raw.get("display"), raw.get("value")
    # "" may be an answer; null is none.
    value = lenient.text(display if sent is None else sent)
    return AllowedValue(display=lenient.shown(display) or value, value=value)


class FormField(Wire):
    """One question of an account-selection form; answered under its `name`."""

    name: Verbatim = ""
    display_name: Text = ""
    display_type: Text = ""
    required: Truth = False
    allowed_values: Annotated[tuple[AllowedValue, ...], PlainValidator(read_allowed_values)] = (
        Field(default=(), validation_alias="allowedValuesList")
    )
    value: object = None

    @property
    def kind(self) -> str:
        return display_kind(self.display_type)

    @property
    def is_secret(self) -> bool:
        """Whether no page may print its value, neither what ISC has set nor what was typed."""
        return is_secret_type(self.display_type)


def display_kind(display_type: object) -> str:
    """The display type whatever its spelling: "multi-select" and "MultiSelect" are one."""
    return re.sub(r"[^a-z]", "", lenient.text(display_type).casefold())


def is_secret_type(display_type: object) -> bool:
    return display_kind(display_type) in SECRET_TYPES


class FormSection(Wire):
    """A heading with fields and further sections below it."""

    name: Text = ""
    label: Text = ""
    items: "tuple[FormSection | FormField, ...]" = ()

    def fields(self) -> Iterator[FormField]:
        """All fields, depth first."""
        for item in self.items:
            if isinstance(item, FormField):
                yield item
            else:
                yield from item.fields()


def read_sections(value: object) -> tuple[FormSection, ...]:
    """The sections of a form; a field that stands outside any gets one of its own."""
    return tuple(map(_top_section, lenient.objects(value)))


def _top_section(raw: object) -> FormSection:
    if isinstance(raw, dict) and "displayType" not in raw:
        return _section(raw, depth=1)
    item = _form_item(raw, depth=1)
    return item if isinstance(item, FormSection) else FormSection(items=(item,))


def _section(raw: Mapping[str, object], depth: int) -> FormSection:
    children = raw.get("formItems") or raw.get("sections") if depth <= FORM_DEPTH else None
    items = tuple(_form_item(child, depth + 1) for child in lenient.objects(children))
    name, label = lenient.shown(raw.get("name")), lenient.shown(raw.get("label"))
    return FormSection(name=name, label=label, items=items)


def _form_item(raw: object, depth: int) -> FormSection | FormField:
    if isinstance(raw, FormSection | FormField):
        return raw
    if isinstance(raw, dict) and ("formItems" in raw or "sections" in raw):
        return _section(raw, depth)
    return FormField.model_validate(raw)


class WorkItemForm(Wire):
    """The form of a work item that asks for an account selection."""

    title: Text = ""
    subtitle: Text = ""
    target_user: Text = ""
    sections: Annotated[tuple[FormSection, ...], PlainValidator(read_sections)] = ()

    def fields(self) -> Iterator[FormField]:
        for section in self.sections:
            yield from section.fields()


def type_name(value: object) -> str:
    """The type as ISC says it, the known misspelling put right."""
    name = lenient.shown(value)
    return MISSPELT_TYPES.get(name, name)


class WorkItem(Stateful):
    """One row of the queue, `raw` being the JSON object as it was received."""

    id: Verbatim
    name: Text = ""
    description: Text = ""
    type: Annotated[str, PlainValidator(type_name)] = ""
    requester_id: Verbatim = ""
    requester_name: Text = Field(default="", validation_alias="requesterDisplayName")
    owner_id: Verbatim = ""
    owner_name: Text = ""
    created: Moment = None
    modified: Moment = None
    completed: Moment = None
    num_items: Number = None
    approval_items: Annotated[tuple[ApprovalItem, ...], BeforeValidator(lenient.objects)] = ()
    remediation_items: Annotated[tuple[RemediationItem, ...], BeforeValidator(lenient.objects)] = ()
    form: Annotated[WorkItemForm | None, BeforeValidator(lenient.object_or_none)] = None
    errors: Texts = ()
    raw: Annotated[Mapping[str, object], SkipValidation] = Field(default_factory=dict, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether it still waits; in a state nobody has heard of, its date of completion tells."""
        is_pending = self.state.strip().lower() == "pending"
        return super().is_open and (self.completed is None or is_pending)

    @property
    def ended(self) -> datetime | None:
        """When it was completed, as far as ISC tells; None while it waits."""
        return None if self.is_open else self.completed or self.modified or self.created

    @property
    def moment(self) -> datetime | None:
        """What its row says: since when it waits, or when it ended."""
        return self.created if self.is_open else self.ended

    @property
    def open_approval_items(self) -> tuple[ApprovalItem, ...]:
        return tuple(item for item in self.approval_items if item.is_open)

    @property
    def decided_count(self) -> int:
        return len(self.approval_items) - len(self.open_approval_items)


@dataclass(frozen=True)
class UnreadableWorkItem:
    """A list element without shape or id; `reason` is one English sentence for log and page."""

    raw: object
    reason: str


@dataclass(frozen=True)
class WorkItemPage:
    """One page of a list; `total` is the length of the whole list, None if ISC did not say."""

    items: tuple[WorkItem | UnreadableWorkItem, ...]
    total: int | None


def read_work_item(raw: object, *, depth: int | None = None) -> WorkItem | UnreadableWorkItem:
    """One list element; never raises. `depth`: that of what it came in, where it is known."""
    if not isinstance(raw, dict):
        return UnreadableWorkItem(raw, "The element is not an object.")
    if not lenient.is_usable_id(lenient.text(raw.get("id"))):
        return UnreadableWorkItem(raw, "The element has no usable id.")
    may_be_deep = depth is None or depth > ITEM_DEPTH
    if may_be_deep and next(islice(lenient.levels(raw), ITEM_DEPTH, None), None):
        return UnreadableWorkItem(raw, "The element is nested too deeply.")
    try:
        return WorkItem.model_validate({**raw, "raw": raw})
    except ValidationError:
        return UnreadableWorkItem(raw, "The element does not have the expected shape.")


class WorkItemSummary(BaseModel, extra="ignore", frozen=True):
    """The numbers of an owner's queue. Nothing but numbers, so a missing one is no summary."""

    open: Annotated[int, BeforeValidator(lenient.whole_number)]
    completed: Annotated[int, BeforeValidator(lenient.whole_number)]
    total: Annotated[int, BeforeValidator(lenient.whole_number)]


class PublicIdentity(Wire):
    """A person as everybody in the company may see them."""

    id: Verbatim = ""
    name: Text = ""
    alias: Text = ""
    email: Text = ""
    status: Text = ""
    identity_state: Text = ""
    manager_id: Verbatim = Field(default="", validation_alias=AliasPath("manager", "id"))

    @property
    def is_inactive(self) -> bool:
        """Whether ISC calls them inactive, for a short or a long term; null means active."""
        return self.identity_state.strip().upper().startswith("INACTIVE")
