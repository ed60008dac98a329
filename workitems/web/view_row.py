"""The saved views above a list: a link for each, and the form for the list that is shown."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import visible
from workitems.domain.queue_query import Tab
from workitems.saved_views import MOST, View
from workitems.web.context import ActionContext
from workitems.web.list_address import ListAddress
from workitems.web.list_filter import kept_address

LONGEST_NAME: Final = 60
TOO_LONG: Final = _("A name has at most %(limit_value)d characters.")


class VisibleName(forms.CharField):
    """A name in one line, as it is seen: what shows nothing does not count."""

    def to_python(self, value: Any) -> Any:
        return " ".join(visible(super().to_python(value)).split())


class ViewForm(forms.Form):
    """The name of a view, and whether the person begins with it."""

    name = VisibleName(
        label=_("Name of the view"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Give the view a name."), "max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    start = forms.BooleanField(required=False, label=_("Open My Tasks with this view"))

    def __init__(
        self, data: QueryDict | None, views: Sequence[View], chosen: View | None = None
    ) -> None:
        initial = {"name": chosen.name, "start": chosen.is_start} if chosen else {}
        super().__init__(data, initial=initial, auto_id="view-%s", label_suffix="")
        self.others = [view for view in views if view != chosen]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if _read(name) in {_read(view.name) for view in self.others}:
            raise forms.ValidationError(_("You have a view of this name already."))
        if len(self.others) >= MOST:
            words = _("You have %(most)d views: delete one before you save another.")
            raise forms.ValidationError(words, params={"most": MOST})
        return name


@dataclass(frozen=True)
class ViewLink:
    """A view as a link to its list, in the queue that is looked at."""

    view: View
    address: ListAddress
    is_shown: bool


@dataclass(frozen=True)
class ViewRow:
    """`chosen` is the view that the page shows; without one `form` saves what it shows.

    `everything`: the list as it is without any view. Nothing is saved of that. `sent` is a form
    that could not be taken, with what was typed.
    """

    links: tuple[ViewLink, ...]
    everything: ListAddress
    shows_everything: bool
    chosen: View | None
    views: tuple[View, ...]
    sent: ViewForm | None = None

    @classmethod
    def of(cls, context: ActionContext, address: ListAddress, sent: ViewForm | None = None) -> Self:
        links = tuple(_link(context, view, address) for view in context.views)
        chosen = next((link.view for link in links if link.is_shown), None)
        everything = ListAddress(address.home, address.owner_id, (("tab", Tab.PENDING.value),))
        shows_everything = address.shows == everything.shows
        return cls(links, everything, shows_everything, chosen, context.views, sent)

    @cached_property
    def form(self) -> ViewForm:
        """Made where it is shown: most lists save nothing."""
        return self.sent or ViewForm(None, self.views, self.chosen)


def start_of(context: ActionContext) -> str:
    """Where a person begins who has asked for nothing; "" for the plain list."""
    request = context.request
    if request.GET or request.embedded or request.htmx:
        return ""
    begun = (view for view in context.views if view.is_start)
    return next((str(kept_address(context.links, view.query)) for view in begun), "")


def _link(context: ActionContext, view: View, shown: ListAddress) -> ViewLink:
    address = kept_address(context.links, view.query)
    return ViewLink(view, address, address.shows == shown.shows)


def _read(name: str) -> str:
    """Names that read alike are one."""
    return unicodedata.normalize("NFKC", name).casefold()
