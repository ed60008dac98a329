"""What a page sends back of what it showed, signed for one person.

The mark stands on buttons that post at once: this person was shown the item without a flag that
asks. It spares the happy path a read: a press with a mark is sent, any other is answered with the
confirmation first. It guards against slips, stale pages and addresses from elsewhere, not against
the person themselves, who may decide the item anyway once they have confirmed it.
"""

import time
from binascii import b2a_base64
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Final, Self

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

SALT: Final = "workitems.unflagged"
TASK_SALT: Final = "workitems.task"
MAX_AGE: Final = 24 * 3600  # seconds: older pages are shown anew before they decide
SKEW: Final = 60  # seconds that the clocks of several servers may differ by
MAC_BYTES: Final = 3  # each row carries it: a stray mark fits once in 16 million presses


@dataclass(frozen=True)
class Marks:
    """Marks of one person's page: its time is signed once, each item by a short MAC below that."""

    actor_id: str
    stamp: str

    @classmethod
    def now(cls, actor_id: str) -> Self:
        return cls(actor_id, f"{int(time.time()):x}")

    @cached_property
    def _key(self) -> bytes:
        signed = f"{self.stamp}:{self.actor_id}"
        return salted_hmac(SALT, signed, algorithm="sha256").digest()

    def of(self, item_id: str) -> str:
        mac = blake2b(item_id.encode(), key=self._key, digest_size=MAC_BYTES).digest()
        return f"{self.stamp}.{b2a_base64(mac, newline=False).decode()}"


def is_marked(mark: str, item_id: str, actor_id: str) -> bool:
    """Whether it is the mark of this item for this person, and not too old."""
    stamp, _dot, _mac = mark.partition(".")
    try:
        age = time.time() - int(stamp, 16)
    except ValueError:
        return False
    expected = Marks(actor_id, stamp).of(item_id)
    return -SKEW <= age <= MAX_AGE and constant_time_compare(mark, expected)


@dataclass(frozen=True)
class ShownTask:
    """The sentence of a work item in a form of ours: an answer without the item can name it too."""

    item_id: str
    actor_id: str

    @property
    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"{TASK_SALT}:{self.actor_id}:{self.item_id}")

    def signed(self, sentence: str) -> str:
        return self._signer.sign(sentence)

    def named_by(self, signed: str) -> str:
        """The sentence; "" where it was not signed for this item and this person."""
        try:
            return self._signer.unsign(signed)
        except signing.BadSignature:
            return ""
