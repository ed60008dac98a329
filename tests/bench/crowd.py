"""People for a tenant and its dashboard, and what their calls came to."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.dashboard import ROOT, Dashboard
from sandbox.entries import Entry
from sandbox.isc_api import FULL_SCOPE
from sandbox.people import Person, Persona, personas, personas_by_id
from sandbox.server import SandboxApp
from tests.bench.measure import percentile

TOKEN_SECONDS = 7200
TASKS_EACH = 100  # as many decisions as a storm may take
QUIET_SECONDS = 11.0  # the window of the tenant's limit, and one


class Crowd:
    """Makes people who are signed in, and remembers their calls from `wait_until_quiet` on."""

    def __init__(self, app: SandboxApp, dashboard: Dashboard) -> None:
        self._app, self._dashboard = app, dashboard
        self._made = 0
        # Rows that name no owner: with them, each person asks once before the scan is believed.
        world = app.sandbox.world
        for key in world.queue(personas()["odd"].id, done=False):
            if entry := world.get(key):
                world.put(replace(entry, done=True))

    def signed_in(self, count: int) -> list[str]:
        """The Cookie headers of so many new people."""
        return self._cookies([self._person() for _ in range(count)])

    def with_tasks(self, count: int) -> list[str]:
        """The same of people with tasks to approve: copies of those of the heavy queue."""
        world = self._app.sandbox.world
        keys = world.queue(personas()["heavy"].id, done=False)
        entries = [entry for entry in map(world.get, keys) if entry]
        to_approve = [one for one in entries if one.body["type"] == "Approval"][:TASKS_EACH]
        people = [self._person() for _ in range(count)]
        for person in people:
            for entry in to_approve:
                world.put(copied(entry, person.id))
        return self._cookies(people)

    def wait_until_quiet(self) -> None:
        """What has been read so far counts no more."""
        time.sleep(QUIET_SECONDS)
        self._app.sandbox.calls.clear()

    def report(self, decisions: Sequence[tuple[int, float]]) -> str:
        """The upstream calls by what they were for, and how the decisions ended."""
        lines = [f"upstream calls: {self.calls()}, answered with 429: {self.refused()}"]
        times = [milliseconds for _, milliseconds in decisions]
        ends = dict(Counter(status for status, _ in decisions))
        lines.append(f"{len(times)} decisions meanwhile: {ends}")
        if len(times) > 1:
            p50, p95 = percentile(times, 50), percentile(times, 95)
            lines.append(f"  p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        return "\n".join(lines)

    def calls(self) -> dict[str, int]:
        """How many calls read for people, decided, and were the tenant scan's."""
        scan = personas()["admin"].id
        names = (
            "scan" if call.actor == scan else "decisions" if call.method == "POST" else "reads"
            for call in self._app.sandbox.api_calls
        )
        return dict(Counter(names))

    def refused(self) -> int:
        calls = self._app.sandbox.api_calls
        return sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in calls)

    def _person(self) -> Persona:
        self._made += 1
        key = f"guest{self._made}"
        person = Person(key, "Guest", key, "", "", "", "", "ACTIVE", "active", "")
        personas()[key] = Persona(key, person, (), "")
        personas_by_id.cache_clear()
        return personas()[key]

    def _cookies(self, people: Sequence[Persona]) -> list[str]:
        tokens = self._app.sandbox.tokens
        guests = [
            (one.id, tokens.access_token(one, DASHBOARD_CLIENT_ID, FULL_SCOPE, TOKEN_SECONDS))
            for one in people
        ]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.guests"],
            cwd=ROOT,
            env=self._dashboard.environment | {"DJANGO_SETTINGS_MODULE": "taskmanager.settings"},
            input=json.dumps(guests),
            capture_output=True,
            text=True,
            check=True,
        )
        return [f"session={key}" for key in json.loads(done.stdout)]


def copied(entry: Entry, owner: str) -> Entry:
    key = f"{entry.key[:20]}{owner}"
    body = {**entry.body, "id": key, "ownerId": owner}
    return replace(entry, key=key, owner=owner, body=body)
