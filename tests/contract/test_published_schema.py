"""Every reply, except those of the odd queue, conforms to the published API."""

import pytest
from werkzeug.test import Client, TestResponse

from sandbox.server import SandboxApp
from tests.contract.conftest import Caller
from tests.contract.published import Published

TYPES = [
    "Generic",
    "Certification",
    "Remediation",
    "Delegation",
    "Approval",
    "ViolationReview",
    "Form",
    "PolicyViolation",
    "Challenge",
    "ImpactAnalysis",
    "Signoff",
    "Event",
    "ManualAction",
    "Test",
]


@pytest.mark.parametrize("key", ["approver", "admin", "agent", "empty", "heavy"])
def test_every_list_of_every_persona_is_as_published(
    tenant: SandboxApp, contract: Published, key: str
) -> None:
    caller = Caller(tenant, key, contract)
    for path in ("/work-items", "/work-items/completed"):
        assert caller.get(path, ownerId=caller.id).status_code == 200
    for path in ("/work-items/count", "/work-items/completed/count", "/work-items/summary"):
        assert caller.get(path, ownerId=caller.id).status_code == 200


def test_everybody_is_as_published(approver: Caller, contract: Published) -> None:
    assert approver.get("/public-identities").status_code == 200
    assert contract.operation("GET", "/public-identities")["operationId"] == "getPublicIdentities"


def test_every_single_work_item_is_as_published(approver: Caller, contract: Published) -> None:
    for row in approver.pending() + approver.completed():
        assert approver.get(f"/work-items/{row['id']}").json == row
    assert contract.operation("GET", "/work-items/x")["operationId"] == "getWorkItem"


def test_the_approver_has_several_of_each_published_type(approver: Caller) -> None:
    pending = [row["type"] for row in approver.pending()]
    for kind in TYPES:
        assert pending.count(kind) >= 2, kind
    assert set(pending) == set(TYPES)


def test_the_validator_does_refuse(tenant: SandboxApp, contract: Published) -> None:
    """Otherwise the tests above could not fail."""
    odd = Caller(tenant, "odd", None).get("/work-items")
    assert contract.problems("GET", "/work-items", odd)
    wrong = {"count": "many"}
    assert contract.problems("GET", "/work-items/count", _reply(wrong)) != []
    assert contract.problems("GET", "/work-items/x", _reply({"created": "today"})) != []
    assert contract.problems("GET", "/work-items/x", _reply({"state": "Simmering"})) != []
    assert contract.problems("GET", "/work-items/x", _reply({"form": None})) == []
    with pytest.raises(AssertionError):
        contract.operation("POST", "/work-items/x/complete")


def _reply(body: object) -> TestResponse:
    from flask import Flask, jsonify  # noqa: PLC0415 - only this test needs a second app

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: jsonify(body))
    return Client(app, TestResponse).get("/")
