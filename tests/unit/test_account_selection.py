"""ISC's form declarations become form controls; answers are keyed on the field's name."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from workitems.isc.schemas import WorkItemForm
from workitems.web.forms import AccountSelectionForm

CHOICES = [{"display": "Admin account", "value": "adm"}, {"display": "Daily", "value": "day"}]


def declared(*fields: dict[str, Any], **section: Any) -> WorkItemForm:
    return WorkItemForm.model_validate({"sections": [{"formItems": [*fields], **section}]})


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"name": "f", "displayName": "Field", "displayType": kind, **more}


def answered(form: WorkItemForm, query: str) -> AccountSelectionForm:
    return AccountSelectionForm(form, QueryDict(query))


@pytest.mark.parametrize(
    ("kind", "control", "widget"),
    [
        ("combobox", forms.ChoiceField, forms.Select),
        ("select", forms.ChoiceField, forms.Select),
        ("radio", forms.ChoiceField, forms.RadioSelect),
        ("multi-select", forms.MultipleChoiceField, forms.CheckboxSelectMultiple),
        ("MultiSelect", forms.MultipleChoiceField, forms.CheckboxSelectMultiple),
        ("checkbox", forms.MultipleChoiceField, forms.CheckboxSelectMultiple),
        ("text", forms.CharField, forms.TextInput),
        ("hologram", forms.CharField, forms.TextInput),
        ("", forms.CharField, forms.TextInput),
    ],
)
def test_each_display_type_with_choices(kind: str, control: type, widget: type) -> None:
    form = AccountSelectionForm(declared(field(kind, allowedValuesList=CHOICES)))
    assert type(form.fields["field-f"]) is control
    assert isinstance(form.fields["field-f"].widget, widget)


@pytest.mark.parametrize(
    ("kind", "control"),
    [("checkbox", forms.BooleanField), ("date", forms.DateField), ("combobox", forms.CharField)],
)
def test_each_display_type_without_choices(kind: str, control: type) -> None:
    assert type(AccountSelectionForm(declared(field(kind))).fields["field-f"]) is control


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        ("combobox", "field-f=adm", "adm"),
        ("multiselect", "field-f=adm&field-f=day", ["adm", "day"]),
        ("checkbox", "field-f=adm&field-f=day", ["adm", "day"]),
        ("text", "field-f=free", "free"),
    ],
)
def test_answers_are_keyed_on_the_name(kind: str, sent: str, value: object) -> None:
    form = answered(declared(field(kind, allowedValuesList=CHOICES)), sent)
    assert form.is_valid()
    assert form.values() == {"f": value}


def test_a_date_is_sent_as_iso_and_a_tick_as_true() -> None:
    form = declared(field("date"), {**field("checkbox"), "name": "tick"})
    answers = answered(form, "field-f=2026-12-31&field-tick=on")
    assert answers.is_valid()
    assert answers.values() == {"f": "2026-12-31", "tick": True}


def test_required_fields_are_required_and_optional_ones_left_out() -> None:
    form = declared(field("text", required=True), {**field("text"), "name": "maybe"})
    assert answered(form, "").errors == {"field-f": ["This field is required."]}
    answers = answered(form, "field-f=x")
    assert answers.is_valid()
    assert answers.values() == {"f": "x"}


def test_a_value_that_is_not_offered_is_refused() -> None:
    form = answered(declared(field("radio", allowedValuesList=CHOICES)), "field-f=root")
    assert not form.is_valid()


def test_nested_sections_keep_their_depth() -> None:
    inner = {"label": "Inner", "formItems": [{"name": "b", "displayType": "text"}]}
    form = AccountSelectionForm(declared({"name": "a", "displayType": "text"}, inner, label="Top"))
    shape = [(s.label, s.level, [bound.name for bound in s.fields]) for s in form.sections]
    assert shape == [("Top", 1, ["field-a"]), ("Inner", 2, ["field-b"])]


def test_a_field_without_a_name_cannot_be_asked() -> None:
    assert AccountSelectionForm(declared({"displayType": "text"})).fields == {}


@pytest.mark.parametrize(
    ("detail", "place"),
    [("The value of f is unknown.", "field-f"), ("field: no", "field-f"), ("No.", None)],
)
def test_a_refusal_names_its_field(detail: str, place: str | None) -> None:
    assert AccountSelectionForm(declared(field("text"))).named_in(detail) == place


def test_a_refusal_names_no_field_that_cannot_be_asked() -> None:
    nameless = declared({"displayName": "Account", "displayType": "text"})
    assert AccountSelectionForm(nameless).named_in("The account is unknown.") is None
