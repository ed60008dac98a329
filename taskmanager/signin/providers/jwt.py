"""The signatures of the provider's id_tokens and logout tokens."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.providers.base import METADATA_RETRY_SECONDS

# Asymmetric ones only: `none` and HMAC are refused whatever the provider offers.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
KEYS_RETRY_SECONDS: Final = 30  # an unknown key id may make us fetch the keys again this often
LEEWAY: Final = 60  # seconds by which two clocks may differ


class Verifier:
    """Checks signatures with the provider's published keys, which it fetches and keeps.

    `fetch` reads the key set's document, for unknown key ids (anybody can invent one) only once
    in KEYS_RETRY_SECONDS.
    """

    def __init__(self, fetch: Callable[[], dict[str, Any]]) -> None:
        self._fetch = fetch
        self._held: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._tried_at = 0.0

    def decode(self, token: str, *, algorithms: list[str]) -> jwt.Token:
        """A JWT whose signature is the provider's; its claims are still to be checked.

        Raises JoseError, and ValueError, KeyError and the like for a malformed token; requests'
        errors and ProviderUnavailable when the keys cannot be fetched.
        """
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            return jwt.decode(token, self._keys(), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(token, self._keys(is_key_missing=True), registry=registry)

    def _keys(self, *, is_key_missing: bool = False) -> KeySet:
        if is_key_missing or not self._held:  # held keys are read without waiting for the lock
            with self._lock:  # a thread that waited here finds what another has fetched
                age = time.time() - self._tried_at
                if not self._held and age < METADATA_RETRY_SECONDS:
                    raise ProviderUnavailable("keys: tried a moment ago")
                if not self._held or (is_key_missing and age >= KEYS_RETRY_SECONDS):
                    self._tried_at = time.time()
                    self._held = self._fetch()
        return KeySet.import_key_set(self._held)  # type: ignore[arg-type]
