"""What a page sends back of what it showed, signed for one person.

Each form that writes names the item as it stood there: its state, and its sentence. The ledger can
so record both before the call without a read. A plain mark says besides that the item was shown
without a flag that asks. That spares the happy path a read: a press with a plain mark is sent, any
other is answered with the confirmation first. It guards against slips, stale pages and addresses
from elsewhere, not against the person themselves, who may decide the item anyway once they have
confirmed it.
"""

import time
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from typing import Final, Self

from django.utils.crypto import constant_time_compare, salted_hmac

from workitems.domain.attempts import Shown

SALT: Final = "workitems.shown"
MAX_AGE: Final = 24 * 3600  # seconds: older pages are shown anew before they decide
SKEW: Final = 60  # seconds that the clocks of several servers may differ by
MAC_BYTES: Final = 3  # each row carries it: a stray mark fits once in 16 million presses
PLAIN, ASKED = b"plain", b"asked"


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

    def plain(self, item_id: str, shown: str) -> str:
        """Of an item shown without a flag that asks; `shown` is what `Shown.written` makes."""
        return self._of(item_id, shown, PLAIN)

    def asked(self, item_id: str, shown: str) -> str:
        """Of an item in a form of its own, whatever was flagged."""
        return self._of(item_id, shown, ASKED)

    def _of(self, item_id: str, shown: str, kind: bytes) -> str:
        signed = f"{item_id}\0{shown}".encode()
        mac = blake2b(signed, key=self._key, digest_size=MAC_BYTES, person=kind).digest()
        return f"{self.stamp}.{b2a_base64(mac, newline=False).decode()}"


@dataclass(frozen=True)
class Marked:
    """What a form sent back, to be believed as far as its mark is one of this item and person."""

    mark: str
    shown: str
    item_id: str
    actor_id: str

    @property
    def is_plain(self) -> bool:
        """Whether the item was shown without a flag that asks, and not too long ago."""
        return self._is_one_of(Marks.plain)

    @property
    def before(self) -> Shown | None:
        """The item as it stood in the form; None where that was not our form for this person."""
        if not (self.is_plain or self._is_one_of(Marks.asked)):
            return None
        state, _bar, sentence = self.shown.partition("|")
        return Shown(state, sentence, datetime.fromtimestamp(self._moment or 0, UTC))

    @property
    def _moment(self) -> int | None:
        try:
            return int(self.mark.partition(".")[0], 16)
        except ValueError:
            return None

    def _is_one_of(self, kind: Callable[[Marks, str, str], str]) -> bool:
        moment = self._moment
        if moment is None or not -SKEW <= time.time() - moment <= MAX_AGE:
            return False
        marks = Marks(self.actor_id, self.mark.partition(".")[0])
        return constant_time_compare(self.mark, kind(marks, self.item_id, self.shown))
