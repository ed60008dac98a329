"""The form of an account selection, with a real control for each field that ISC declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from workitems.isc.schemas import FormField, FormSection, WorkItemForm

PREFIX: Final = "field-"
CHOICE_TYPES: Final = frozenset({"select", "combobox", "dropdown", "listbox", "singleselect"})
MULTIPLE_TYPES: Final = frozenset({"multiselect", "multiplechoice", "checkboxgroup", "checkboxes"})


@dataclass(frozen=True)
class Section:
    """A fieldset: its legend, how deep it is nested (1 is the top), its bound fields."""

    label: str
    level: int
    fields: tuple[forms.BoundField, ...]


class AccountSelectionForm(forms.Form):
    """Built from the work item's own form; `values()` is the map that ISC expects."""

    def __init__(self, declared: WorkItemForm, data: Any = None) -> None:
        super().__init__(data)
        self.declared = declared
        for field in filter(_is_askable, declared.fields()):
            self.fields[PREFIX + field.name] = control_for(field)

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(
            found for section in self.declared.sections for found in self._nested(section, 1)
        )

    def values(self) -> dict[str, object]:
        """Field name -> text, list of texts, true or false; what was left empty is left out."""
        return {
            name.removeprefix(PREFIX): value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if value not in ("", None, [])
        }

    def named_in(self, detail: str) -> str | None:
        """The name of the first control that ISC's words name, or None."""
        named = (PREFIX + field.name for field in self.declared.fields() if _names(detail, field))
        return next(named, None)

    def _nested(self, section: FormSection, level: int) -> Iterator[Section]:
        own = [item for item in section.items if isinstance(item, FormField) and _is_askable(item)]
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
    if choices and (chosen := _choice_control(kind, choices, common)):
        return chosen
    if kind in {"checkbox", "boolean", "toggle"}:
        return forms.BooleanField(**common)
    if kind == "date":
        # Browsers send and take ISO dates in a date control, whatever the page's language.
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(widget=picker, input_formats=["%Y-%m-%d"], **common)
    if kind == "textarea":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)
    return forms.CharField(**common)


def _choice_control(
    kind: str, choices: list[tuple[str, str]], common: dict[str, Any]
) -> forms.Field | None:
    if kind in MULTIPLE_TYPES or (kind == "checkbox" and len(choices) > 1):
        ticks = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, widget=ticks, **common)
    if kind == "radio":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if kind in CHOICE_TYPES:
        return forms.ChoiceField(choices=[("", _("Choose…")), *choices], **common)
    return None


def _is_askable(field: FormField) -> bool:
    """The answer is keyed on the name: without one there is nothing to answer."""
    return bool(field.name)


def _names(detail: str, field: FormField) -> bool:
    words = filter(None, (field.name, field.display_name))
    return any(re.search(rf"\b{re.escape(word)}\b", detail, re.IGNORECASE) for word in words)
