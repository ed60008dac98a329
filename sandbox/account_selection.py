"""Answers to an account-selection form: a map keyed on field name."""

from collections.abc import Iterator
from datetime import date

from sandbox.entries import Json, object_rows

Field = dict[str, Json]
MULTIPLE = frozenset({"multi-select", "multiselect", "multi_select"})


def fields(node: Field) -> Iterator[Field]:
    """Every field of a form or section, in order, including those of nested sections."""
    for item in object_rows(node.get("sections", node.get("formItems"))):
        if "formItems" in item:
            yield from fields(item)
        else:
            yield item


def problems(form: Field, answers: dict[str, Json]) -> list[str]:
    """One sentence per wrong answer, each naming its field."""
    known = {str(field.get("name")): field for field in fields(form)}
    unknown = [f"Field '{name}' is not part of the form." for name in answers if name not in known]
    return unknown + [
        sentence
        for name, field in known.items()
        if (sentence := _problem(name, field, answers.get(name)))
    ]


def answered(form: Field, answers: dict[str, Json]) -> Field:
    """A copy of the form with the answers filled in as values."""

    def fill(item: Json) -> Json:
        if not isinstance(item, dict):
            return item
        for children in ("sections", "formItems"):
            if isinstance(item.get(children), list):
                return item | {children: [fill(child) for child in item[children]]}
        name = item.get("name")
        return item | {"value": answers[name]} if name in answers else item

    filled: Field = fill(form)
    return filled


def _problem(name: str, field: Field, answer: Json) -> str | None:
    if answer in (None, "", []):
        return f"Field '{name}' is required." if field.get("required") else None
    if field.get("displayType") == "date" and not _is_date(answer):
        return f"Field '{name}' must be a date such as 2026-01-31."
    allowed = [option.get("value") for option in object_rows(field.get("allowedValuesList"))]
    if not allowed:
        return None
    several = field.get("displayType") in MULTIPLE
    if several != isinstance(answer, list):
        return f"Field '{name}' takes {'a list of values' if several else 'one value'}."
    if any(value not in allowed for value in (answer if several else [answer])):
        return f"Field '{name}' has a value that is not allowed."
    return None


def _is_date(answer: Json) -> bool:
    try:
        date.fromisoformat(str(answer)[:10])
    except ValueError:
        return False
    return True
