"""The invented people of the tenant, and the six personas that can sign in."""

import csv
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SEED = Path(__file__).parent / "seed"
ORG = "acme"
TENANT_ID = "6f1f9f0d-3c33-4f0a-9d1c-6f2c8f1f7c51"


def stable_id(text: str) -> str:
    """32 hex digits derived from the text, in the format of ISC's ids; the same on every start."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Person:
    """One identity; `manager` is the manager's alias, empty for the chief executive."""

    alias: str
    firstname: str
    lastname: str
    title: str
    department: str
    city: str
    country: str
    state: str
    status: str
    manager: str

    @property
    def id(self) -> str:
        return stable_id(f"person {self.alias}")

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.lastname}"

    @property
    def email(self) -> str:
        return f"{self.alias}@acme.example"

    @property
    def is_active(self) -> bool:
        return self.state == "ACTIVE"


@dataclass(frozen=True)
class Persona:
    """A person who can sign in."""

    key: str
    person: Person
    authorities: tuple[str, ...]
    blurb: str

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def alias(self) -> str:
        return self.person.alias

    @property
    def subject(self) -> str:
        """OpenID `sub`; differs from the identity id, as it does at real providers."""
        return f"{ORG}|{self.alias}"


@lru_cache(maxsize=1)
def people_by_alias() -> dict[str, Person]:
    with (SEED / "people.csv").open(encoding="utf-8", newline="") as file:
        return {row["alias"]: Person(**row) for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def people_by_id() -> dict[str, Person]:
    return {person.id: person for person in people_by_alias().values()}


@lru_cache(maxsize=1)
def personas() -> dict[str, Persona]:
    """Keyed by approver, admin, agent, empty, heavy and odd."""
    rows: list[dict[str, Any]] = json.loads((SEED / "personas.json").read_text(encoding="utf-8"))
    return {
        row["key"]: Persona(
            key=row["key"],
            person=people_by_alias()[row["alias"]],
            authorities=tuple(row["authorities"]),
            blurb=row["blurb"],
        )
        for row in rows
    }


@lru_cache(maxsize=1)
def personas_by_id() -> dict[str, Persona]:
    return {persona.id: persona for persona in personas().values()}
