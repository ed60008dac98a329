"""Account selection: answers are a map keyed on field name, checked field by field."""

from typing import Any

import pytest

from tests.contract.conftest import Caller, texts

GOOD: dict[str, Any] = {
    "accountName": "__new__",
    "justification": "Second account for the pilot",
    "environment": "dev",
    "startDate": "2026-12-01",
    "repositories": ["payments", "ledger"],
    "mfaExempt": True,
}


@pytest.fixture
def form(approver: Caller) -> dict[str, Any]:
    """The form with nested sections and every kind of field."""
    return next(
        row
        for row in approver.pending()
        if row["type"] == "Form" and "Nadia" in row["form"]["title"]
    )


def submit(caller: Caller, row: dict[str, Any], answers: object) -> Any:
    return caller.post(f"/work-items/{row['id']}/submit-account-selection", json=answers)


def test_the_answers_are_kept_and_finish_the_work_item(
    approver: Caller, form: dict[str, Any]
) -> None:
    after = submit(approver, form, GOOD).json
    assert (after["state"], after["type"]) == ("Finished", "Form")
    account, period = after["form"]["sections"]
    values = {item["name"]: item.get("value") for item in account["formItems"]}
    assert values["accountName"] == "__new__"
    nested = account["formItems"][2]["formItems"]
    assert [field["value"] for field in nested] == [True, "dev"]
    assert period["formItems"][2]["value"] == ["payments", "ledger"]
    assert "already been completed" in texts(submit(approver, form, GOOD))


@pytest.mark.parametrize("name", ["accountName", "justification", "environment", "startDate"])
@pytest.mark.parametrize("answer", [None, ""])
def test_a_required_field_is_named(
    approver: Caller, form: dict[str, Any], name: str, answer: str | None
) -> None:
    reply = submit(approver, form, GOOD | {name: answer})
    assert reply.status_code == 400
    assert [m["text"] for m in reply.json["messages"]] == [f"Field '{name}' is required."]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("accountName", "somebody else's"),
        ("environment", ["dev"]),
        ("repositories", ["payments", "secret"]),
        ("repositories", "payments"),
        ("startDate", "tomorrow"),
        ("csrfmiddlewaretoken", "x"),
    ],
)
def test_a_wrong_answer_is_named(
    approver: Caller, form: dict[str, Any], name: str, answer: object
) -> None:
    reply = submit(approver, form, GOOD | {name: answer})
    assert (reply.status_code, f"'{name}'" in texts(reply)) == (400, True)
    assert approver.get(f"/work-items/{form['id']}").json == form


def test_every_problem_is_told_at_once(approver: Caller, form: dict[str, Any]) -> None:
    assert len(submit(approver, form, {}).json["messages"]) == 4
    assert submit(approver, form, ["not", "a", "map"]).status_code == 400


def test_only_forms_are_submitted(approver: Caller) -> None:
    assert "no form" in texts(submit(approver, approver.first("Generic"), {}))
