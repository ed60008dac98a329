"""Any number of pending tasks that differ as those of a large tenant do, made when asked for."""

import json
from typing import Any

from sandbox.clock import iso
from sandbox.entries import Entry, Json
from sandbox.people import SEED, Person, people_by_alias, stable_id

SYSTEMS = ("Active Directory", "SAP ERP", "Oracle Finance", "Salesforce", "GitHub", "Mainframe",
    "VPN", "Badge System")  # fmt: skip
REGIONS = ("EMEA", "AMER", "APAC", "DACH", "Nordics", "Ibérica", "日本")
KINDS = (
    ("Approval", "Access Request", "Add"),
    ("Approval", "Role Request", "Add"),
    ("Approval", "Access Removal", "Remove"),
    ("ManualAction", "Account Create", "Create"),
    ("ManualAction", "Set an Attribute", "Set"),
    ("ManualAction", "Account Disable", "Disable"),
    ("ManualAction", "Account Unlock", "Unlock"),
    ("Generic", "Review the account", "Delete"),
)
OVER = 120 * 86_400  # seconds over which they were created
EVERY_FORM, EVERY_PRIVILEGED, EVERY_ERROR, EVERY_OWN = 19, 23, 37, 101
LINES, GROUPS = (1, 1, 1, 2, 3, 1, 5), 300
ERRORS = ["The connector did not answer."]


def entries(owner: Person, count: int, now: float) -> list[Entry]:
    """From 56 sources, of all people, one to five items each; some flagged, some with a form."""
    requesters = list(people_by_alias().values())
    forms = json.loads((SEED / "forms.json").read_text(encoding="utf-8"))
    step = OVER / max(1, count)
    return [
        _entry(owner, requesters, list(forms.values()), number, now - OVER + number * step)
        for number in range(count)
    ]


def _entry(
    owner: Person, requesters: list[Person], forms: list[Json], number: int, when: float
) -> Entry:
    key = stable_id(f"varied {owner.alias} {number}")
    requester = owner if number % EVERY_OWN == 0 else requesters[number * 5 % len(requesters)]
    target = requesters[number * 13 % len(requesters)]
    kind, name, operation = KINDS[number % len(KINDS)]
    has_form = number % EVERY_FORM == 0
    body: dict[str, Any] = {
        "id": key,
        "requesterId": requester.id,
        "requesterDisplayName": requester.name,
        "ownerId": owner.id,
        "ownerName": owner.name,
        "created": iso(when),
        "modified": None,
        "description": f"{name} for {target.name}, {target.department}: ticket REQ-{number:05}",
        "state": "Pending",
        "type": "Form" if has_form else kind,
        "remediationItems": None,
        "approvalItems": None if has_form else _items(key, target, operation, number),
        "name": name,
        "completed": None,
        "numItems": 1,
        "form": _form(key, target, forms[number % len(forms)]) if has_form else None,
        "errors": ERRORS if number % EVERY_ERROR == 0 else [],
    }
    return Entry(key, body, owner.id, done=False, when=when)


def _items(key: str, target: Person, operation: str, number: int) -> list[dict[str, Any]]:
    privileged = "Domain Admins " if number % EVERY_PRIVILEGED == 0 else ""
    return [
        {
            "id": stable_id(f"{key} {line}"),
            "application": f"{_source(number)} [source]",
            "account": target.alias,
            "operation": operation,
            "name": "memberOf",
            "value": f"{privileged}{target.department} Group {(number * 11 + line) % GROUPS}",
            "state": "Pending",
        }
        for line in range(LINES[number % len(LINES)])
    ]


def _form(key: str, target: Person, form: Json) -> Json:
    about = {"id": stable_id(f"{key} form"), "name": "AccountSelection Form"}
    return {**about, "targetUser": target.name, **form}


def _source(number: int) -> str:
    return f"{SYSTEMS[number // 3 % len(SYSTEMS)]} {REGIONS[number % len(REGIONS)]}"
