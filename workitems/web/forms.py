"""What people send: addresses, and the forms of the page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, Self

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts
from workitems.isc.schemas import FormField, FormSection, WorkItemForm
from workitems.scope import QueueScope
from workitems.view_models.page import ShownRows

MOST_ASKED: Final = (
    20  # times that a page asks what became of a write; two minutes are over by then
)
COMMENT_LENGTH: Final = 2000  # ISC states no limit; this keeps a pasted log out of an e-mail
REASON_LENGTH: Final = 300
ISO_DATE: Final = "%Y-%m-%d"
PREFIX: Final = "field-"
CHOICE_TYPES: Final = frozenset({"select", "combobox", "dropdown", "listbox", "singleselect"})
MULTIPLE_TYPES: Final = frozenset({"multiselect", "multiplechoice", "checkboxgroup", "checkboxes"})


def date_picker() -> forms.DateInput:
    """Browsers send and take ISO dates in a date control, whatever the page's language."""
    return forms.DateInput(attrs={"type": "date"}, format=ISO_DATE)


class QueueFilter(forms.Form):
    """The state of the list, all of it in the address."""

    tab = forms.ChoiceField(choices=[(tab.value, tab.value) for tab in Tab], required=False)
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def query(self) -> QueueQuery:
        """What is asked for, as far as it makes sense; the first page of what is pending else."""
        self.is_valid()
        tab = Tab(self.cleaned_data.get("tab") or Tab.PENDING)
        return QueueQuery(settings.PAGE_SIZE, tab, int(self.cleaned_data.get("page") or 1))


class HiddenForm(forms.Form):
    """Fields that a page fills in by itself: what makes no sense in them counts as missing."""

    def value(self, name: str) -> Any:
        """The field's value; None where it is missing or makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name)


class NumbersForm(HiddenForm):
    """The numbers that the page showed. All that a poll sends: it may cost little."""

    as_of = forms.FloatField(min_value=0, required=False)
    change = forms.CharField(required=False, max_length=16)
    open = forms.IntegerField(min_value=0, required=False)
    completed = forms.IntegerField(min_value=0, required=False)
    leaving = forms.IntegerField(min_value=0, max_value=10_000, required=False)
    closing = forms.IntegerField(min_value=0, max_value=10_000, required=False)

    @property
    def counts(self) -> Counts:
        """As ISC said them: the page shows what is to be sent as done."""
        mark, as_of = self.value("change") or "", self.value("as_of") or 0.0
        shown, done = self.value("open"), self.value("completed")
        waits = None if shown is None else shown + (self.value("leaving") or 0)
        closed = None if done is None else max(0, done - (self.value("closing") or 0))
        return Counts(waits, closed, mark, as_of)


class ActionForm(NumbersForm):
    """The hidden fields of every action: they steer what is redrawn, on the sender's page alone."""

    key = forms.CharField(required=False, max_length=64)
    note = forms.CharField(required=False, max_length=2000)
    pane = forms.CharField(required=False)
    confirmed = forms.BooleanField(required=False)
    mark = forms.CharField(required=False, max_length=64)
    shown = forms.CharField(required=False, strip=False)
    fingerprint = forms.CharField(required=False, max_length=16)
    waits = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    asked = forms.IntegerField(min_value=0, max_value=MOST_ASKED, required=False)
    # The rows of the list: sent beside the numbers, so that an answer can write all of them anew.
    rows_of = forms.ChoiceField(choices=[(tab.value, tab.value) for tab in Tab], required=False)
    first = forms.IntegerField(min_value=1, required=False)
    last = forms.IntegerField(min_value=1, required=False)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.value("confirmed"))

    def shown_rows(self, counts: Counts) -> ShownRows | None:
        """The rows of the list beside these numbers; None where the page has no list."""
        tab, first, last = map(self.value, ("rows_of", "first", "last"))
        return ShownRows(Tab(tab), first, last, counts) if tab and first and last else None


class NoteForm(forms.Form):
    """A note that stays here: ISC has no place for one."""

    note = forms.CharField(
        max_length=2000,
        label=_("Private note"),
        help_text=_("It stays here: SailPoint has no place for it. You and the auditors read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please say why: this decision needs a note.")},
    )

    def __init__(self, data: QueryDict | None = None, *, is_required: bool) -> None:
        super().__init__(data)
        self.fields["note"].required = is_required


class PeopleSearch(forms.Form):
    """What is searched for; `target` is who was chosen before, `listed` who could be chosen."""

    q = forms.CharField(required=False, max_length=100, label=_("Search people"))
    target = forms.CharField(required=False)
    listed = forms.Field(required=False, widget=forms.MultipleHiddenInput)

    def text(self) -> str:
        """What to look for; empty until there are two characters worth an upstream call."""
        self.is_valid()
        text = str(self.cleaned_data.get("q", ""))
        return text if len(text) > 1 else ""

    def chosen(self) -> tuple[str, str, str] | None:
        """Id, name and hint of who was chosen, as the page listed them: shown, never trusted."""
        self.is_valid()
        for line in self.cleaned_data.get("listed") or ():
            person_id, name, hint = (*line.split("\t"), "", "")[:3]
            if person_id == self.cleaned_data.get("target"):
                return person_id, name, hint
        return None


