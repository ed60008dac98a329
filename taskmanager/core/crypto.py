"""Encryption at rest for sessions and tokens, with keys that can be rotated."""

import base64
import hashlib
import hmac
import json
import os
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE: Final = 12  # bytes, as AES-GCM wants it: no two of 2 to the 32nd are alike


@lru_cache(maxsize=64)
def _derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose, so that no key ever serves two."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"my-tasks {purpose}".encode())
    return hkdf.derive(secret.encode())


class Purpose(StrEnum):
    """What is encrypted: each purpose has keys of its own, even where they come from one secret."""

    SESSION = "encryption"
    LEDGER = "ledger"
    READS = "reads"
    SNAPSHOT = "snapshot"
    VIEWS = "views"
    BASKET = "basket"
    PINS = "pins"


# Longer than any session.
KEPT_LONG: Final = frozenset({Purpose.LEDGER, Purpose.VIEWS, Purpose.BASKET, Purpose.PINS})


@lru_cache(maxsize=8)
def _box(secrets: tuple[str, ...], purpose: Purpose) -> MultiFernet:
    keys = (base64.urlsafe_b64encode(_derive(secret, purpose)) for secret in secrets)
    return MultiFernet([Fernet(key) for key in keys])


def _secrets(purpose: Purpose = Purpose.SESSION) -> tuple[str, ...]:
    """The first one writes; the others still read what they once wrote."""
    of_sessions = tuple(settings.SESSION_KEYS) or (settings.SECRET_KEY,)
    return tuple(settings.LEDGER_KEYS) or of_sessions if purpose in KEPT_LONG else of_sessions


def seal(content: object, *, row: str, purpose: Purpose = Purpose.SESSION) -> str:
    """Encrypt anything JSON can hold, for one row: copied into another row it does not open."""
    text = json.dumps([row, content]).encode()
    return _box(_secrets(purpose), purpose).encrypt(text).decode()


def unseal(sealed: str, *, row: str, purpose: Purpose = Purpose.SESSION) -> object | None:
    """What was sealed for this row, or None when none of our keys can decrypt it."""
    try:
        opened = _box(_secrets(purpose), purpose).decrypt(sealed.encode())
        owner, content = json.loads(opened)
    except (InvalidToken, ValueError):
        return None
    return content if owner == row else None


def seal_bytes(content: bytes, *, row: str, purpose: Purpose) -> bytes:
    """The same for what is long and no JSON: AES-GCM, `row` being its associated data."""
    nonce = os.urandom(NONCE)
    key = _derive(_secrets(purpose)[0], purpose)
    return nonce + AESGCM(key).encrypt(nonce, content, row.encode())


def unseal_bytes(sealed: bytes, *, row: str, purpose: Purpose) -> bytes | None:
    """What was sealed for this row, or None when none of our keys can decrypt it for that."""
    for secret in _secrets(purpose):
        box = AESGCM(_derive(secret, purpose))
        with suppress(InvalidTag, ValueError):
            return box.decrypt(sealed[:NONCE], sealed[NONCE:], row.encode())
    return None


def key_marks(purpose: Purpose) -> list[str]:
    """A short public mark of each key, the one that writes first: rows name theirs by it."""
    return [digest(f"{purpose} {_derive(key, 'mark').hex()}")[:8] for key in _secrets(purpose)]


def digest(value: str) -> str:
    """What we store of a secret that is too long to be guessed."""
    return hashlib.sha256(value.encode()).hexdigest()


def hash_session_key(session_key: str) -> str:
    """The primary key of a session's row: somebody who reads it does not learn the cookie."""
    return digest(session_key)


def fingerprints(purpose: str, *parts: str, keys: Purpose = Purpose.SESSION) -> list[str]:
    """Keyed hashes of a personal value, one for each key: store the first, search for all.

    `keys`: what it is kept as long as.
    """
    message = "\0".join(parts).encode()
    derived = (_derive(secret, f"index {purpose}") for secret in _secrets(keys))
    return [hmac.digest(key, message, "sha256").hex() for key in derived]
