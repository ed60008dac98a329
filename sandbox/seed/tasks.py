"""Builds queues from JSON files: one line per item, with `|` between its columns."""

import json
from typing import Any

from sandbox.clock import iso
from sandbox.entries import Entry, Json
from sandbox.people import SEED, Person, people_by_alias, stable_id

Row = dict[str, Any]


def entries(owner: Person, file: str, epoch: float) -> list[Entry]:
    """The pending and completed items of `owner`; ages are minutes before `epoch`."""
    rows: dict[str, list[Row]] = json.loads((SEED / file).read_text(encoding="utf-8"))
    forms: dict[str, Json] = json.loads((SEED / "forms.json").read_text(encoding="utf-8"))
    return [
        _entry(owner, f"{file} {queue} {number}", row, forms, epoch)
        for queue in ("pending", "completed")
        for number, row in enumerate(rows[queue])
    ]


def _entry(owner: Person, seed: str, row: Row, forms: dict[str, Json], epoch: float) -> Entry:
    key = stable_id(seed)
    created = epoch - row["minutes"] * 60
    took = row.get("took")
    if took is not None:  # a completed row: `minutes` is the age of its completion
        created, ended = created - took * 60, created
    requester = people_by_alias()[row["by"]]
    body: Row = {
        "id": key,
        "requesterId": requester.id,
        "requesterDisplayName": requester.name,
        "ownerId": owner.id,
        "ownerName": owner.name,
        "created": iso(created),
        "modified": iso(epoch - row["modified"] * 60) if "modified" in row else None,
        "description": row["about"],
        "state": row.get("state", "Pending"),
        "type": row["type"],
        "remediationItems": _remediation_items(seed, row.get("remedy")),
        "approvalItems": _approval_items(seed, row.get("approve")),
        "name": row["name"],
        "completed": iso(ended) if took is not None else None,
        "numItems": len(row.get("approve") or row.get("remedy") or [""]),
        "form": _form(seed, forms, row.get("form"), owner),
        "errors": row.get("errors", []),
    }
    return Entry(key, body, owner.id, took is not None, created if took is None else ended)


def _approval_items(seed: str, lines: list[str] | None) -> list[Row] | None:
    if lines is None:
        return None
    columns = ("application", "account", "operation", "name", "value", "state")
    return [
        {"id": stable_id(f"{seed} approval {number}")}
        | {
            column: cell.strip() or None
            for column, cell in zip(columns, line.split(" | "), strict=True)
        }
        for number, line in enumerate(lines)
    ]


def _remediation_items(seed: str, lines: list[str] | None) -> list[Row] | None:
    if lines is None:
        return None
    return [_remediation_item(f"{seed} remediation {n}", line) for n, line in enumerate(lines)]


def _remediation_item(seed: str, line: str) -> Row:
    alias, application, attribute, operation, value = line.split(" | ")
    target = people_by_alias()[alias]
    return {
        "id": stable_id(seed),
        "targetId": target.id,
        "targetName": target.alias,
        "targetDisplayName": target.name,
        "applicationName": application,
        "attributeName": attribute,
        "attributeOperation": operation,
        "attributeValue": value,
        "nativeIdentity": f"CN={target.name},OU=People,DC=acme,DC=example",
    }


def _form(seed: str, forms: dict[str, Json], name: str | None, owner: Person) -> Json:
    if name is None:
        return None
    form_id = stable_id(f"{seed} form")
    return {
        "id": form_id,
        "name": "AccountSelection Form",
        "targetUser": owner.name,
        **forms[name],
    }
