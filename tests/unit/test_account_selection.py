"""ISC's form declarations become form controls; answers are keyed on the field's name."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from workitems.isc.schemas import WorkItemForm
from workitems.web.forms import FreeText
from workitems.web.selection_form import AccountSelectionForm

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
        ("text", FreeText, forms.TextInput),
        ("hologram", FreeText, forms.TextInput),
        ("", FreeText, forms.TextInput),
    ],
)
def test_each_display_type_with_choices(kind: str, control: type, widget: type) -> None:
    form = AccountSelectionForm(declared(field(kind, allowedValuesList=CHOICES)))
    assert type(form.fields["field-f"]) is control
    assert isinstance(form.fields["field-f"].widget, widget)


@pytest.mark.parametrize(
    ("kind", "control"),
    [("checkbox", forms.BooleanField), ("date", forms.DateField), ("combobox", FreeText)],
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


@pytest.mark.parametrize(
    ("kind", "control", "widget"),
    [
        ("secret", forms.CharField, forms.PasswordInput),
        ("Password", forms.CharField, forms.PasswordInput),
        ("textarea", FreeText, forms.Textarea),
        ("boolean", forms.BooleanField, forms.CheckboxInput),
        ("int", FreeText, forms.TextInput),
    ],
)
def test_each_kind_of_control_that_is_typed_into(kind: str, control: type, widget: type) -> None:
    made = AccountSelectionForm(declared(field(kind))).fields
    (asked,) = made.values()
    assert type(asked) is control
    assert type(asked.widget) is widget


@pytest.mark.parametrize("value", ["x", 7, {"deep": ["er"]}, False])
def test_a_hidden_value_is_sent_on_as_it_is_and_has_no_control(value: object) -> None:
    form = answered(declared(field("hidden", value=value)), "field-f=tampered")
    assert form.is_valid()
    assert form.fields == {}
    assert form.values() == {"f": value}


def test_a_label_is_text_and_no_question() -> None:
    form = answered(declared(field("label", value="Read this first."), field("text")), "")
    texts = [shown for section in form.sections for shown in section.fields]
    assert texts[:2] == ["Field", "Read this first."]
    assert list(form.fields) == ["field-f"]


@pytest.mark.parametrize(
    ("value", "shown", "kind"),
    [
        ("2026-12-31", "2026-12-31", "date"),
        ("2026-12-31T23:30:00.000Z", "2026-12-31", "date"),
        ("2027-02-01T08:00:00+02:00", "2027-02-01", "date"),
        ("next week", "next week", "text"),
        (None, "", "date"),
    ],
)
def test_a_date_that_is_set_is_shown_in_its_control(value: object, shown: str, kind: str) -> None:
    bound = AccountSelectionForm(declared(field("date", value=value)))["field-f"]
    assert (bound.value(), bound.widget_type) == (shown, kind)


@pytest.mark.parametrize(("value", "is_ticked"), [("false", False), ("TRUE", True), (None, False)])
def test_a_tick_is_set_as_sailpoint_says_also_in_words(value: object, is_ticked: bool) -> None:
    assert (
        AccountSelectionForm(declared(field("boolean", value=value)))["field-f"].value()
        is is_ticked
    )


@pytest.mark.parametrize(
    ("value", "shown"), [({"a": [1]}, '{"a": [1]}'), (["a", "b"], "a, b"), (True, "true"), (4, "4")]
)
def test_a_value_of_any_shape_is_shown_in_a_text_field(value: object, shown: str) -> None:
    assert AccountSelectionForm(declared(field("text", value=value)))["field-f"].value() == shown


def two(kind: str = "text", **more: Any) -> WorkItemForm:
    """Two sections that ask under one name."""
    first = {"name": "account", "displayName": "Account in SAP", "displayType": kind, **more}
    second = {**first, "displayName": "Account in LDAP"}
    return WorkItemForm.model_validate(
        {"sections": [{"name": "a", "formItems": [first]}, {"name": "b", "formItems": [second]}]}
    )


def test_questions_of_one_name_have_controls_and_labels_of_their_own() -> None:
    bound = [shown for section in AccountSelectionForm(two()).sections for shown in section.fields]
    assert [one.label for one in bound] == ["Account in SAP", "Account in LDAP"]
    assert len({one.id_for_label for one in bound}) == 2
    assert all("Account in SAP, Account in LDAP" in one.help_text for one in bound)


@pytest.mark.parametrize("query", ["field-account=x", "field2-account=x"])
def test_one_answer_is_enough_for_questions_of_one_name(query: str) -> None:
    form = answered(two(required=True), query)
    assert form.is_valid(), form.errors
    assert form.values() == {"account": "x"}


def test_answers_of_one_name_have_to_agree() -> None:
    same = answered(two(), "field-account=x&field2-account=x")
    assert same.is_valid()
    assert same.values() == {"account": "x"}
    form = answered(two(), "field-account=x&field2-account=y")
    assert "Account in LDAP" in form.errors["field-account"][0]
    assert "Account in SAP" in form.errors["field2-account"][0]


def test_ticks_of_one_name_have_to_agree_too() -> None:
    assert not answered(two("checkbox"), "field-account=on").is_valid()
    assert answered(two("checkbox"), "").is_valid()


def test_a_required_answer_that_nobody_gave_is_asked_for_at_each_question() -> None:
    assert set(answered(two(required=True), "").errors) == {"field-account", "field2-account"}


def test_answers_given_before_are_shown_at_each_question_of_the_name() -> None:
    form = AccountSelectionForm.filled(two(), {"account": "x"})
    assert [form[key].value() for key in form.fields] == ["x", "x"]
    assert not form.errors


def test_a_secret_keeps_its_blanks_and_has_to_be_typed_again() -> None:
    form = answered(declared(field("secret", required=True)), "secret-f=+pass+")
    assert form.is_valid()
    assert form.values() == {"f": " pass "}
    form.ask_secrets_again()
    assert "type this again" in form.errors["secret-f"][0]
    filled = AccountSelectionForm.filled(declared(field("secret")), {"f": "s3cret"})
    assert "type this again" in filled.errors["secret-f"][0]
    assert "s3cret" not in str(filled)


def test_a_secret_that_is_set_stays_where_nothing_is_typed() -> None:
    form = answered(declared(field("secret", required=True, value="old")), "")
    assert form.is_valid()
    assert form.values() == {"f": "old"}
    assert "old" not in str(form)


@pytest.mark.parametrize(
    ("name", "words"), [("startDate", "Start date"), ("cost_centre", "Cost centre"), ("s1", "S1")]
)
def test_what_has_no_label_has_the_words_of_its_name(name: str, words: str) -> None:
    form = AccountSelectionForm(declared({"name": name, "displayType": "text"}, name=name))
    (section,) = form.sections
    assert section.label == words
    assert [one.label for one in section.fields] == [words]


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
