"""Issues access tokens (JWTs with ISC's claims) and refresh tokens, and validates them."""

import secrets
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from sandbox.clock import Clock
from sandbox.people import ORG, TENANT_ID, Persona, personas_by_id
from sandbox.storage import Storage

POD = "sandbox"
REFRESH_SECONDS = 30 * 24 * 3600
ADMIN = "ORG_ADMIN"
ALGORITHM = "RS256"


class BadToken(Exception):
    """Its message is the text that ISC puts into the body of a 401."""


@dataclass(frozen=True)
class SignIn:
    """A person's session at the provider; `family` is the chain of rotated refresh tokens."""

    persona: Persona
    sid: str
    auth_time: int
    family: str


@dataclass(frozen=True)
class Caller:
    """The person and client that a bearer token belongs to."""

    identity_id: str
    authorities: tuple[str, ...]
    client_id: str
    scopes: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        return ADMIN in self.authorities


@lru_cache(maxsize=1)
def process_key() -> RSAKey:
    """A random signing key, shared by all tenants of the process."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


class Tokens:
    """Creates and reads tokens. Refresh families and revocations survive a restart."""

    def __init__(self, key: RSAKey, storage: Storage, clock: Clock, access_seconds: int) -> None:
        self.key = key
        self.storage = storage
        self.clock = clock
        self.access_seconds = access_seconds
        self.lock = threading.Lock()
        self.families: dict[str, dict[str, Any]] = storage.load("family")
        self.revoked: dict[str, Any] = storage.load("revoked")
        # Of people whose levels were changed, by id: the API follows at once, tokens as they come.
        self.levels: dict[str, tuple[str, ...]] = {}

    def jwks(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    def access_token(
        self, persona: Persona, client_id: str, scope: str, expires_in: int | None = None
    ) -> str:
        """A JWT with the claims that ISC documents, which do not include iss, aud or sub."""
        lifetime = self.access_seconds if expires_in is None else expires_in
        claims = {
            **isc_fields(persona),
            "user_name": persona.alias,
            "authorities": list(self.authorities_of(persona)),
            "client_id": client_id,
            "scope": scope.split(),
            "exp": int(self.clock.now()) + lifetime,
            "jti": secrets.token_urlsafe(16),
        }
        return self.encode(claims)

    def authorities_of(self, persona: Persona) -> tuple[str, ...]:
        return self.levels.get(persona.id, persona.authorities)

    def refresh_token(self, sign_in: SignIn, client_id: str, scope: str) -> str:
        """Issue the family's next refresh token; the previous one becomes invalid."""
        token_id = secrets.token_urlsafe(16)
        with self.lock:
            row = self.families.get(sign_in.family, {"sid": sign_in.sid, "dead": False})
            self._keep_family(sign_in.family, row | {"current": token_id})
        claims = {
            "ati": token_id,
            "family": sign_in.family,
            "identity_id": sign_in.persona.id,
            "sid": sign_in.sid,
            "auth_time": sign_in.auth_time,
            "client_id": client_id,
            "scope": scope.split(),
            "exp": int(self.clock.now()) + REFRESH_SECONDS,
        }
        return self.encode(claims)

    def read(self, token: str) -> Caller:
        """Raises BadToken for a foreign, revoked or expired token or one of another kind."""
        claims = self.decode(token)
        if "ati" in claims or "jti" not in claims:  # a refresh token, an id_token
            raise BadToken("JWT validation failed: JWT is not an access token")
        return Caller(
            identity_id=claims["identity_id"],
            authorities=self.levels.get(claims["identity_id"], tuple(claims["authorities"])),
            client_id=claims["client_id"],
            scopes=tuple(claims["scope"]),
        )

    def redeem(self, token: str) -> tuple[SignIn, dict[str, Any]] | None:
        """The session of a refresh token; a token that was used before revokes its whole family."""
        try:
            claims = self.decode(token)
        except BadToken:
            return None
        if "ati" not in claims:
            return None
        if not self._consume(claims["family"], claims["ati"]):
            return None
        persona = personas_by_id()[claims["identity_id"]]
        return SignIn(persona, claims["sid"], claims["auth_time"], claims["family"]), claims

    def revoke_family(self, family: str) -> None:
        """Revoke all refresh tokens of the family, including those issued later."""
        with self.lock:
            if family in self.families:
                self._keep_family(family, self.families[family] | {"dead": True})

    def _consume(self, family: str, token_id: str) -> bool:
        """Whether this was the family's valid token; of two simultaneous uses only one succeeds."""
        with self.lock:
            row = self.families.get(family)
            if row is None or row["dead"]:
                return False
            live = bool(row["current"] == token_id)
            self._keep_family(family, row | {"current": None, "dead": not live})
            return live

    def _keep_family(self, family: str, row: dict[str, Any]) -> None:
        self.families[family] = row
        self.storage.put("family", family, row)

    def end_session(self, sid: str) -> None:
        """Revoke every refresh family of a session at the provider."""
        for family, row in list(self.families.items()):
            if row["sid"] == sid:
                self.revoke_family(family)

    def revoke(self, token: str) -> None:
        """Refuse this access or refresh token from now on."""
        try:
            claims = self.decode(token)
        except BadToken:
            return
        if "ati" in claims:
            self.revoke_family(claims["family"])
        else:
            self.revoked[claims["jti"]] = True
            self.storage.put("revoked", claims["jti"], value=True)

    def encode(self, claims: dict[str, Any], typ: str = "JWT") -> str:
        header = {"alg": ALGORITHM, "kid": self.key.kid, "typ": typ}
        return jwt.encode(header, claims, self.key, [ALGORITHM])

    def decode(self, token: str) -> dict[str, Any]:
        try:
            claims = dict(jwt.decode(token, self.key, [ALGORITHM]).claims)
        except (JoseError, ValueError) as error:
            raise BadToken("JWT validation failed: JWT is malformed or not ours") from error
        if claims.get("exp", 0) <= self.clock.now():
            raise BadToken("JWT validation failed: JWT is expired")
        if claims.get("jti") in self.revoked:
            raise BadToken("JWT validation failed: JWT is revoked")
        return claims


def isc_fields(persona: Persona) -> dict[str, Any]:
    """The fields about tenant and person, both of the token and of the token response."""
    return {
        "tenant_id": TENANT_ID,
        "internal": False,
        "pod": POD,
        "org": ORG,
        "identity_id": persona.id,
        "user_id": persona.id,
        "strong_auth": True,
        "strong_auth_supported": True,
        "enabled": True,
        "accessType": "OFFLINE",
    }
