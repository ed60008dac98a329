"""From claims to a Person."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from taskmanager.core.characters import visible
from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.values import Levels, Person, ProviderConfig

NAMES = ("name", "displayName", "preferred_username", "user_name", "uid")
ALIASES = ("user_name", "preferred_username", "alias", "uid")


def payload_of(token: str) -> dict[str, Any]:
    """The claims inside an access token, **unverified**; empty when it is not a JWT.

    ISC publishes no key to verify it with: only for tokens that the token endpoint itself sent.
    """
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """One set of claims; the earlier layer wins. Null and blank text count as absent."""
    result: dict[str, Any] = {}
    for layer in reversed(layers):
        result.update({key: value for key, value in layer.items() if not _is_absent(value)})
    return result


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not visible(value))


def text(claims: Mapping[str, Any], *names: str) -> str:
    """The first of these claims that holds text that can be seen, as it came, or ""."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and visible(value):
            return value.strip()
    return ""


def shown(claims: Mapping[str, Any], *names: str) -> str:
    """The same for people: without what is not seen, or what reorders the rest."""
    return visible(text(claims, *names)).strip()


def person_from(claims: Mapping[str, Any], config: ProviderConfig, *usual_names: str) -> Person:
    """The person of these claims. Raises SignInRefused("no_identity") when there is none.

    `usual_names`: the claims that may hold the identity's id when the settings name none.
    """
    names = (config.identity_claim,) if config.identity_claim else usual_names
    identity = text(claims, *names)
    if not identity:
        raise SignInRefused("no_identity", f"none of {', '.join(names)}")
    alias = shown(claims, *ALIASES) or visible(identity)
    full_name = " ".join(filter(None, (shown(claims, "given_name"), shown(claims, "family_name"))))
    levels = levels_from(claims, config) or Levels(is_admin=False, is_auditor=False)
    return Person(
        id=identity,
        name=shown(claims, "name") or full_name or shown(claims, *NAMES) or alias,
        alias=alias,
        is_admin=levels.is_admin,
        is_auditor=levels.is_auditor,
    )


def levels_from(claims: Mapping[str, Any], config: ProviderConfig) -> Levels | None:
    """The levels of these claims, or None when they name none at all."""
    levels = claims.get(config.admin_claim)
    if levels is None:
        return None
    held = levels if isinstance(levels, list) else [levels]
    return Levels(
        is_admin=any(value in held for value in config.admin_values),
        is_auditor=any(value in held for value in config.auditor_values),
    )
