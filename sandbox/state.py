"""The tenant's data: the seed, and the changes made since."""

import threading
from collections.abc import Iterable, Sequence
from itertools import chain

from sandbox import seed
from sandbox.clock import Clock
from sandbox.entries import Entry
from sandbox.people import personas
from sandbox.storage import Storage

FRESH = 600  # seconds for which a seed is shared; after that its ages would look wrong


class World:
    """Work items by key and by queue. Entries are immutable, so only writers take the lock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage = storage
        self.clock = clock
        self.lock = threading.RLock()
        meta = storage.load("meta")
        self._restore(meta.get("epoch") or self._new_epoch())
        for row in storage.load("entry").values():
            self._place(Entry(**row))

    def reset(self) -> None:
        """Restore the seed, dated from now."""
        with self.lock:
            self.storage.clear("entry")
            self._restore(self._new_epoch())

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def queue(self, owner: str | None, *, done: bool) -> Sequence[str]:
        """Keys in listing order; of the whole tenant when `owner` is None."""
        with self.lock:
            if owner is not None:
                return self._queues.get((owner, done), ())
            if done not in self._everybodys:
                queues = [keys for queue, keys in self._queues.items() if queue[1] == done]
                self._everybodys[done] = self._sorted(chain.from_iterable(queues))
            return self._everybodys[done]

    def page(self, keys: Sequence[str], offset: int, limit: int) -> list[Entry]:
        return [self._entries[key] for key in keys[offset : offset + limit]]

    def replace_pending(self, owner: str, entries: Sequence[Entry]) -> None:
        """Give somebody these pending work items in place of their own, until the reset."""
        with self.lock:
            for key in self.queue(owner, done=False):
                del self._entries[key]
            self._entries |= {entry.key: entry for entry in entries}
            self._queues[owner, False] = self._sorted(entry.key for entry in entries)
            self._everybodys.clear()

    def put(self, entry: Entry) -> None:
        """Store a changed work item. The caller must hold the lock since it read the item."""
        with self.lock:
            self._place(entry)
            self.storage.put("entry", entry.key, vars(entry))  # unlike `asdict`, at any depth

    def _new_epoch(self) -> float:
        now = self.clock.now()
        epoch = now - now % FRESH
        self.storage.put("meta", "epoch", epoch)
        return epoch

    def _restore(self, epoch: float) -> None:
        world = seed.build(epoch)
        self._entries = dict(world.entries)
        self._queues = dict(world.queues)
        self._everybodys: dict[bool, tuple[str, ...]] = {}

    def _place(self, entry: Entry) -> None:
        old = self._entries.get(entry.key)
        if old is not None:
            where = (old.owner, old.done)
            self._queues[where] = tuple(key for key in self._queues[where] if key != entry.key)
        self._entries[entry.key] = entry
        where = (entry.owner, entry.done)
        self._queues[where] = self._sorted((*self._queues.get(where, ()), entry.key))
        self._everybodys.clear()

    def _sorted(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(keys, key=lambda key: self._entries[key].sort_key))


def persona_counts(world: World) -> dict[str, tuple[int, int]]:
    """Numbers of pending and completed items by persona key, for the start page."""
    return {
        persona.key: (
            len(world.queue(persona.id, done=False)),
            len(world.queue(persona.id, done=True)),
        )
        for persona in personas().values()
    }
