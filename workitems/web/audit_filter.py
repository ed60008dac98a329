"""What an auditor asks for."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from workitems.audit import AuditQuery
from workitems.view_models.audit import OUTCOMES
from workitems.view_models.labels import ACTIONS, Text
from workitems.web.forms import ISO_DATE, date_picker

LONGEST_PAGE: Final = 10  # digits


def with_any(labels: Mapping[str, Text]) -> list[tuple[str, Text]]:
    """The choices of a filter: first the one that leaves it out."""
    return [("", _("All")), *labels.items()]


class AuditFilter(forms.Form):
    """What an auditor looks for, all of it in the address."""

    person = forms.CharField(label=_("Person (name or id)"), max_length=255, required=False)
    queue = forms.CharField(label=_("Whose queue (id)"), max_length=255, required=False)
    action = forms.ChoiceField(label=_("Action"), choices=lambda: with_any(ACTIONS), required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: with_any(OUTCOMES), required=False
    )
    since = forms.DateField(
        label=_("From"), widget=date_picker(), input_formats=[ISO_DATE], required=False
    )
    until = forms.DateField(
        label=_("Up to and including"),
        widget=date_picker(),
        input_formats=[ISO_DATE],
        required=False,
    )
    item = forms.CharField(label=_("Work item (id)"), max_length=255, required=False)

    @property
    def in_address(self) -> dict[str, str]:
        """What is asked for, without the page."""
        return {bound.html_name: str(bound.data) for bound in self if bound.data}

    @property
    def page(self) -> int:
        """The first one where the address makes no sense."""
        typed = self.data.get("page", "")
        return int(typed) or 1 if typed.isdecimal() and len(typed) < LONGEST_PAGE else 1

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name)

    def query(self) -> AuditQuery:
        """Of a valid form."""
        return AuditQuery(
            person=self.value("person"),
            owner_id=self.value("queue"),
            command=self.value("action"),
            outcome=self.value("outcome"),
            item_id=self.value("item"),
            first_day=self.value("since"),
            last_day=self.value("until"),
        )
