"""The one path on which a JWT of the provider becomes claims: id_tokens and logout tokens."""

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

# Asymmetric and sound. `none` and the HMAC family are left out whatever the provider lists.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
KEYS_RETRY_SECONDS: Final = 30  # an unknown key id may make us fetch the keys again this often
LEEWAY: Final = 60  # seconds by which two clocks may differ


class Verifier:
    """Checks signatures with the provider's published keys, which it fetches and keeps.

    `fetch` reads the key set's document. It is called by one thread at a time, and for unknown
    key ids (anybody can make those up) at most every KEYS_RETRY_SECONDS.
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
        return KeySet.import_key_set(self._document(is_key_missing=is_key_missing))  # type: ignore[arg-type]

    def _document(self, *, is_key_missing: bool) -> dict[str, Any]:
        if self._held and not is_key_missing:
            return self._held
        with self._lock:  # who comes while another fetches them waits, and finds them held
            age = time.time() - self._tried_at
            if self._held and (not is_key_missing or age < KEYS_RETRY_SECONDS):
                return self._held
            if not self._held and age < METADATA_RETRY_SECONDS:
                raise ProviderUnavailable("keys: tried a moment ago")
            self._tried_at = time.time()
            self._held = self._fetch()
            return self._held
