"""From claims to a Person."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from taskmanager.signin.errors import SignInRefused
from taskmanager.signin.values import Person, ProviderConfig

NAMES = ("name", "displayName", "preferred_username", "user_name", "uid")
ALIASES = ("user_name", "preferred_username", "alias", "uid")


def payload_of(token: str) -> dict[str, Any]:
    """The claims inside an access token, **unverified**; empty when it is not a JWT.

    ISC publishes no key to verify it with: only for tokens that the token endpoint itself sent.
    """
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """One set of claims; the earlier layer wins, and null counts as absent."""
    result: dict[str, Any] = {}
    for layer in reversed(layers):
        result.update({key: value for key, value in layer.items() if value is not None})
    return result


def text(claims: Mapping[str, Any], *names: str) -> str:
    """The first of these claims that holds text, or an empty string."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def person_from(claims: Mapping[str, Any], config: ProviderConfig, *usual_names: str) -> Person:
    """The person of these claims. Raises SignInRefused("no_identity") when there is none.

    `usual_names`: the claims that may hold the identity's id when the settings name none.
    """
    names = (config.identity_claim,) if config.identity_claim else usual_names
    identity = text(claims, *names)
    if not identity:
        raise SignInRefused("no_identity", f"none of {', '.join(names)}")
    alias = text(claims, *ALIASES) or identity
    full_name = " ".join(filter(None, (text(claims, "given_name"), text(claims, "family_name"))))
    levels = claims.get(config.admin_claim)
    held = levels if isinstance(levels, list) else [levels]
    return Person(
        id=identity,
        name=text(claims, "name") or full_name or text(claims, *NAMES) or alias,
        alias=alias,
        is_admin=any(value in held for value in config.admin_values),
        is_auditor=any(value in held for value in config.auditor_values),
    )
