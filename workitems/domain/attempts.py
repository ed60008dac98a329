"""An attempt to write, as it is recorded: what began it, and what may stand against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from workitems.domain.commands import Command
from workitems.domain.results import Receipt, Rival, WriteStatus
from workitems.isc.schemas import WorkItem


@dataclass(frozen=True)
class Shown:
    """What a form of ours said of an item, or of its one part: ISC's word for its state, and when.

    It is what the person decided by. That it still stood so is not proven.
    """

    state: str
    sentence: str
    at: datetime

    @staticmethod
    def written(state: str, sentence: str) -> str:
        """As a form carries it."""
        return f"{state.replace('|', ' ')}|{sentence}"


@dataclass(frozen=True, kw_only=True)
class Press:
    """Where a command comes from: the page's random key, and page, widget or bulk.

    The same press sent again, by a double click or by a browser on its own, has the same key.
    `shown` is None where no form of ours showed the item. `waits` is how many of its approval items
    waited there. `target` is the name of whom it is forwarded to. `fingerprint` is that of the item
    as it was confirmed: sent later, it is compared before. `run` is the bulk run it is part of.
    """

    key: str
    surface: str
    note: str = ""
    shown: Shown | None = None
    waits: int = 1
    target: str = ""
    fingerprint: str = ""
    run: UUID | None = None

    @property
    def task(self) -> str:
        """The sentence of what was decided; "" where it is not known."""
        return self.shown.sentence if self.shown else ""


@dataclass(frozen=True)
class Delay:
    """When to send: at a moment, or without one only when the person says so."""

    due_at: datetime | None


@dataclass(frozen=True)
class Look:
    """What is looked at before sending: the fingerprint that was confirmed, "" where none was; and
    the item, where it has just been read with others.
    """

    fingerprint: str = ""
    item: WorkItem | None = None


@dataclass(frozen=True)
class Begun:
    """A new row of the ledger: the caller now sends, and closes it."""

    id: UUID


@dataclass(frozen=True)
class Repeated:
    """The row of the same press, which came before; SENDING where it may still be under way."""

    id: UUID
    status: WriteStatus


@dataclass(frozen=True)
class Abandoned:
    """A row whose sender has not closed it in time: whether it was done is to be read."""

    id: UUID
    command: Command


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One attempt as history and audit read it; names and note are "" where no key opens them."""

    at: datetime
    command: str
    actor_id: str
    actor_name: str
    owner_id: str
    owner_name: str
    status: WriteStatus
    note: str


class Ledger(Protocol):
    """Every attempt to write, recorded before the call and closed after it."""

    def begin(
        self, command: Command, press: Press, delay: Delay | None = None
    ) -> Begun | Repeated | Rival | Abandoned:
        """Record it durably, or say what stands against it. Without a delay the caller sends it.

        Raises NotRecorded and SessionEnding.
        """

    def close(self, row: UUID, receipt: Receipt) -> None:
        """Record how it ended; raises nothing, because what was done stays done."""

    def again(
        self, row: UUID, *, by_hand: bool = False, due_at: datetime | None = None
    ) -> UUID | None:
        """Record a second attempt, due now or then, of one that was to be sent later and was not
        done.

        Only when no call of it can be under way any more. `by_hand`: the person asks for it, from
        this session, and its item is read before. None where it was a direct press, or where
        another attempt is live by now. Raises NotRecorded.
        """

    def status(self, row: UUID) -> WriteStatus:
        """How the row stands now."""

    def abandoned(self, item_ids: Sequence[str]) -> Sequence[Abandoned]:
        """The rows of these items that killed senders left."""

    def unknown(self, item_id: str) -> Sequence[Abandoned]:
        """The rows of this item whose end is not known, for as long as nobody may repeat them."""

    def decided_by(self, command: Command) -> Rival | None:
        """Whose successful attempt decided what this command is about, if it was one of ours."""
