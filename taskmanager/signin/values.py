"""The values of sign-in: who somebody is, and what the provider gave them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    id: str  # of the ISC identity
    name: str
    alias: str  # the account name
    is_admin: bool  # may see the queues of other owners (`workitems.scope`)
    is_auditor: bool = False  # may read the ledger; not in sessions of older versions


@dataclass(frozen=True, slots=True)
class Levels:
    """What a person may do besides their own work, under the names that `Person` has for it."""

    is_admin: bool
    is_auditor: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave. `expires_at` in epoch seconds; None when it is not known.

    `identity` is the person's id at sign-in; empty in rows of older versions.
    """

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None
    expires_at: float | None = None
    identity: str = ""

    @classmethod
    def from_response(
        cls, token: Mapping[str, Any], old: "Tokens | None" = None, *, identity: str = ""
    ) -> "Tokens":
        """Of a token response; what a refresh leaves out stays as it was in `old`."""
        expires_in = token.get("expires_in")
        return cls(
            access_token=token["access_token"],
            refresh_token=token.get("refresh_token") or (old.refresh_token if old else None),
            id_token=token.get("id_token") or (old.id_token if old else None),
            expires_at=time.time() + float(expires_in) if expires_in is not None else None,
            identity=old.identity if old else identity,
        )

    def lasts(self, seconds: float) -> bool:
        """Whether the access token is valid for so many seconds more."""
        return self.expires_at is None or self.expires_at - time.time() > seconds


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in. `subject` and `sid` are the provider's names, for its logout."""

    person: Person
    tokens: Tokens
    issuer: str
    subject: str
    sid: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """The result of a refresh. `levels` is None where the provider says nothing about them."""

    tokens: Tokens
    levels: Levels | None


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """The settings that make a provider; equal settings share one."""

    issuer: str | None
    isc_base_url: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    identity_claim: str
    admin_claim: str
    admin_values: tuple[str, ...]
    auditor_values: tuple[str, ...]
