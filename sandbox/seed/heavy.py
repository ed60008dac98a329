"""The persona with 2,000 pending and 10,000 completed items, generated in a loop."""

from typing import Any

from sandbox.clock import iso
from sandbox.entries import Entry
from sandbox.people import Person, people_by_alias, stable_id

PENDING = 2_000
COMPLETED = 10_000
SOURCES = ("Mainframe", "Badge System", "VPN", "Print Service", "Legacy Ledger", "Lab Booking")
TASKS = (
    ("Account Create", "Create", "department"),
    ("Add an Attribute", "Add", "group"),
    ("Remove an Attribute", "Remove", "group"),
    ("Set an Attribute", "Set", "location"),
    ("Account Disable", "Disable", None),
    ("Account Unlock", "Unlock", None),
    ("Account Delete", "Delete", None),
)


def entries(owner: Person, epoch: float) -> list[Entry]:
    """Pending items spread over the last 40 days, completed ones over the last two years."""
    requesters = list(people_by_alias().values())
    pending = [
        _entry(owner, requesters[n % len(requesters)], n, epoch - 300 - n * 1_720)
        for n in range(PENDING)
    ]
    completed = [
        _entry(owner, requesters[n * 7 % len(requesters)], n, epoch - 900 - n * 6_300, done=True)
        for n in range(COMPLETED)
    ]
    return pending + completed


def _entry(
    owner: Person, requester: Person, number: int, when: float, *, done: bool = False
) -> Entry:
    key = stable_id(f"heavy {done} {number}")
    name, operation, _ = TASKS[number % len(TASKS)]
    body: dict[str, Any] = {
        "id": key,
        "requesterId": requester.id,
        "requesterDisplayName": requester.name,
        "ownerId": owner.id,
        "ownerName": owner.name,
        "created": iso(when - 5_400 if done else when),
        "modified": iso(when) if done else None,
        "description": f"{name} on source '{_source(number)}' for {requester.name}",
        "state": _state(done=done),
        "type": "Approval" if operation == "Add" else "ManualAction",
        "remediationItems": None,
        "approvalItems": [_item(key, requester, number, _state(done=done))],
        "name": name,
        "completed": iso(when) if done else None,
        "numItems": 1,
        "form": None,
        "errors": [],
    }
    return Entry(key, body, owner.id, done, when)


def _item(key: str, requester: Person, number: int, state: str) -> dict[str, Any]:
    _, operation, attribute = TASKS[number % len(TASKS)]
    return {
        "id": stable_id(f"{key} approval"),
        "application": f"{_source(number)} [source]",
        "account": requester.alias.replace(".", "")[:12],
        "operation": operation,
        "name": attribute,
        "value": requester.department if attribute else None,
        "state": state,
    }


def _source(number: int) -> str:
    return SOURCES[number % len(SOURCES)]


def _state(*, done: bool) -> str:
    return "Finished" if done else "Pending"
