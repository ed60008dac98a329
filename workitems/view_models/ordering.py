"""In which order and in which groups a list can be shown, and how much of it on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from taskmanager.core.numbers import number_format
from workitems.domain.queue_query import Group, QueueQuery, Sort
from workitems.view_models.labels import Text

SORTS: Final[Mapping[Sort, Promise]] = {
    Sort.LISTED: gettext_lazy("As SailPoint lists them"),
    Sort.OLDEST: gettext_lazy("Oldest first"),
    Sort.NEWEST: gettext_lazy("Newest first"),
    Sort.REQUESTER: gettext_lazy("By requester"),
    Sort.SOURCE: gettext_lazy("By source"),
    Sort.FLAGGED: gettext_lazy("Flagged first"),
}
GROUPS: Final[Mapping[Group, Promise]] = {
    Group.NONE: gettext_lazy("Not grouped"),
    Group.ALIKE: gettext_lazy("Group look-alikes"),
    Group.PERSON: gettext_lazy("Grouped by person or account"),
    Group.SOURCE: gettext_lazy("Grouped by source"),
    Group.REQUESTER: gettext_lazy("Grouped by requester"),
    Group.TYPE: gettext_lazy("Grouped by type"),
}
SIZED: Final = ngettext_lazy("%(number)s task a page", "%(number)s tasks a page", "count")

Choices = tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Order:
    """What can be chosen of the order of a list, and what is."""

    sort: str
    group: str
    size: str
    sorts: Choices
    groups: Choices
    sizes: Choices

    @classmethod
    def of(cls, query: QueueQuery, sizes: Iterable[int]) -> "Order":
        numbers = sorted({*sizes, query.size})
        return cls(
            query.sort,
            query.group,
            str(query.size),
            tuple((sort.value, label) for sort, label in SORTS.items()),
            tuple((group.value, label) for group, label in GROUPS.items()),
            tuple((str(size), _sized(size)) for size in numbers),
        )


def _sized(size: int) -> str:
    return str(SIZED % {"count": size, "number": number_format(size)})
