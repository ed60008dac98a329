"""A queue of malformed rows: no schema allows them, but real tenants do send such rows."""

import json
from typing import Any

from sandbox.clock import iso
from sandbox.entries import Entry, Json
from sandbox.people import SEED, Person, people_by_alias, stable_id


def entries(owner: Person, epoch: float) -> list[Entry]:
    rows: dict[str, list[dict[str, Any]]] = json.loads(
        (SEED / "odd.json").read_text(encoding="utf-8")
    )
    return [
        _entry(owner, f"odd {queue} {number}", line, epoch, done=queue == "completed")
        for queue in ("pending", "completed")
        for number, line in enumerate(rows[queue])
    ]


def _entry(owner: Person, seed: str, line: dict[str, Any], epoch: float, *, done: bool) -> Entry:
    key = stable_id(seed)
    when = epoch - line["minutes"] * 60
    return Entry(key, _body(key, owner, line["row"], when, done=done), owner.id, done, when)


def _body(key: str, owner: Person, row: Json, when: float, *, done: bool) -> Json:
    if not isinstance(row, dict):
        return row
    requester = people_by_alias()["kwame.mensah"]
    usual: dict[str, Json] = {
        "id": key,
        "requesterId": requester.id,
        "requesterDisplayName": requester.name,
        "ownerId": owner.id,
        "ownerName": owner.name,
        "created": iso(when - 7_200 if done else when),
        "modified": None,
        "state": "Pending",
        "remediationItems": None,
        "approvalItems": None,
        "completed": iso(when) if done else None,
        "numItems": 1,
        "form": None,
        "errors": [],
    }
    return usual | _with_ids(row)


def _with_ids(value: Json) -> Json:
    """Replace `@name` in an `id` field with a generated id."""
    if isinstance(value, list):
        return [_with_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: stable_id(item)
        if name == "id" and isinstance(item, str) and item.startswith("@")
        else _with_ids(item)
        for name, item in value.items()
    }
