"""The formats of ISC's error bodies, and its rate limit."""

import pytest

from sandbox.server import SandboxApp, create_app
from tests.contract.conftest import Caller


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "JWT is required"),
        ("Basic abc", "JWT is required"),
        ("Bearer ", "JWT is required"),
        ("Bearer nonsense", "JWT validation failed: JWT is malformed or not ours"),
        ("Bearer a.b.c", "JWT validation failed: JWT is malformed or not ours"),
    ],
)
def test_401_has_a_body_of_its_own(tenant: SandboxApp, header: str | None, reason: str) -> None:
    headers = {"Authorization": header} if header else {}
    reply = tenant.test_client().get("/v2024/work-items", headers=headers)
    assert (reply.status_code, reply.json) == (401, {"error": reason})


def test_a_token_of_another_tenant_is_refused(tenant: SandboxApp, approver: Caller) -> None:
    head, body, _ = approver.headers["Authorization"].rsplit(".")
    forged = {"Authorization": f"{head}.{body}.{'A' * 342}"}
    assert tenant.test_client().get("/v2024/work-items", headers=forged).status_code == 401


def test_expired_and_revoked_tokens_are_refused(tenant: SandboxApp) -> None:
    client, sandbox = tenant.test_client(), tenant.sandbox
    expired = sandbox.access_token_for("approver", expires_in=-1)
    revoked = sandbox.access_token_for("approver")
    sandbox.revoke(revoked)
    for token, word in ((expired, "expired"), (revoked, "revoked")):
        reply = client.get("/v2024/work-items", headers={"Authorization": f"Bearer {token}"})
        assert (reply.status_code, word in reply.json["error"]) == (401, True)


def test_an_error_names_the_request_as_the_header_does(approver: Caller, admin: Caller) -> None:
    reply = approver.get("/work-items", ownerId=admin.id)
    assert reply.json["trackingId"] == reply.headers["SLPT-Request-ID"]
    assert reply.json["detailCode"] == "403 Forbidden"
    assert approver.get("/work-items").headers["SLPT-Request-ID"] != reply.json["trackingId"]


@pytest.mark.parametrize("path", ["/v2024/work-item", "/v2023/work-items", "/beta/work-items"])
def test_the_gateway_answers_for_paths_without_a_service(
    tenant: SandboxApp, approver: Caller, path: str
) -> None:
    reply = tenant.test_client().get(path, headers=approver.headers)
    assert (reply.status_code, reply.json) == (404, {"error": "No message available"})


def test_there_is_no_complete_below_a_work_item(tenant: SandboxApp, approver: Caller) -> None:
    row = approver.first("ManualAction")
    for base in ("/v2024/work-items", "/work-items/v1"):
        reply = tenant.test_client().post(f"{base}/{row['id']}/complete", headers=approver.headers)
        assert (reply.status_code, reply.json) == (404, {"error": "No message available"})


def test_the_hundred_and_first_request_in_ten_seconds_has_to_wait() -> None:
    app = create_app()
    client = app.test_client()
    headers = {
        key: {"Authorization": f"Bearer {app.sandbox.access_token_for(key)}"}
        for key in ("approver", "agent")
    }
    for number in range(100):
        key = ("approver", "agent")[number % 2]  # two people, but one OAuth client
        assert client.get("/v2024/work-items/count", headers=headers[key]).status_code == 200
    refused = client.get("/v2024/work-items/count", headers=headers["approver"])
    assert (refused.status_code, refused.json) == (429, {"message": " Rate Limit Exceeded "})
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 10
    other_version = client.get("/v2025/work-items/count", headers=headers["approver"])
    assert other_version.status_code == 200
    app.sandbox.clock.advance(wait)
    assert client.get("/v2024/work-items/count", headers=headers["agent"]).status_code == 200


def test_a_personal_access_token_has_a_budget_of_its_own() -> None:
    app = create_app(rate_limit=1)
    client = app.test_client()
    for key in ("approver", "admin"):
        pat = app.sandbox.persona(key)
        form = {"client_id": pat.pat_id, "client_secret": pat.pat_secret}
        form |= {"grant_type": "client_credentials"}
        token = client.post("/oauth/token", data=form).json["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        statuses = [client.get("/v3/work-items/count", headers=headers).status_code for _ in "ab"]
        assert statuses == [200, 429]