class RiskyForm(forms.Form):
    """A form that asks for a tick where it is sent for somebody else: its own confirmation."""

    def require_confirmation(self, scope: QueueScope, action: ActionForm) -> None:
        if scope.is_other and not action.is_confirmed:
            self.add_error(None, _("Tick the box to say that you do this for somebody else."))


class ReasonForm(forms.Form):
    """Why an admin looks at somebody else's queue; auditors read it."""

    reason = forms.CharField(
        label=_("Why do you look at somebody else's queue?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "reason-hint"}),
        error_messages={"required": _("Say in a few words why you look at it.")},
    )


class ForwardForm(RiskyForm, PeopleSearch):
    """To whom, why, and whether SailPoint tells them by e-mail."""

    target = forms.CharField(
        label=_("Forward to"),
        error_messages={"required": _("Choose the person who gets this work item.")},
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why you forward it.")},
    )
    notify = forms.BooleanField(label=_("Notify them by e-mail"), required=False, initial=True)

    @classmethod
    def searching(cls, data: QueryDict) -> Self:
        """The form while its search button is used: all that was typed, and no complaints yet."""
        typed = {name: data.get(name, "") for name in ("q", "target", "comment")}
        return cls(initial={**typed, "notify": "notify" in data})

    @property
    def first_wrong(self) -> str:
        """The first of what is wrong, in the order of the page."""
        order = (NON_FIELD_ERRORS, "target", "comment")
        return next((name for name in order if name in self.errors), "")


@dataclass(frozen=True)
class Section:
    """A fieldset: its legend, how deep it is nested (1 is the top), its bound fields."""

    label: str
    level: int
    fields: tuple[forms.BoundField, ...]


class AccountSelectionForm(RiskyForm):
    """Built from the work item's own form; `values()` is the map that ISC expects."""

    def __init__(self, declared: WorkItemForm, data: Any = None) -> None:
        super().__init__(data)
        self.declared = declared
        for field in declared.fields():
            if field.name:  # the answer is keyed on it
                self.fields[PREFIX + field.name] = control_for(field)

    @classmethod
    def filled(cls, declared: WorkItemForm, values: Mapping[str, object]) -> Self:
        """With answers that were given before, as `values` returned them."""
        return cls(declared, {PREFIX + name: value for name, value in values.items()})

    @property
    def sections(self) -> list[Section]:
        nested = (self._nested(section, 1) for section in self.declared.sections)
        return list(chain.from_iterable(nested))

    def values(self) -> dict[str, object]:
        """Field name -> text, list of texts, true or false; what was left empty is left out."""
        return {
            name.removeprefix(PREFIX): value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if value not in ("", None, [])
        }

    def named_in(self, detail: str) -> str | None:
        """The name of the first control that ISC's words name, or None."""
        for field in self.declared.fields():
            words = "|".join(map(re.escape, filter(None, (field.name, field.display_name))))
            if field.name and re.search(rf"\b({words})\b", detail, re.IGNORECASE):
                return PREFIX + field.name
        return None

    def _nested(self, section: FormSection, level: int) -> Iterator[Section]:
        own = [item for item in section.items if isinstance(item, FormField) and item.name]
        fields = tuple(self[PREFIX + field.name] for field in own)
        yield Section(section.label or section.name, level, fields)
        for item in section.items:
            if isinstance(item, FormSection):
                yield from self._nested(item, level + 1)


def control_for(field: FormField) -> forms.Field:
    """The Django field for ISC's `displayType`; one nobody has heard of becomes a text field."""
    kind = re.sub(r"[^a-z]", "", field.display_type.casefold())
    common: dict[str, Any] = {
        "label": field.display_name or field.name,
        "required": field.required,
        "initial": field.value,
    }
    choices = [(allowed.value, allowed.display) for allowed in field.allowed_values]
    if choices and (kind in MULTIPLE_TYPES or (kind == "checkbox" and len(choices) > 1)):
        ticks = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, widget=ticks, **common)
    if choices and kind == "radio":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if choices and kind in CHOICE_TYPES:
        return forms.ChoiceField(choices=[("", _("Choose…")), *choices], **common)
    if kind in {"checkbox", "boolean", "toggle"}:
        return forms.BooleanField(**common)
    if kind == "date":
        return forms.DateField(widget=date_picker(), input_formats=[ISO_DATE], **common)
    widget = forms.Textarea(attrs={"rows": 3}) if kind == "textarea" else None
    return forms.CharField(widget=widget, **common)
