"""`app.sandbox`: how tests control a tenant that runs in their own process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.behaviour import Behaviour
from sandbox.clients import DASHBOARD_CLIENT_ID, Client
from sandbox.clock import Clock
from sandbox.faults import Fault
from sandbox.gate import Call, Gate
from sandbox.isc_api import FULL_SCOPE
from sandbox.limits import RateLimit
from sandbox.people import Persona, personas
from sandbox.seed import varied
from sandbox.state import World
from sandbox.tokens import Tokens


@dataclass(frozen=True)
class SignInDetails:
    """A persona's ids, names and credentials, for scripts."""

    key: str
    id: str
    name: str
    alias: str
    pat_id: str
    pat_secret: str
    authorities: tuple[str, ...]
    subject: str

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("key", "name", "id", "pat_id", "pat_secret")}


class Sandbox:
    """Safe to use from several threads."""

    def __init__(
        self,
        world: World,
        tokens: Tokens,
        gate: Gate,
        limit: RateLimit,
        clients: Mapping[str, Client],
        behaviour: Behaviour,
    ) -> None:
        self.world = world
        self.tokens = tokens
        self.gate = gate
        self.limit = limit
        self.clients = clients
        self.behaviour = behaviour

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def calls(self) -> list[Call]:
        """Every recorded request except those to /_sandbox, oldest first."""
        return self.gate.calls

    @property
    def api_calls(self) -> list[Call]:
        """The recorded calls of the Work Items API and public identities."""
        return [call for call in self.gate.calls if call.api]

    @property
    def client(self) -> Client:
        """The dashboard's OAuth client."""
        return self.clients[DASHBOARD_CLIENT_ID]

    def reset(self) -> None:
        """Restore the seeded work items; clear faults, calls and clock offset. Keeps sessions."""
        self.clock.reset()
        self.world.reset()
        self.gate.faults.clear()
        self.gate.calls.clear()
        self.limit.reset()
        self.tokens.levels.clear()
        self.behaviour.reset()

    def give_tasks(self, key: str, count: int) -> None:
        """Give a persona so many varied pending tasks in place of theirs, until the reset."""
        person = personas()[key].person
        self.world.replace_pending(person.id, varied.entries(person, count, self.clock.now()))

    def fault(self, method: str, path: str, **how: Any) -> None:
        """Make the next call whose path matches the regular expression fail; see `Fault`."""
        self.gate.faults.add(Fault(method=method, path=path, **how))

    def persona(self, key: str) -> SignInDetails:
        persona = personas()[key]
        pat = next(client for client in self.clients.values() if client.persona is persona)
        return SignInDetails(
            key=key,
            id=persona.id,
            name=persona.name,
            alias=persona.alias,
            pat_id=pat.client_id,
            pat_secret=pat.secret or "",
            authorities=persona.authorities,
            subject=persona.subject,
        )

    def access_token_for(
        self, key: str, expires_in: int | None = None, scope: str = FULL_SCOPE
    ) -> str:
        """A persona's bearer token for the dashboard's client, without the sign-in round trip."""
        persona: Persona = personas()[key]
        return self.tokens.access_token(persona, DASHBOARD_CLIENT_ID, scope, expires_in)

    def set_levels(self, key: str, *authorities: str) -> None:
        """Give a persona other user levels, until the reset."""
        self.tokens.levels[personas()[key].id] = authorities

    def revoke(self, token: str) -> None:
        """Revoke an access token, or a refresh token together with its whole family."""
        self.tokens.revoke(token)
