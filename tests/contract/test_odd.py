"""The odd queue contains every kind of malformed row that other tests rely on."""

from typing import Any

import pytest

from sandbox.server import SandboxApp
from tests.contract.conftest import Caller


@pytest.fixture
def odd(tenant: SandboxApp) -> Caller:
    return Caller(tenant, "odd", None)


def objects(rows: list[Any]) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)]


def test_the_oddities_of_the_pending_queue(odd: Caller) -> None:
    rows = odd.pending()
    assert len(rows) > len(objects(rows))
    shown = objects(rows)
    assert {"PolicyVioloation", "QuantumReview", None} <= {row["type"] for row in shown}
    assert {"Simmering", None} <= {row["state"] for row in shown}
    assert any(row["ownerId"] is None for row in shown)
    assert any(row["id"] is None for row in shown)
    assert any(isinstance(row["approvalItems"], str) for row in shown)
    assert any("[source]" in (row["name"] or "") for row in shown)
    assert any(row["created"] == "yesterday, around noon" for row in shown)
    assert any(len(row["description"] or "") > 600 for row in shown)


def test_markup_is_in_every_field_of_one_row(odd: Caller) -> None:
    row = next(row for row in objects(odd.pending()) if "<script>" in (row["name"] or ""))
    item = row["approvalItems"][0]
    for field in ("application", "account", "name", "operation", "value"):
        assert "alert(1)" in item[field]
    for field in ("name", "description", "ownerName", "requesterDisplayName", "requesterId"):
        assert "alert(1)" in row[field]


def test_completed_rows_carry_aliases_where_names_should_be(odd: Caller) -> None:
    rows = objects(odd.completed())
    assert {row["ownerName"] for row in rows} == {"zofia.omalley"}
    assert "ravi.subramanian" in [row["requesterDisplayName"] for row in rows]


def test_odd_rows_can_be_acted_on_like_others(odd: Caller) -> None:
    for row in objects(odd.pending()):
        if row["id"] is None:
            continue
        reply = odd.post(f"/work-items/{row['id']}")
        assert reply.status_code in (200, 400), row
    assert 0 < len(objects(odd.pending())) < 18
