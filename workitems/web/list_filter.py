"""The state of a list, all of it in its address: what is looked for, in which order, which page."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workitems.domain.changes import Effect
from workitems.domain.queue_query import (
    AGES,
    MARK_LENGTH,
    Group,
    QueueQuery,
    SeenRows,
    Sort,
    Tab,
    Wanted,
)
from workitems.isc.lenient import LONGEST_ID
from workitems.services.reader import LONGEST_PAGE
from workitems.view_models.rows import TaskRow
from workitems.web.forms import ISO_DATE, HiddenForm, date_picker
from workitems.web.links import Links
from workitems.web.list_address import (
    DAYS,
    MANY,
    ListAddress,
    usual_size,
    written,
)

SIZES: Final = (25, 50, 100, 250)
LONGEST_TEXT: Final = 200
MOST_VALUES: Final = 50  # of one filter
# They say which part is shown of what the others describe: no link keeps them.
PLACE: Final = ("page", "after", "task")
DISTANT: Final = 2**40  # seconds
TABS: Final = frozenset({"", *Tab})


class ManyValues(forms.MultipleChoiceField):
    """Values of which ISC has no list; each narrows the filter or finds nothing."""

    def valid_value(self, value: str) -> bool:
        return True

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one.isprintable()][:MOST_VALUES]


def _many() -> ManyValues:
    return ManyValues(required=False)


def _day(label: Any) -> forms.DateField:
    """Its control stands in the list, outside the form that it belongs to."""
    return forms.DateField(
        label=label,
        required=False,
        input_formats=[ISO_DATE],
        widget=date_picker(**{"form": "find", "class": "input filters__day"}),
        error_messages={"invalid": _("This is no date: write one such as 2026-11-26.")},
    )


def _one_of(values: Iterable[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(str(one), str(one)) for one in values], required=False)


class QueueFilter(forms.Form):
    """What an address says of the list."""

    tab = _one_of(Tab)
    q = forms.CharField(required=False, max_length=LONGEST_TEXT, label=_("Search the list"))
    type, source, effect, flag, by, outcome = (_many() for _name in MANY)
    flagged = forms.BooleanField(required=False)
    form = forms.BooleanField(required=False)
    older = _one_of(AGES)
    since, until = _day(_("From")), _day(_("Until"))
    sort = _one_of(Sort)
    group = _one_of(Group)
    pile = forms.CharField(required=False, max_length=MARK_LENGTH)
    size = _one_of(SIZES)
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    after = forms.CharField(required=False, max_length=(LONGEST_PAGE + 1) * MARK_LENGTH)
    find = forms.BooleanField(required=False)
    task = forms.CharField(required=False, max_length=LONGEST_ID)

    @classmethod
    def of(cls, data: QueryDict) -> "QueueFilter":
        """Checked once for all who ask for a plain list: a form takes half a millisecond."""
        tab = data.get("tab", "")
        is_plain = tab in TABS and cls.base_fields.keys().isdisjoint(data.keys() - {"tab"})
        return _plain(tab) if is_plain else cls(data)

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))

    @property
    def has_wrong_days(self) -> bool:
        """Whether a day is left out of what is asked for: the page says so beside its field."""
        return not self.errors.keys().isdisjoint(DAYS)

    @property
    def is_list(self) -> bool:
        """Whether there is such a list, wrong days aside: no link of ours has them."""
        return self.errors.keys() <= DAYS

    def query(self) -> QueueQuery:
        """What is asked for, as far as it makes sense; the first page of what is pending else."""
        self.is_valid()
        data = self.cleaned_data
        return QueueQuery(
            size=int(data.get("size") or usual_size()),
            tab=Tab(data.get("tab") or Tab.PENDING),
            page=int(data.get("page") or 1),
            seen=SeenRows.read(data.get("after") or ""),
            wanted=self._wanted(data),
            sort=Sort(data.get("sort") or Sort.LISTED),
            group=Group(data.get("group") or Group.NONE),
            is_searched=bool(data.get("find")) or self.has_wrong_days,
        )

    def opened(self, links: Links) -> str:
        """The address of the task that is open beside the list; "" where none is."""
        self.is_valid()
        key = self.cleaned_data.get("task") or ""
        return f"{links.items}{TaskRow.slug_of(key)}{links.query}" if key else ""

    def address(self, links: Links) -> ListAddress:
        """The address of what is shown, without what makes no sense in it."""
        self.is_valid()
        usual = [("sort", Sort.LISTED.value), ("size", str(usual_size()))]
        values = [
            (name, one)
            for name in self.fields
            if name not in PLACE
            for one in written(self.cleaned_data.get(name))
        ]
        shown = tuple(pair for pair in values if pair not in usual)
        return ListAddress(links.home, links.owner_id, shown)

    @staticmethod
    def _wanted(data: Mapping[str, Any]) -> Wanted:
        known = {str(one) for one in Effect}
        return Wanted(
            text=data.get("q") or "",
            types=frozenset(data.get("type") or ()),
            sources=frozenset(data.get("source") or ()),
            effects=frozenset(Effect(one) for one in data.get("effect") or () if one in known),
            requesters=frozenset(data.get("by") or ()),
            outcomes=frozenset(data.get("outcome") or ()),
            flags=frozenset(data.get("flag") or ()),
            flagged=bool(data.get("flagged")),
            form=bool(data.get("form")),
            older=int(data.get("older") or 0),
            since=_midnight(data.get("since")),
            until=_midnight(data.get("until"), timedelta(days=1)),
            pile=(data.get("group") and data.get("pile")) or "",
        )


class ShownIndex(HiddenForm):
    """Which reading of the list the page shows, and how many rows that had."""

    shown = forms.IntegerField(min_value=0, required=False)
    rows = forms.IntegerField(min_value=0, required=False)


@lru_cache
def _plain(tab: str) -> QueueFilter:
    filters = QueueFilter(QueryDict(f"tab={tab}"))
    filters.full_clean()
    return filters


def kept_address(links: Links, query: str) -> ListAddress:
    """Of a `query` that was kept, without what an address cannot say any more."""
    return ListAddress(links.home, links.owner_id, _understood(query))


@lru_cache(maxsize=10_000)
def _understood(query: str) -> tuple[tuple[str, str], ...]:
    """A page has up to twenty of them, and a form takes too long for that."""
    return QueueFilter(QueryDict(query)).address(Links("", "", "")).values


def _midnight(day: date | None, later: timedelta = timedelta()) -> int:
    """The beginning of a day where the person is, in epoch seconds; 0 for none."""
    if day is None:
        return 0
    try:
        begins = datetime.combine(day + later, time.min, timezone.get_current_timezone())
        return max(1, int(begins.timestamp()))
    except (OverflowError, ValueError):  # a day of the year 1 or 9999
        return 1 if day < date.today() else DISTANT  # noqa: DTZ011 - any day of this year will do
