"""The search of a list in words: its filters with their counts, and how much of it is read."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, override

from taskmanager.core.numbers import number_format
from workitems.domain.changes import Effect
from workitems.domain.queue_query import EVERYTHING, Tab, Wanted
from workitems.domain.readings import Index, Reading
from workitems.domain.results import Queue
from workitems.domain.search import Vocabulary
from workitems.view_models.flags import flag_label
from workitems.view_models.labels import State, Text, type_label
from workitems.view_models.render_context import RenderContext
from workitems.view_models.sentence import WORDINGS
from workitems.view_models.times import ago

MOST_SHOWN: Final = 6  # values of a filter that stand in the open
MOST_LISTED: Final = 200  # and behind them: a search finds the others

EFFECTS: Final[Mapping[Effect, Promise]] = {
    Effect.GIVE: gettext_lazy("Grants"),
    Effect.REMOVE: gettext_lazy("Removals"),
    Effect.CREATE: gettext_lazy("New accounts"),
    Effect.CHANGE: gettext_lazy("Changes"),
    Effect.OTHER: gettext_lazy("Others"),
}
OLDER: Final = ngettext_lazy("Longer than %(number)s day", "Longer than %(number)s days", "count")
NEW: Final = ngettext_lazy("%(number)s task is new.", "%(number)s tasks are new.", "count")
GONE: Final = ngettext_lazy("%(number)s task is gone.", "%(number)s tasks are gone.", "count")
ALL: Final = ngettext_lazy(
    "The one task, read %(when)s.", "All %(number)s tasks, read %(when)s.", "count"
)


@dataclass(frozen=True)
class Option:
    """A value of a filter; `count`: how many rows the page would show with it."""

    value: Any
    label: Text
    count: int


@dataclass(frozen=True)
class Facet:
    """One filter, as `name` is called in the address."""

    name: str
    label: Text
    options: tuple[Option, ...]

    @property
    def first(self) -> tuple[Option, ...]:
        return self.options[:MOST_SHOWN]

    @property
    def others(self) -> tuple[Option, ...]:
        return self.options[MOST_SHOWN:MOST_LISTED]


def kinds(counts: Mapping[str, int], language: str | None) -> tuple[Option, ...]:
    """The types of a list above it, where there is a choice between some."""
    named = [Option(name, type_label(name, language), count) for name, count in counts.items()]
    return tuple(named) if len(named) > 1 else ()


@dataclass(frozen=True)
class Finding:
    """What a page says of the search: `status` how much of the list it covers, in a sentence.

    `changes` are sentences about what has come, and gone, since the reading that the page shows.
    """

    index: Index
    facets: tuple[Facet, ...]
    status: str
    changes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        index: Index,
        tab: Tab,
        context: RenderContext,
        *,
        wanted: Wanted = EVERYTHING,
        shown_rows: int | None = None,
    ) -> "Finding":
        """`shown_rows`: how many rows the page has searched, where that may be fewer than now."""
        return cls(
            index,
            tuple(_facets(index.counts, tab, context, wanted)) if index.counts else (),
            index_status(index, context),
            tuple(_changes(index, shown_rows)),
        )

    @property
    def said(self) -> str:
        """What of it stays true until the list is read again, for people who do not see it."""
        return _("The list is being read.") if self.index.is_reading else " ".join(self.changes)

    def news_since(self, said: str, *, was_reading: bool) -> str:
        """What to say to whom this was said before; "" where it is still so."""
        if self.said == said:
            return ""
        has_ended = was_reading and not self.index.is_reading
        return " ".join([self.status, *self.changes]) if has_ended else self.said

    @property
    def number(self) -> int | None:
        """The reading that the page shows; None where it shows the list as ISC has it."""
        index = self.index
        return index.reading.number if index.reading and index.is_searched else None

    @property
    def searched_rows(self) -> int | None:
        """How many rows the page has searched; None as above."""
        return self.index.covered if self.index.is_searched else None


def index_status(index: Index, context: RenderContext) -> str:
    """How much of the list is read, in one sentence; "" where nothing is."""
    reading = index.reading
    if reading is not None and reading.is_whole:
        return _of_whole(
            index,
            reading,
            ago(datetime.fromtimestamp(reading.begun_at, UTC), context),
            context.language,
        )
    covered = {"rows": number_format(index.covered)}
    if index.is_reading and index.total is None:
        return _("Reading the list: a search covers %(rows)s tasks so far.") % covered
    if index.is_reading:
        return _of_part(index)
    if index.has_failed:
        words = _("The rest of the list could not be read: a search covers %(rows)s tasks.")
        return words % covered
    return ""


def _of_part(index: Index) -> str:
    numbers = {"rows": index.rows, "total": index.total or 0, "covered": index.covered}
    if index.covered == index.rows:
        words = _("Reading %(rows)s of %(total)s: a search covers those.")
    else:  # the rows are kept in growing steps
        words = _("Reading %(rows)s of %(total)s: a search covers the first %(covered)s.")
    return words % {name: number_format(number) for name, number in numbers.items()}


def _of_whole(index: Index, reading: Reading, when: str, language: str | None) -> str:
    facts = {"when": when}
    if reading.reach is not None:
        facts["rows"] = number_format(reading.reach)
        facts["total"] = "?" if reading.total is None else number_format(reading.total)
        words = _("The first %(rows)s of %(total)s, read %(when)s. SailPoint shows no more.")
    elif index.has_failed:
        words = _("All tasks, read %(when)s. They could not be read anew.")
    elif not reading.is_steady:
        words = _("Read %(when)s, while the list was changing: a task may be missing.")
    else:
        return _all_read(index.length, when, language)
    return words % facts


@lru_cache(maxsize=1_000)  # a lazy plural takes as long as ten rows
def _all_read(count: int, when: str, _language: str | None) -> str:
    return str(ALL % {"count": count, "number": number_format(count), "when": when})


def vocabulary(language: str | None) -> Vocabulary:
    """The page's own words, so that they can be searched for."""
    return Vocabulary(lambda name: type_label(name, language), _operations(language))


