"""Injected faults and recorded calls, in process and over a real socket."""

import http.client
import json
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from sandbox.server import SandboxApp, make_tenant_server
from tests.contract.conftest import Caller, undecided


def test_a_fault_happens_for_the_next_calls_and_no_longer(
    tenant: SandboxApp, approver: Caller
) -> None:
    tenant.sandbox.fault("GET", "/work-items$", status=503, times=2)
    assert approver.get("/work-items/count").status_code == 200
    statuses = [approver.get("/work-items").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502, 504])
def test_every_status_comes_with_iscs_body(
    tenant: SandboxApp, approver: Caller, status: int
) -> None:
    tenant.sandbox.fault("*", "/work-items", status=status, retry_after=7)
    reply = approver.get("/work-items")
    assert (reply.status_code, reply.headers["Retry-After"]) == (status, "7")
    assert set(reply.json) in ({"error"}, {"message"}) or "detailCode" in reply.json


def test_html_comes_in_place_of_json(tenant: SandboxApp, approver: Caller) -> None:
    tenant.sandbox.fault("GET", "/count", html=True)
    tenant.sandbox.fault("GET", "/count", html=True, status=200)
    client = tenant.test_client()
    for status in (502, 200):
        reply = client.get("/v2024/work-items/count", headers=approver.headers)
        assert (reply.status_code, reply.mimetype) == (status, "text/html")


def test_half_a_body_is_no_json(tenant: SandboxApp, approver: Caller) -> None:
    tenant.sandbox.fault("GET", "/work-items", truncate=True)
    reply = tenant.test_client().get("/v2024/work-items", headers=approver.headers)
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(reply.data)


def test_a_failed_write_has_no_effect_unless_asked(tenant: SandboxApp, approver: Caller) -> None:
    row = approver.first("Approval", items=1)
    path = f"/work-items/{row['id']}/approve/{undecided(row)[0]['id']}"
    tenant.sandbox.fault("POST", "/approve/", status=504)
    assert approver.post(path).status_code == 504
    assert approver.get(f"/work-items/{row['id']}").json == row
    tenant.sandbox.fault("POST", "/approve/", status=504, after=True)
    assert approver.post(path).status_code == 504
    assert approver.get(f"/work-items/{row['id']}").json != row


def test_a_drop_is_an_exception_in_process(tenant: SandboxApp, approver: Caller) -> None:
    tenant.sandbox.fault("GET", "/work-items", drop=True)
    with pytest.raises(ConnectionResetError):
        approver.get("/work-items")
    assert tenant.sandbox.calls[-1].status is None


def test_latency_is_waited_for(tenant: SandboxApp, approver: Caller) -> None:
    tenant.sandbox.fault("GET", "/summary", latency=0.2)
    started = time.monotonic()
    assert approver.get("/work-items/summary").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_calls_are_recorded_without_their_tokens(tenant: SandboxApp, approver: Caller) -> None:
    tenant.sandbox.calls.clear()
    approver.get("/work-items", limit=5)
    approver.post("/work-items/x/forward", json={"comment": "c"})
    tenant.test_client().post("/oauth/token", data={"client_secret": "secret"})
    listed, forwarded, token = tenant.sandbox.calls
    assert (listed.method, listed.path, listed.query) == (
        "GET",
        "/v2024/work-items",
        {"limit": "5"},
    )
    assert (listed.status, listed.actor, listed.api) == (200, approver.id, True)
    assert (forwarded.body, forwarded.status) == ({"comment": "c"}, 400)
    assert (token.api, token.body) == (False, None)
    assert tenant.sandbox.api_calls == [listed, forwarded]
    assert "Authorization" not in listed.headers
    assert approver.headers["Authorization"] not in str(tenant.sandbox.calls)


def test_reset_takes_milliseconds_and_restores_everything(
    tenant: SandboxApp, approver: Caller
) -> None:
    row = approver.first("Approval", items=1)
    approver.post(f"/work-items/bulk-approve/{row['id']}")
    tenant.sandbox.fault("GET", "/work-items", status=500, times=9)
    tenant.sandbox.clock.advance(10)
    assert min(seconds_of_a_reset(tenant) for _ in range(3)) < 0.1
    assert approver.get(f"/work-items/{row['id']}").json == row
    assert tenant.sandbox.clock.offset == 0


def seconds_of_a_reset(tenant: SandboxApp) -> float:
    started = time.monotonic()
    tenant.sandbox.reset()
    return time.monotonic() - started


@pytest.fixture
def address(tenant: SandboxApp) -> Iterator[str]:
    """The address of the same tenant on a real socket."""
    server = make_tenant_server(tenant, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_connections_stay_open_and_a_drop_closes_them(
    tenant: SandboxApp, address: str, approver: Caller
) -> None:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    connection.connect()
    own_socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/v2024/work-items/count", headers=approver.headers)
        assert connection.getresponse().read()
    assert connection.sock is own_socket
    tenant.sandbox.fault("GET", "/count", drop=True)
    connection.request("GET", "/v2024/work-items/count", headers=approver.headers)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


def test_the_controls_work_over_http(address: str, approver: Caller) -> None:
    with requests.Session() as session:
        control, api = f"{address}/_sandbox", f"{address}/v2024/work-items/count"
        added = session.post(f"{control}/faults", json={"path": "/count", "status": 500})
        assert (added.status_code, added.json()[0]["status"]) == (201, 500)
        assert session.get(api, headers=approver.headers).status_code == 500
        assert session.get(api, headers=approver.headers).status_code == 200
        assert [call["status"] for call in session.get(f"{control}/calls").json()] == [500, 200]
        assert session.delete(f"{control}/calls").status_code == 204
        session.post(f"{control}/faults", json={"path": "x"})
        assert session.delete(f"{control}/faults").status_code == 204
        assert session.get(f"{control}/faults").json() == []
        assert session.post(f"{control}/clock", json={"advance": 800}).json()["offset"] == 800
        assert session.get(api, headers=approver.headers).status_code == 401
        assert session.post(f"{control}/reset").status_code == 204
        assert session.get(api, headers=approver.headers).status_code == 200
        keys = [persona["key"] for persona in session.get(f"{control}/personas").json()]
        assert keys == ["approver", "admin", "agent", "empty", "heavy", "odd"]


@pytest.mark.parametrize("body", [
        {"pth": "x"}, {"path": "("}, {"status": 42}, {"latency": -1}, {"times": "soon"}, [], "x",
    ],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(tenant: SandboxApp, body: object) -> None:
    reply = tenant.test_client().post("/_sandbox/faults", json=body)
    assert reply.status_code == 400
    assert reply.json["error"]
    assert tenant.test_client().post("/_sandbox/clock", json={}).status_code == 400
