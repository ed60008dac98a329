"""The changes that a work item allows, and those it refuses."""

import threading
from typing import Any

import pytest

from sandbox.server import SandboxApp
from tests.contract.conftest import Caller, texts, undecided


def decide(caller: Caller, verb: str, row: dict[str, Any], item: dict[str, Any]) -> Any:
    return caller.post(f"/work-items/{row['id']}/{verb}/{item['id']}")


def test_the_last_decision_finishes_the_work_item(approver: Caller) -> None:
    row = approver.first("Approval", items=3)
    first, *others = undecided(row)
    after = decide(approver, "approve", row, first).json
    assert (after["state"], after["completed"]) == ("Pending", None)
    assert first["id"] not in [item["id"] for item in undecided(after)]
    for item in others:
        after = decide(approver, "reject", row, item).json
    assert after["state"] == "Finished"
    assert after["completed"] == after["modified"]
    assert row["id"] not in [pending["id"] for pending in approver.pending()]
    assert approver.completed()[0] == after == approver.get(f"/work-items/{row['id']}").json


def test_a_work_item_is_rejected_when_everything_in_it_is(approver: Caller) -> None:
    row = next(
        row
        for row in approver.pending()
        if row["type"] == "Approval" and len(undecided(row)) == len(row["approvalItems"]) > 1
    )
    after = approver.post(f"/work-items/bulk-reject/{row['id']}").json
    assert after["state"] == "Rejected"
    assert {item["state"] for item in after["approvalItems"]} == {"Rejected"}


def test_bulk_leaves_what_was_decided_before(approver: Caller) -> None:
    row = next(
        row
        for row in approver.pending()
        if row["type"] == "Approval" and 0 < len(undecided(row)) < len(row["approvalItems"])
    )
    before = {item["id"]: item["state"] for item in row["approvalItems"]}
    after = approver.post(f"/work-items/bulk-approve/{row['id']}").json
    for item in after["approvalItems"]:
        kept = before[item["id"]] not in (None, "Pending")
        assert item["state"] == (before[item["id"]] if kept else "Finished")
    assert after["state"] == "Finished"


def test_nothing_is_decided_twice(approver: Caller) -> None:
    row = approver.first("Approval", items=2)
    item = undecided(row)[0]
    assert decide(approver, "approve", row, item).status_code == 200
    for verb in ("approve", "reject"):
        again = decide(approver, verb, row, item)
        assert again.status_code == 400
        assert "already been decided" in texts(again)
    approver.post(f"/work-items/bulk-approve/{row['id']}")
    late = [
        f"/work-items/bulk-approve/{row['id']}",
        f"/work-items/bulk-reject/{row['id']}",
        f"/work-items/{row['id']}",
        f"/work-items/{row['id']}/approve/{item['id']}",
    ]
    for path in late:
        reply = approver.post(path)
        assert reply.status_code == 400
        assert "already been" in texts(reply)


def test_of_many_simultaneous_decisions_one_wins(tenant: SandboxApp, approver: Caller) -> None:
    row = approver.first("Approval", items=1)
    item = undecided(row)[0]
    path = f"/v2024/work-items/{row['id']}/approve/{item['id']}"
    statuses: list[int] = []

    def press() -> None:
        reply = tenant.test_client().post(path, headers=approver.headers)
        statuses.append(reply.status_code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 7


@pytest.mark.parametrize("kind", ["ManualAction", "Remediation", "Generic", "Signoff"])
@pytest.mark.parametrize("body", [None, "", "null", "{}", '"done"'])
def test_a_task_is_marked_complete_with_any_body(
    approver: Caller, kind: str, body: str | None
) -> None:
    row = approver.first(kind)
    after = approver.post(
        f"/work-items/{row['id']}", data=body, content_type="application/json"
    ).json
    assert (after["state"], undecided(after)) == ("Finished", [])


def test_an_undecided_approval_cannot_be_marked_complete(approver: Caller) -> None:
    row = approver.first("Approval", items=1)
    assert "undecided" in texts(approver.post(f"/work-items/{row['id']}"))
    assert approver.get(f"/work-items/{row['id']}").json == row


def test_a_form_wants_answers_and_a_task_has_no_approval_items(approver: Caller) -> None:
    form, remediation = approver.first("Form"), approver.first("Remediation")
    assert approver.post(f"/work-items/{form['id']}").status_code == 400
    assert approver.post(f"/work-items/bulk-approve/{remediation['id']}").status_code == 400


def test_broken_json_is_refused(approver: Caller) -> None:
    row = approver.first("Generic")
    reply = approver.post(f"/work-items/{row['id']}", data="{", content_type="application/json")
    assert reply.status_code == 400


def test_unknown_ids_are_not_found(approver: Caller) -> None:
    row = approver.first("Approval")
    for path in (
        "/work-items/nothing",
        "/work-items/nothing/approve/1",
        "/work-items/bulk-reject/nothing",
        f"/work-items/{row['id']}/reject/nothing",
    ):
        assert approver.post(path).status_code == 404
    assert approver.get("/work-items/nothing").json["detailCode"] == "404 Not found"


def forwarding(target: str, comment: object = "Please take over", **more: object) -> Any:
    return {"json": {"targetOwnerId": target, "comment": comment, **more}}


def test_a_forwarded_item_belongs_to_the_other_person(approver: Caller, agent: Caller) -> None:
    row = approver.first("Generic")
    path = f"/work-items/{row['id']}/forward"
    reply = approver.post(path, **forwarding(agent.id, sendNotifications=False))
    assert (reply.status_code, reply.data) == (200, b"")
    assert approver.get(f"/work-items/{row['id']}").status_code == 403
    moved = agent.get(f"/work-items/{row['id']}").json
    assert (moved["ownerId"], moved["ownerName"]) == (agent.id, "Tomasz Kowalczyk")
    assert agent.get("/work-items/count").json == {"count": 19}


@pytest.mark.parametrize("comment", [None, "", "  \n", 7])
def test_forwarding_needs_a_comment(approver: Caller, agent: Caller, comment: object) -> None:
    path = f"/work-items/{approver.first('Generic')['id']}/forward"
    reply = approver.post(path, **forwarding(agent.id, comment))
    assert (reply.status_code, "'comment'" in texts(reply)) == (400, True)


def test_forwarding_needs_an_active_other_person(approver: Caller) -> None:
    path = f"/work-items/{approver.first('Generic')['id']}/forward"
    inactive = approver.get("/public-identities", filters='alias eq "lukas.brandt"').json[0]["id"]
    for target, word in (
        ("", "required"),
        ("nobody", "no identity"),
        (inactive, "not active"),
        (approver.id, "already belongs"),
    ):
        reply = approver.post(path, **forwarding(target))
        assert (reply.status_code, word in texts(reply)) == (400, True)
    for body in ({"data": "x"}, {"json": []}, forwarding("x", sendNotifications="yes")):
        assert approver.post(path, **body).status_code == 400


def test_an_administrator_decides_for_others(approver: Caller, admin: Caller) -> None:
    row = approver.first("Approval", items=1)
    assert admin.post(f"/work-items/bulk-approve/{row['id']}").json["state"] == "Finished"