@lru_cache(maxsize=20)
def _operations(language: str | None) -> Mapping[str, str]:
    with override(language):
        return {operation: _verbs(str(one.without_source)) for operation, one in WORDINGS.items()}


def _verbs(template: str) -> str:
    return " ".join(word for word in template.split() if "{" not in word)


def _changes(index: Index, shown_rows: int | None) -> Iterable[str]:
    is_whole = index.reading is not None and index.reading.is_whole
    if shown_rows is not None and is_whole and shown_rows < index.covered and not index.new:
        yield _("The whole list is read now: a search covers all of it.")
    for words, count in ((NEW, index.new), (GONE, index.gone)):
        if count:
            yield str(words % {"count": count, "number": number_format(count)})


def _facets(
    counts: Mapping[str, Mapping[Any, int]], tab: Tab, context: RenderContext, wanted: Wanted
) -> Iterable[Facet]:
    """What is chosen is among the values, even if no row has it: else it could not be left out."""
    language = context.language
    labels: Mapping[str, Callable[[Any], Text]] = {
        "type": lambda name: type_label(name, language),
        "effect": EFFECTS.__getitem__,
        "outcome": outcome_label,
        "source": str,
        "by": str,
        "older": lambda days: OLDER % {"count": days, "number": number_format(days)},
        "flag": lambda key: flag_label(key, context),
        "flagged": lambda _is: _("Flagged"),
        "form": lambda _is: _("Forms"),
    }
    names = PENDING if tab is Tab.PENDING else COMPLETED
    for name, label in names.items():
        known = counts.get("requester" if name == "by" else name, {})
        found = {**known, **{value: 0 for value in _chosen(wanted, name) if value not in known}}
        options = (
            Option(value, labels[name](value), count) for value, count in found.items() if value
        )
        shown = tuple(
            one for one in options if one.count or name not in {"flagged", "form", "older"}
        )
        if shown:
            yield Facet(name, label, shown)


def _chosen(wanted: Wanted, name: str) -> Collection[Any]:
    values = getattr(wanted, FIELDS.get(name, name))
    if isinstance(values, frozenset):
        return values
    return {values} if values else ()


def outcome_label(outcome: str) -> Text:
    return _("Decided in part") if outcome == "mixed" else State.of(outcome).label


PENDING: Final[Mapping[str, Promise]] = {
    "type": gettext_lazy("Type"),
    "effect": gettext_lazy("What it does"),
    "flagged": gettext_lazy("Marks"),
    "flag": gettext_lazy("Flag"),
    "form": gettext_lazy("Forms"),
    "older": gettext_lazy("Waiting"),
    "source": gettext_lazy("Source"),
    "by": gettext_lazy("Requester"),
}
FIELDS: Final = {
    "type": "types",
    "source": "sources",
    "effect": "effects",
    "flag": "flags",
    "by": "requesters",
    "outcome": "outcomes",
}
COMPLETED: Final[Mapping[str, Promise]] = {
    "outcome": gettext_lazy("Outcome"),
    "type": gettext_lazy("Type"),
    "effect": gettext_lazy("What it does"),
    "source": gettext_lazy("Source"),
    "by": gettext_lazy("Requester"),
}


def is_searched(queue: Queue) -> bool:
    """Whether the page shows what a search has found, and not the beginning as ISC has it."""
    return queue.index is not None and queue.index.is_searched
