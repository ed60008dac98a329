"""The tenant as the tests and the oracle use it: its faults, its record, and other people."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from tests.bench.stage import Tenant
from tests.faults.moments import Kind
from tests.faults.oracle import Standing
from tests.faults.pressing import PERSONA, Decision

PATIENCE = 8.0  # seconds
MOST_PENDING = 2_250
LENDER = "approver"  # has work items of several lines, and the person who presses has none
Task = tuple[str, list[str]]  # the ids of a work item and of what may be decided in it


class Peer:
    """Calls the tenant directly, past the dashboard."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._control = f"{tenant.address}/_sandbox"
        self._api = f"{tenant.address}/v2024/work-items"
        people = requests.get(f"{self._control}/personas", timeout=10).json()
        self.people = {person["key"]: person for person in people}
        self.mine = str(self.people[PERSONA]["id"])

    def begin(self) -> None:
        """All work items as seeded, besides those of several lines; no faults, an empty record."""
        self.tenant.reset()
        self._other = {"Authorization": f"Bearer {self._token('admin')}"}
        self._lend()
        for name in ("faults", "calls"):
            requests.delete(f"{self._control}/{name}", timeout=10).raise_for_status()

    def tasks(self) -> dict[Kind, list[Task]]:
        """What the person has to do, by the kind of decision that it is there for."""
        found: dict[Kind, list[Task]] = {kind: [] for kind in Kind}
        manual = (Kind.FORWARD, Kind.COMPLETE)
        for number, item in enumerate(self._pending(self.mine)):
            lines = [line["id"] for line in item["approvalItems"] if line["state"] == "Pending"]
            kind = manual[number % 2]
            if item["type"] == "Approval":
                kind = Kind.LINES if len(lines) > 1 else Kind.ONE_LINE
            found[kind].append((item["id"], lines))
        return found

    def _lend(self) -> None:
        """Give the person the approvals of several lines that somebody else has."""
        body = {"targetOwnerId": self.mine, "comment": "For a test."}
        for item in list(self._pending(str(self.people[LENDER]["id"]))):
            if item["type"] == "Approval" and len(item["approvalItems"]) > 1:
                url = f"{self._api}/{item['id']}/forward"
                reply = requests.post(url, json=body, headers=self._other, timeout=10)
                reply.raise_for_status()

    def _pending(self, owner: str) -> Iterator[Mapping[str, Any]]:
        for offset in range(0, MOST_PENDING, 250):
            params = {"ownerId": owner, "limit": "250", "offset": str(offset)}
            reply = requests.get(self._api, params=params, headers=self._other, timeout=30)
            yield from reply.json()

    def fault(self, method: str, item: str, **how: Any) -> None:
        fault = {"method": method, "path": item, **how}
        requests.post(f"{self._control}/faults", json=fault, timeout=10).raise_for_status()

    def calls(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = requests.get(f"{self._control}/calls", timeout=30).json()
        return found

    def wait_for(self, method: str, decisions: list[Decision]) -> list[Decision]:
        """Those whose call has reached the tenant, once all have or no more may come."""
        until = time.monotonic() + PATIENCE
        while True:
            calls = [call for call in self.calls() if call["actor"] == self.mine]
            paths = [str(call["path"]) for call in calls if call["method"] == method]
            there = [one for one in decisions if any(one.item in path for path in paths)]
            if len(there) == len(decisions) or time.monotonic() > until:
                return there
            time.sleep(0.03)

    def decide(self, decision: Decision, verdict: str) -> None:
        """Decide it as an administrator of the tenant, by another client."""
        url = f"{self._api}/{decision.item}/{verdict}/{decision.lines[0]}"
        requests.post(url, headers=self._other, timeout=10)

    def standing(self, decision: Decision) -> Standing:
        """How the work item stands now; administrators can read it in anybody's queue."""
        url = f"{self._api}/{decision.item}"
        item = requests.get(url, headers=self._other, timeout=10).json()
        lines = [line for line in item["approvalItems"] if line["id"] in decision.lines]
        states = tuple(str(line["state"]) for line in lines)
        return Standing(str(item["ownerId"]), str(item["state"]), states)

    def _token(self, key: str) -> str:
        person = self.people[key]
        form = {"grant_type": "client_credentials", "client_id": person["pat_id"]}
        form["client_secret"] = person["pat_secret"]
        reply = requests.post(f"{self.tenant.address}/oauth/token", data=form, timeout=10)
        return str(reply.json()["access_token"])
