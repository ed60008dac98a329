"""What people send: addresses, and the forms of the page."""

from typing import Any, Final, Self

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from workitems.results import Counts, Tab

COMMENT_LENGTH: Final = 2000  # ISC states no limit; this keeps a pasted log out of an e-mail


class ListFilter(forms.Form):
    """The state of the list, all of it in the address."""

    tab = forms.ChoiceField(choices=[(tab.value, tab.value) for tab in Tab], required=False)
    page = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def chosen_tab(self) -> Tab:
        return Tab(self.cleaned_data.get("tab") or Tab.PENDING)

    def chosen_page(self) -> int:
        return int(self.cleaned_data.get("page") or 1)


class ActionForm(forms.Form):
    """The hidden fields of every action: where it was pressed, and what the page shows there.

    They only steer which parts of the page are redrawn: wrong values harm the sender's page alone.
    """

    place = forms.ChoiceField(choices=[("list", "list"), ("page", "page")], required=False)
    pane = forms.CharField(required=False)
    confirmed = forms.BooleanField(required=False)
    open = forms.IntegerField(min_value=0, required=False)
    completed = forms.IntegerField(min_value=0, required=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        return cls(request.POST if request.method == "POST" else request.GET)

    def value(self, name: str) -> Any:
        """The field's value; None where it is missing or makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.value("confirmed"))

    @property
    def is_on_page(self) -> bool:
        return bool(self.value("place") == "page")

    @property
    def counts(self) -> Counts:
        return Counts(self.value("open"), self.value("completed"))


class PeopleSearch(forms.Form):
    q = forms.CharField(required=False, max_length=100, label=_("Search people"))

    def text(self) -> str:
        """What to look for; empty until there are two characters worth an upstream call."""
        self.is_valid()
        text = str(self.cleaned_data.get("q", ""))
        return text if len(text) > 1 else ""


class ForwardForm(PeopleSearch):
    """To whom, why, and whether SailPoint tells them by e-mail."""

    target = forms.CharField(
        label=_("Forward to"),
        error_messages={"required": _("Choose the person who gets this work item.")},
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why you forward it.")},
    )
    notify = forms.BooleanField(label=_("Notify them by e-mail"), required=False, initial=True)

    @classmethod
    def searching(cls, data: QueryDict) -> Self:
        """The form while its search button is used: all that was typed, and no complaints yet."""
        typed = {name: data.get(name, "") for name in ("q", "target", "comment")}
        return cls(initial={**typed, "notify": "notify" in data})
