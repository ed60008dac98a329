"""Owners with how much waits for them and since when: rows of the board, and of a search."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import ngettext

from taskmanager.core.numbers import number_format
from workitems.domain.results import QueueNumbers
from workitems.scope import Owner
from workitems.view_models.labels import Text
from workitems.view_models.render_context import RenderContext
from workitems.view_models.times import ago, length, oldest


@dataclass(frozen=True)
class OwnerRow:
    """`numbers` is None until somebody has asked for them; `link` is what the owner opens.

    `trouble` says why they could not be read.
    """

    owner: Owner
    numbers: QueueNumbers | None
    is_pinned: bool
    link: str
    rendering: RenderContext
    trouble: Text = ""

    @property
    def oldest(self) -> str:
        known = self.numbers or QueueNumbers()
        return oldest(known.oldest, self.rendering, is_known=known.is_oldest)

    @property
    def read(self) -> str:
        """When the numbers were true."""
        return ago(self.numbers.as_of, self.rendering) if self.numbers else ""

    @property
    def message(self) -> str:
        """What the owner can be sent; "" where nothing is known to wait for them."""
        known = self.numbers or QueueNumbers()
        if not known.open:
            return ""
        values = {"number": number_format(known.open), "link": self.link}
        if known.oldest is None or not known.is_oldest:
            return _plain(known.open) % values
        return _dated(known.open) % {**values, "age": length(known.oldest, self.rendering)}


def _plain(number: int) -> str:
    return ngettext(
        "You have %(number)s task waiting: %(link)s",
        "You have %(number)s tasks waiting: %(link)s",
        number,
    )


def _dated(number: int) -> str:
    return ngettext(
        "You have %(number)s task waiting, for %(age)s: %(link)s",
        "You have %(number)s tasks waiting, the oldest for %(age)s: %(link)s",
        number,
    )


@dataclass(frozen=True)
class Rows:
    """Makes rows of owners: with their numbers as far as the scan tells them."""

    known: Mapping[str, QueueNumbers]
    pinned: frozenset[str]
    link: str
    rendering: RenderContext

    def of(self, owner: Owner, numbers: QueueNumbers | None = None) -> OwnerRow:
        found = numbers or self.known.get(owner.id)
        return OwnerRow(owner, found, owner.id in self.pinned, self.link, self.rendering)

    def longest_waiting(self, owners: Iterable[Owner]) -> tuple[OwnerRow, ...]:
        """Whose oldest task waits longest comes first, and last whose numbers nobody knows."""
        return tuple(sorted(map(self.of, owners), key=_urgency))


def _urgency(row: OwnerRow) -> tuple[bool, bool, float, int]:
    known = row.numbers or QueueNumbers()
    since = known.oldest.timestamp() if known.oldest else 0.0
    return row.numbers is None, known.oldest is None, since, -(known.open or 0)
