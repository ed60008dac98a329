"""Account-selection forms: nested sections, and choices in every notation."""

import json
from typing import Any

import pytest

from workitems.isc.lenient import parse_json
from workitems.isc.schemas import (
    FORM_DEPTH,
    AllowedValue,
    FormField,
    FormSection,
    UnreadableWorkItem,
    WorkItem,
    WorkItemForm,
    read_work_item,
)


def form_of(sections: list[Any], **fields: object) -> WorkItemForm:
    made = read_work_item({"id": "w1", "form": {**fields, "sections": sections}})
    assert isinstance(made, WorkItem)
    assert made.form is not None
    return made.form


def test_a_form_is_read_with_sections_in_sections() -> None:
    nested = {"name": "inner", "sections": [{"name": "Field2", "required": "TRUE"}]}
    field = {
        "name": "Field1",
        "displayName": "Field 1",
        "displayType": "combobox",
        "required": True,
        "allowedValuesList": [
            {"display": "One", "value": 1},
            {"value": "two"},
            {"display": "Three"},
            {"display": "None of them", "value": ""},
            "four",
            5,
            None,
            {},
        ],
        "value": ["two"],
    }
    section = {"name": "s1", "label": "Section 1", "formItems": [field, nested]}
    form = form_of([section], targetUser="Jane.Doe")

    assert form.target_user == "Jane.Doe"
    assert [type(part) for part in form.sections[0].items] == [FormField, FormSection]
    first, second = form.fields()
    assert first.allowed_values == (
        AllowedValue(display="One", value="1"),
        AllowedValue(display="two", value="two"),
        AllowedValue(display="Three", value="Three"),
        AllowedValue(display="None of them", value=""),
        AllowedValue(display="four", value="four"),
        AllowedValue(display="5", value="5"),
    )
    assert (first.required, first.value, second.name, second.required) == (
        True,
        ["two"],
        "Field2",
        True,
    )


def test_a_field_outside_any_section_is_still_asked() -> None:
    form = form_of([{"name": "F", "displayType": "text"}, {"name": "s"}])

    assert [field.name for field in form.fields()] == ["F"]
    assert [section.name for section in form.sections] == ["", "s"]


def test_a_section_that_calls_itself_a_display_type_is_still_a_section() -> None:
    form = form_of([{"displayType": "section", "formItems": [{"name": "F"}]}])

    assert [field.name for field in form.fields()] == ["F"]


def test_sections_end_at_a_sane_depth() -> None:
    def nest(depth: int) -> dict[str, Any]:
        return {"formItems": [nest(depth - 1)]} if depth else {"name": "deepest"}

    def field_names(depth: int) -> list[str]:
        return [field.name for field in form_of([nest(depth)]).fields()]

    assert field_names(FORM_DEPTH) == ["deepest"]
    assert field_names(FORM_DEPTH + 1) == []


def nested(depth: int) -> Any:
    value: Any = "deepest"
    for _level in range(depth):
        value = [value] if _level % 2 else {"more": value}
    return value


@pytest.mark.parametrize("depth", [100, 900])
def test_a_work_item_that_is_nested_too_deeply_is_unreadable(depth: int) -> None:
    field = {"name": "F", "displayType": "hidden", "value": nested(depth)}
    read = read_work_item({"id": "w1", "form": {"sections": [{"formItems": [field]}]}})
    assert isinstance(read, UnreadableWorkItem)
    assert read.reason == "The element is nested too deeply."


@pytest.mark.parametrize("depth", [101, 900])
def test_json_ends_at_a_depth_that_can_be_copied_and_printed(depth: int) -> None:
    document, _depth = parse_json(json.dumps({"beside": 1, "deep": nested(depth)}).encode())
    assert document["beside"] == 1  # type: ignore[index]
    assert "deepest" not in repr(document)
    assert "deepest" in repr(parse_json(json.dumps(nested(100)).encode()))


@pytest.mark.parametrize("depth", [0, 1, 64, 100])
def test_json_tells_how_deep_it_is(depth: int) -> None:
    assert parse_json(json.dumps(nested(depth)).encode()).depth == depth


@pytest.mark.parametrize(("depth", "is_read"), [(62, True), (63, False), (900, False)])
def test_a_list_keeps_its_rows_beside_one_that_is_nested_too_deeply(
    depth: int, is_read: bool
) -> None:
    rows = [{"id": "w1"}, {"id": "w2", "deep": nested(depth + 1)}]
    content, known = parse_json(json.dumps(rows).encode())
    assert isinstance(content, list)
    first, second = (read_work_item(row, depth=known) for row in content)
    assert isinstance(first, WorkItem)
    assert isinstance(second, WorkItem) == is_read
