"""The Django field for each question of an account-selection form."""

import json
from datetime import date
from typing import Any, Final

from django import forms
from django.forms.utils import pretty_name
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import visible
from workitems.isc import lenient
from workitems.isc.schemas import FormField
from workitems.web.forms import ISO_DATE, FreeText, date_picker

CHOICE_TYPES: Final = frozenset({"select", "combobox", "dropdown", "listbox", "singleselect"})
MULTIPLE_TYPES: Final = frozenset({"multiselect", "multiplechoice", "checkboxgroup", "checkboxes"})
TICK_TYPES: Final = frozenset({"checkbox", "boolean", "toggle"})
HIDDEN, LABEL = "hidden", "label"  # without a control: the value is sent on, or read
DATE_LIKE: Final = _("Write the date as year-month-day, such as 2027-01-31.")
KEPT_SECRET: Final = _("A value is set already. Leave this empty to keep it.")


def words_of(name: str) -> str:
    """A name of a program in words: `startDate` and `start_date` as "Start date"."""
    return pretty_name(camel_case_to_spaces(name.replace("-", "_")))


def label_of(field: FormField) -> str:
    return field.display_name or words_of(visible(field.name))


def is_asked(field: FormField) -> bool:
    """Whether it has a control: an answer is keyed on the name."""
    return bool(field.name) and field.kind not in {HIDDEN, LABEL}


def is_kept(field: FormField) -> bool:
    """Whether the value that ISC has set is sent on as it is, unless a person gives another."""
    return field.kind == HIDDEN or field.is_secret


def shown_value(value: object) -> str:
    """What a text field can show of a value that ISC has set: nothing of it is left out."""
    is_nested = isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    )
    return json.dumps(value, ensure_ascii=False) if is_nested else lenient.text(value)


def control_for(field: FormField) -> forms.Field:
    """By ISC's `displayType`; one nobody has heard of becomes a text field."""
    kind, shown = field.kind, shown_value(field.value)
    common: dict[str, Any] = {"label": label_of(field), "required": field.required}
    choices = [(allowed.value, allowed.display) for allowed in field.allowed_values]
    if choices and (chooser := _chooser(field, choices, shown, common)):
        return chooser
    if kind in TICK_TYPES:
        return forms.BooleanField(initial=lenient.truth(field.value), **common)
    if kind == "date":
        return _date(shown, common)
    if field.is_secret:
        return _secret(shown, common)
    is_long = kind == "textarea" or "\n" in shown  # one line would lose the breaks
    widget = forms.Textarea(attrs={"rows": 3}) if is_long else None
    return FreeText(widget=widget, initial=shown, **common)


def _chooser(
    field: FormField, choices: list[tuple[str, str]], shown: str, common: dict[str, Any]
) -> forms.Field | None:
    """A field that offers choices; None for the display types that offer none."""
    kind = field.kind
    if kind in MULTIPLE_TYPES or (kind == "checkbox" and len(choices) > 1):
        given = field.value if isinstance(field.value, list) else [shown]
        chosen = [lenient.text(one) for one in given]
        ticks = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, widget=ticks, initial=chosen, **common)
    if kind == "radio":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=shown, **common)
    if kind in CHOICE_TYPES:
        none = ("", _("Choose…"))
        return forms.ChoiceField(choices=[none, *choices], initial=shown, **common)
    return None


def _date(shown: str, common: dict[str, Any]) -> forms.Field:
    """The day as ISC wrote it, whatever time of day follows; what is no date stays in view."""
    widget: forms.Widget = date_picker()
    try:
        shown = date.fromisoformat(shown[: len("2026-01-31")]).isoformat()
    except ValueError:
        if shown:  # a date picker would show an empty field
            widget = forms.TextInput()
    common |= {"initial": shown, "error_messages": {"invalid": DATE_LIKE}}
    return forms.DateField(widget=widget, input_formats=[ISO_DATE], **common)


def _secret(shown: str, common: dict[str, Any]) -> forms.Field:
    """Never printed, neither what ISC has set nor what was typed."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    if shown:
        common |= {"required": False, "help_text": KEPT_SECRET}
    return forms.CharField(widget=widget, strip=False, **common)
