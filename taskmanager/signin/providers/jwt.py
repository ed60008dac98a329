"""The signatures of the provider's id_tokens and logout tokens."""

from collections.abc import Callable
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from taskmanager.signin.providers.shared_read import SharedRead

# Asymmetric ones only: `none` and HMAC are refused whatever the provider offers.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
KEYS_RETRY_SECONDS: Final = 30  # an unknown key id may make us fetch the keys again this often
LEEWAY: Final = 60  # seconds by which two clocks may differ


class Verifier:
    """Checks signatures with the provider's published keys, which it fetches and keeps.

    `fetch` reads the key set's document; for unknown key ids (anybody can invent one) only once
    in KEYS_RETRY_SECONDS.
    """

    def __init__(self, fetch: Callable[[], dict[str, Any]]) -> None:
        self._keys = SharedRead("keys", fetch)

    def decode(self, token: str, *, algorithms: list[str]) -> jwt.Token:
        """A JWT whose signature is the provider's; its claims are still to be checked.

        Raises JoseError, and ValueError, KeyError and the like for a malformed token; and
        ProviderUnavailable when the keys cannot be fetched.
        """
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            return jwt.decode(token, key_set(self._keys.get()), registry=registry)
        except InvalidKeyIdError:
            newer = self._keys.newer(KEYS_RETRY_SECONDS)
            return jwt.decode(token, key_set(newer), registry=registry)
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None


def key_set(document: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(document)  # type: ignore[arg-type]
