"""The tenant as the tests and the oracle use it: its faults, its record, and other people."""

import time
from collections.abc import Mapping
from typing import Any

import requests

from tests.bench.stage import Tenant
from tests.faults.pressing import PERSONA, Decision

PATIENCE = 8.0  # seconds


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
        """All work items as seeded, no faults, an empty record."""
        self.tenant.reset()
        for name in ("faults", "calls"):
            requests.delete(f"{self._control}/{name}", timeout=10).raise_for_status()
        self._other = {"Authorization": f"Bearer {self._token('admin')}"}

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
        url = f"{self._api}/{decision.item}/{verdict}/{decision.line}"
        requests.post(url, headers=self._other, timeout=10)

    def state(self, decision: Decision) -> str:
        """How the approval item stands now."""
        url = f"{self._api}/{decision.item}"
        item = requests.get(url, headers=self._other, timeout=10).json()
        return next(
            str(line["state"]) for line in item["approvalItems"] if line["id"] == decision.line
        )

    def _token(self, key: str) -> str:
        person = self.people[key]
        form = {"grant_type": "client_credentials", "client_id": person["pat_id"]}
        form["client_secret"] = person["pat_secret"]
        reply = requests.post(f"{self.tenant.address}/oauth/token", data=form, timeout=10)
        return str(reply.json()["access_token"])
