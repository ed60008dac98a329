"""The address of a list as it is shown, and those that differ from it in one thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, Self
from urllib.parse import urlencode

from django.conf import settings

from workitems.domain.queue_query import Sort, Tab
from workitems.services.reader import LONGEST_PAGE

DAYS: Final = frozenset({"since", "until"})
MANY: Final = ("type", "source", "effect", "flag", "by", "outcome")
# Which list it is and how it stands; every other value narrows it.
KEPT: Final = ("tab", "sort", "group", "size", "find")


@dataclass(frozen=True)
class ListAddress:
    """The address of a list as it is shown; each method gives one that differs in one thing.

    `values` has nothing that only says which page of it is shown.
    """

    home: str
    owner_id: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def shows(self) -> frozenset[tuple[str, str]]:
        """By this, two addresses of the same list are known as such."""
        usual = {"tab": Tab.PENDING, "sort": Sort.LISTED, "size": usual_size(), "find": 1}
        return frozenset(self.values) - {(name, str(value)) for name, value in usual.items()}

    @property
    def tab(self) -> str:
        return dict(self.values).get("tab", Tab.PENDING.value)

    @property
    def query(self) -> str:
        """What stands behind the question mark, without the owner."""
        return urlencode(self.values)

    @property
    def chosen(self) -> Mapping[str, str]:
        """The value of each filter that has one at most; its days are there in any case."""
        return dict.fromkeys((*DAYS, "pile"), "") | dict(self.values)

    @property
    def unfolded(self) -> Self:
        """The same with its filters in the open, so that another can be pressed."""
        if self.has("find", "1"):
            return self
        return replace(self, values=(*self.values, ("find", "1")))

    @property
    def folded(self) -> Self:
        """The same with its filters folded, as they are where what is on is left out."""
        return replace(self, values=tuple(one for one in self.values if one[0] != "find"))

    @property
    def is_narrowed(self) -> bool:
        return any(name not in KEPT for name, _value in self.values)

    def __str__(self) -> str:
        return self._with(())

    def page(self, number: int, seen: object = "") -> str:
        """A page of it; as the next one after the rows of `seen`, where that is given."""
        place = {"page": str(number) if number > 1 else "", "after": str(seen)}
        return self._with([(name, value) for name, value in place.items() if value])

    @property
    def before_page(self) -> str:
        """What `page=2` is put behind, for a page but the first that goes along with nothing."""
        return f"{self.home}?{self._said}&" if self._said else f"{self.home}?"

    def has(self, name: str, value: object) -> bool:
        return (name, _text(value)) in self.values

    def toggled(self, name: str, value: object) -> str:
        """With this value of a filter, or without it where it is there."""
        pair = (name, _text(value))
        kept = [one for one in self.values if one != pair and (name in MANY or one[0] != name)]
        return str(replace(self, values=tuple(kept if self.has(*pair) else [*kept, pair])))

    def without(self, *names: str) -> str:
        kept = tuple(one for one in self.values if one[0] not in names)
        return str(replace(self, values=kept))

    def of_type(self, name: str) -> str:
        """The list with this kind of tasks alone, still in its order."""
        kept = tuple(one for one in self.values if one[0] in KEPT)
        return str(replace(self, values=(*kept, ("type", name))))

    def is_within(self, since: date, until: date) -> bool:
        return self.has("since", since) and self.has("until", until)

    def within(self, since: date, until: date) -> str:
        """With these two days, or without them where they are there."""
        if self.is_within(since, until):
            return self.without(*DAYS)
        kept = [one for one in self.values if one[0] not in DAYS]
        days = ("since", _text(since)), ("until", _text(until))
        return str(replace(self, values=(*kept, *days)))

    @property
    def cleared(self) -> str:
        """The list with nothing left out, still in its order."""
        return str(replace(self, values=tuple(one for one in self.values if one[0] in KEPT)))

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """What a form has to send along that has controls for these."""
        owner = [("owner", self.owner_id)] if self.owner_id else []
        return owner + [one for one in self.values if one[0] not in names]

    def at(self, part: str, **more: object) -> str:
        """The same rows at an address below the list's, such as the export."""
        named = [(name, str(value)) for name, value in more.items() if value is not None]
        return self._with(named, part)

    @cached_property
    def _said(self) -> str:
        """What stands behind the question mark, before what else an address says."""
        owner = [("owner", self.owner_id)] if self.owner_id else []
        return urlencode([*owner, *self.values])

    @cached_property
    def _whole(self) -> str:
        """The same, never empty: without a query it would be the address of the start page, which
        may be another list.
        """
        return self._said or urlencode([("tab", self.tab)])

    def _with(self, more: Sequence[tuple[str, str]], part: str = "") -> str:
        said = self._whole
        if more:
            said = f"{self._said}&{urlencode(more)}" if self._said else urlencode(more)
        return f"{self.home}{part}?{said}"


def usual_size() -> int:
    return min(settings.PAGE_SIZE, LONGEST_PAGE)


def written(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [_text(value)] if value else []


def _text(value: object) -> str:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)
