"""Paging, counting, and access to other people's queues."""

import time
from datetime import datetime

import pytest

from sandbox.server import SandboxApp
from tests.contract.conftest import Caller
from tests.contract.published import Published

YEARS = ("v3", "v2024", "v2025", "v2026")


def test_pages_do_not_overlap_and_the_total_is_told_when_asked(approver: Caller) -> None:
    first = approver.get("/work-items", limit=20, count="true")
    second = approver.get("/work-items", limit=20, offset=20)
    assert first.headers["X-Total-Count"] == "34"
    assert "X-Total-Count" not in second.headers
    ids = [row["id"] for row in first.json + second.json]
    assert (len(ids), len(set(ids))) == (34, 34)


def test_pending_is_oldest_first_and_completed_newest_first(heavy: Caller) -> None:
    created = [row["created"] for row in heavy.pending(limit=100)]
    ended = [row["completed"] for row in heavy.completed(limit=100)]
    assert created == sorted(created)
    assert ended == sorted(ended, reverse=True)


@pytest.mark.parametrize(
    "query",
    [{"limit": 251}, {"limit": "x"}, {"limit": -1}, {"offset": -1}, {"limit": "1.5"}],
    ids=str,
)
def test_a_page_that_isc_does_not_give_is_refused(
    approver: Caller, query: dict[str, object]
) -> None:
    for path in ("/work-items", "/work-items/completed", "/public-identities"):
        assert approver.get(path, **query).status_code == 400


def test_the_default_page_is_the_largest_one(heavy: Caller) -> None:
    assert len(heavy.pending()) == len(heavy.pending(limit=250)) == 250
    assert heavy.pending(limit=0) == []
    assert heavy.pending(offset=5000) == []


def test_summary_and_counts_agree_with_the_lists(heavy: Caller) -> None:
    assert heavy.get("/work-items/count").json == {"count": 2000}
    assert heavy.get("/work-items/completed/count").json == {"count": 10000}
    summary = {"open": 2000, "completed": 10000, "total": 12000}
    assert heavy.get("/work-items/summary").json == summary


def test_somebody_elses_queue_is_for_administrators(approver: Caller, admin: Caller) -> None:
    paths = ("", "/completed", "/count", "/completed/count", "/summary")
    for path in paths:
        assert approver.get(f"/work-items{path}", ownerId=admin.id).status_code == 403
        assert admin.get(f"/work-items{path}", ownerId=approver.id).status_code == 200
    assert admin.get("/work-items/count", ownerId=approver.id).json == {"count": 34}
    assert admin.get("/work-items/count", ownerId="nobody").json == {"count": 0}


def test_without_an_owner_an_administrator_gets_the_whole_tenant(
    approver: Caller, admin: Caller
) -> None:
    everything = admin.get("/work-items/count").json["count"]
    own = admin.get("/work-items/count", ownerId=admin.id).json["count"]
    assert everything > 2000 > own
    assert approver.get("/work-items/count").json == {"count": 34}


def test_one_item_of_somebody_else_is_for_administrators(approver: Caller, agent: Caller) -> None:
    foreign = agent.pending()[0]["id"]
    assert approver.get(f"/work-items/{foreign}").status_code == 403
    assert approver.post(f"/work-items/{foreign}").status_code == 403


def test_every_address_scheme_serves_the_same(tenant: SandboxApp, approver: Caller) -> None:
    client = tenant.test_client()
    schemes = [(f"/{year}/work-items", f"/{year}/public-identities") for year in YEARS]
    for work_items, people in [*schemes, ("/work-items/v1", "/public-identities/v1")]:
        for path in ("", "/completed", "/count", "/completed/count", "/summary"):
            reply = client.get(work_items + path, headers=approver.headers)
            assert reply.json == approver.get(f"/work-items{path}").json
        row = approver.pending()[0]
        assert client.get(f"{work_items}/{row['id']}", headers=approver.headers).json == row
        assert client.get(people, headers=approver.headers).status_code == 200
        bulk = client.post(f"{work_items}/bulk-approve/nothing", headers=approver.headers)
        assert (bulk.status_code, bulk.json["detailCode"]) == (404, "404 Not found")


def test_ages_look_natural(approver: Caller) -> None:
    now = time.time()
    ages = [now - datetime.fromisoformat(row["created"]).timestamp() for row in approver.pending()]
    assert 0 < min(ages) < 3600
    assert 20 * 86400 < max(ages) < 41 * 86400


def test_a_page_of_the_large_queue_takes_milliseconds(tenant: SandboxApp) -> None:
    heavy = Caller(tenant, "heavy", None)
    fastest = min(seconds_of_a_page(heavy) for _ in range(5))
    assert fastest < 0.05  # it takes 2 ms; a scan of 12,000 bodies takes 100


def seconds_of_a_page(caller: Caller) -> float:
    started = time.perf_counter()
    caller.get("/work-items", limit=50, count="true", ownerId=caller.id)
    return time.perf_counter() - started


def test_a_persona_gets_as_many_varied_tasks_as_asked_for(
    tenant: SandboxApp, published: Published | None
) -> None:
    client, empty = tenant.test_client(), Caller(tenant, "empty", published)
    asked = {"persona": "empty", "count": 613}
    assert client.post("/_sandbox/tasks", json=asked).status_code == 204
    assert empty.get("/work-items/count").json == {"count": 613}
    rows = empty.get("/work-items", limit=250, offset=250).json
    assert len({row["id"] for row in rows}) == 250
    assert {row["type"] for row in rows} >= {"Approval", "Form", "ManualAction", "Generic"}
    assert len({row["requesterDisplayName"] for row in rows}) > 100
    assert max(len(row["approvalItems"] or ()) for row in rows) == 5
    tenant.sandbox.give_tasks("empty", 3)
    assert len(empty.pending()) == 3
    tenant.sandbox.reset()
    assert empty.pending() == []


@pytest.mark.parametrize(
    "body", [[], {"persona": "nobody", "count": 1}, {"persona": "empty", "count": -1}]
)
def test_tasks_for_nobody_are_refused(tenant: SandboxApp, body: object) -> None:
    assert tenant.test_client().post("/_sandbox/tasks", json=body).status_code == 400
