"""The seed data: people, and every persona's queue, with dates relative to one moment."""

from dataclasses import dataclass
from functools import lru_cache

from sandbox.entries import Entry
from sandbox.people import personas
from sandbox.seed import heavy, odd, tasks


@dataclass(frozen=True)
class Seed:
    """Built once and shared; never modified."""

    entries: dict[str, Entry]
    queues: dict[tuple[str, bool], tuple[str, ...]]


@lru_cache(maxsize=2)
def build(epoch: float) -> Seed:
    """Build every work item, dated so that ages are right at `epoch` (seconds since 1970)."""
    who = personas()
    entries = [
        *tasks.entries(who["approver"].person, "approver.json", epoch),
        *tasks.entries(who["admin"].person, "admin.json", epoch),
        *tasks.entries(who["agent"].person, "agent.json", epoch),
        *heavy.entries(who["heavy"].person, epoch),
        *odd.entries(who["odd"].person, epoch),
    ]
    return Seed({entry.key: entry for entry in entries}, queues_of(entries))


def queues_of(entries: list[Entry]) -> dict[tuple[str, bool], tuple[str, ...]]:
    """Keys in listing order, grouped by owner and by whether the items are completed."""
    rows: dict[tuple[str, bool], list[Entry]] = {}
    for entry in entries:
        rows.setdefault((entry.owner, entry.done), []).append(entry)
    return {
        queue: tuple(entry.key for entry in sorted(members, key=lambda entry: entry.sort_key))
        for queue, members in rows.items()
    }
