"""No JSON from ISC makes a model raise, and values are not changed by parsing."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from workitems.isc.lenient import parse_json
from workitems.isc.schemas import (
    AllowedValue,
    ApprovalItem,
    FormField,
    FormSection,
    PublicIdentity,
    UnreadableWorkItem,
    WorkItem,
    WorkItemForm,
    read_work_item,
)

FIELDS = [
    "requesterId",
    "requesterDisplayName",
    "ownerId",
    "ownerName",
    "created",
    "modified",
    "description",
    "state",
    "type",
    "remediationItems",
    "approvalItems",
    "name",
    "completed",
    "numItems",
    "form",
    "errors",
]
NASTY: list[Any] = [
    None,
    "",
    "text",
    "\ud800",
    "<script>alert(1)</script>",
    "9" * 5000,
    0,
    -1,
    10**30,
    1.5,
    float("inf"),
    float("nan"),
    True,
    [],
    [None],
    [[[[]]]],
    [1, "a", {}, {"id": None}, {"id": {"id": 1}}],
    {},
    {"id": []},
    {"sections": "none"},
    {"sections": [None, {}, {"formItems": 7}, {"formItems": [None, {}]}]},
]


def item(**fields: object) -> WorkItem:
    made = read_work_item({"id": "w1", **fields})
    assert isinstance(made, WorkItem)
    return made


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", NASTY, ids=lambda value: repr(value)[:24])
def test_no_value_of_any_field_raises(field: str, value: object) -> None:
    raw = {"id": "w1", field: value}

    made = read_work_item(raw)

    assert isinstance(made, WorkItem)
    assert made.raw == raw
    assert isinstance(made.is_open, bool)
    assert made.decided_count <= len(made.approval_items)


@pytest.mark.parametrize("field", ApprovalItem.model_fields)
@pytest.mark.parametrize("value", NASTY, ids=lambda value: repr(value)[:24])
def test_no_value_within_an_approval_item_raises(field: str, value: object) -> None:
    assert len(item(approvalItems=[{field: value}]).approval_items) == 1


@pytest.mark.parametrize("field", ["name", "displayName", "displayType", "required", "value"])
@pytest.mark.parametrize("value", NASTY, ids=lambda value: repr(value)[:24])
def test_no_value_within_a_form_raises(field: str, value: object) -> None:
    sections = [{"formItems": [{field: value, "allowedValuesList": value}]}]
    form = item(form={"title": value, "sections": sections}).form

    assert form is not None
    assert len(list(form.fields())) == 1


@pytest.mark.parametrize(
    "raw", [None, 7, "w1", [], {}, {"id": None}, {"id": ""}, {"id": " "}, {"id": {}}, {"id": ".."}]
)
def test_a_row_without_shape_or_id_says_so(raw: object) -> None:
    made = read_work_item(raw)

    assert isinstance(made, UnreadableWorkItem)
    assert made.raw == raw
    assert made.reason


def test_a_row_that_no_reader_foresaw_is_unreadable_not_fatal() -> None:
    made = read_work_item({"id": "w1", "approvalItems": [WorkItemForm()]})

    assert isinstance(made, UnreadableWorkItem)


def test_a_row_is_read_whole() -> None:
    made = item(
        requesterId="p1",
        requesterDisplayName="John Smith",
        ownerId=None,
        ownerName="jason.smith",
        created="2026-07-11T18:45:37.098Z",
        completed="2026-07-12T18:45:37",
        description="Create account on source 'GitHub'",
        state="Pending",
        type="PolicyVioloation",
        numItems="19",
        errors=["One.", None, 2],
        raw="a field of ISC's own",
        remediationItems=[{"targetDisplayName": "John", "attributeOperation": "Remove"}],
    )

    assert made.type == "PolicyViolation"
    assert made.requester_name == "John Smith"
    assert (made.owner_id, made.owner_name) == ("", "jason.smith")
    assert made.created == datetime(2026, 7, 11, 18, 45, 37, 98000, tzinfo=UTC)
    assert made.completed == datetime(2026, 7, 12, 18, 45, 37, tzinfo=UTC)
    assert made.num_items == 19
    assert made.errors == ("One.", "2")
    assert made.raw["raw"] == "a field of ISC's own"
    assert made.remediation_items[0].target_display_name == "John"
    assert made.remediation_items[0].attribute_operation == "Remove"


@pytest.mark.parametrize(
    "date", ["", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 1752259537, "2026-13-01"]
)
def test_a_date_that_is_none_is_none(date: object) -> None:
    assert item(created=date).created is None


def test_dates_are_in_utc_whatever_their_offset() -> None:
    made = item(created="2026-07-11T01:00:00+02:00").created

    assert made is not None
    assert made.isoformat() == "2026-07-10T23:00:00+00:00"


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        (None, True),
        ("", True),
        ("Pending", True),
        ("PENDING ", True),
        ("Finished", False),
        ("Rejected", False),
        ("Returned", False),
        ("expired", False),
        ("Canceled", False),
        ("Paused", True),
        ("Executing", True),
        ("PENDING_APPROVAL", True),
    ],
)
def test_only_a_final_state_closes_what_waits(state: str | None, *, is_open: bool) -> None:
    made = item(state=state, approvalItems=[{"id": "a1", "state": state}, {"id": "a2"}])

    assert made.is_open is is_open
    assert made.approval_items[0].is_open is is_open
    assert len(made.open_approval_items) == 1 + is_open
    assert made.decided_count == 1 - is_open


@pytest.mark.parametrize(
    ("state", "is_open"), [(None, False), ("Hibernating", False), ("Pending", True)]
)
def test_a_date_of_completion_closes_what_is_in_no_known_state(
    state: str | None, *, is_open: bool
) -> None:
    assert item(state=state, completed="2026-11-01T10:00:00Z").is_open is is_open


def test_values_become_text() -> None:
    assert [
        item(approvalItems=[{"value": value}]).approval_items[0].value
        for value in (None, 3, 2.5, True, False, ["a", None, 1], {"a": 1})
    ] == ["", "3", "2.5", "true", "false", "a, 1", ""]


def test_models_can_be_built_by_name() -> None:
    field = FormField(name="F", allowed_values=(AllowedValue(display="A", value="a"),))
    section = FormSection(name="s", items=(field, FormSection(items=(field,))))
    made = WorkItem(
        id="w1",
        requester_name="John",
        approval_items=(ApprovalItem(id="a1"),),
        form=WorkItemForm(sections=(section, FormSection(name="empty"))),
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert made.form is not None
    assert list(made.form.fields()) == [field, field]
    assert made.approval_items[0].id == "a1"
    assert made.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert WorkItemForm.model_validate({"sections": [field]}).sections[0].items == (field,)


@pytest.mark.parametrize(
    ("state", "is_inactive"),
    [
        (None, False),
        ("ACTIVE", False),
        ("INACTIVE_SHORT_TERM", True),
        ("inactive_long_term", True),
        ("", False),
    ],
)
def test_people_are_active_unless_isc_says_otherwise(
    state: str | None, *, is_inactive: bool
) -> None:
    assert PublicIdentity(id="p1", identity_state=state).is_inactive is is_inactive


@pytest.mark.parametrize("manager", [None, "x", 7, [], {}, {"id": None}, {"name": "Mary"}])
def test_a_manager_is_optional(manager: object) -> None:
    person = PublicIdentity.model_validate({"id": "p1", "manager": manager, "email": None})

    assert person.manager_id == ""
    assert person.email == ""


def test_json_that_cannot_be_printed_is_made_printable() -> None:
    body = b'\xef\xbb\xbf{"a": "\\ud83d\\ude00 \\ud800", "b": NaN, "c": "\xff"}'

    assert parse_json(body).content == {"a": "\U0001f600 ?", "b": None, "c": "\ufffd"}


@pytest.mark.parametrize("body", [b"<html>", b'[{"id": "w', b"", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="JSON") as caught:
        parse_json(body)
    assert len(str(caught.value)) < 60


def test_a_page_of_fifty_is_read_without_anybody_noticing() -> None:
    approval_items = [{"id": str(n), "application": "GitHub [source]"} for n in range(3)]
    row = {
        "id": "w1",
        "created": "2026-07-11T18:45:37.098Z",
        "modified": "2026-07-11T18:45:37.098Z",
        "approvalItems": approval_items,
    }

    def milliseconds() -> float:
        started = time.perf_counter()
        for _ in range(50):
            read_work_item(row)
        return (time.perf_counter() - started) * 1000

    # Measured at 0.8 ms; the limit allows for a busy machine, but not for a slower algorithm.
    assert min(milliseconds() for _ in range(5)) < 10


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164", "\u00a0\ufeff"])
def test_text_that_shows_nothing_is_absent_in_every_field(blank: str) -> None:
    line = {"id": "1", "account": blank, "application": blank, "operation": blank, "value": blank}
    remedy = {"targetName": blank, "attributeValue": blank, "nativeIdentity": blank}
    item = read_work_item(
        {
            "id": "1",
            "description": blank,
            "ownerName": blank,
            "requesterDisplayName": blank,
            "errors": [blank, "Timed out"],
            "approvalItems": [{**line, "name": [blank, "memberOf", blank]}],
            "remediationItems": [remedy],
            "form": {"title": blank, "sections": [{"label": blank, "formItems": []}]},
        }
    )
    assert isinstance(item, WorkItem)
    assert (item.description, item.owner_name, item.requester_name) == ("", "", "")
    assert item.errors == ("Timed out",)
    assert item.approval_items == (ApprovalItem(id="1", name="memberOf"),)
    assert set(item.remediation_items[0].model_dump().values()) == {""}
    assert item.form is not None
    assert (item.form.title, item.form.sections) == ("", (FormSection(),))


def test_text_is_without_what_reorders_it_and_ids_are_as_they_came() -> None:
    odd = "Readers\u202enimdA"
    person = PublicIdentity.model_validate({"id": odd, "name": odd, "manager": {"id": odd}})
    assert (person.id, person.name, person.manager_id) == (odd, "ReadersnimdA", odd)
    line = ApprovalItem.model_validate({"id": odd, "value": odd})
    assert (line.id, line.value) == (odd, "ReadersnimdA")


@pytest.mark.parametrize(
    ("raw", "display", "value"),
    [
        ({"display": "Mail\u200bbox", "value": "m\u200b1"}, "Mailbox", "m\u200b1"),
        ({"display": "\u3164", "value": "\u202em2"}, "m2", "\u202em2"),
        ({"display": "Mail\u200bbox"}, "Mailbox", "Mail\u200bbox"),
        ("Mail\u200bbox", "Mailbox", "Mail\u200bbox"),
    ],
)
def test_a_choice_shows_what_is_seen_and_sends_what_came(
    raw: object, display: str, value: str
) -> None:
    (choice,) = FormField.model_validate({"allowedValuesList": [raw]}).allowed_values
    assert (choice.display, choice.value) == (display, value)


@pytest.mark.parametrize("id_", ["\u3164", "a\u202eb", "a\u3164b", "a\ufe0f"])
def test_an_id_with_hidden_characters_is_unusable(id_: str) -> None:
    assert isinstance(read_work_item({"id": id_}), UnreadableWorkItem)
