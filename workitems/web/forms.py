"""What people send: addresses, and the forms of the page."""

from typing import Any, Final, Self

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import visible, with_newlines
from workitems.domain.policy import COMMENT_LENGTH
from workitems.domain.queue_query import Tab
from workitems.domain.results import Counts
from workitems.isc.lenient import is_usable_id
from workitems.isc.names import is_enough
from workitems.scope import QueueScope
from workitems.view_models.page import ShownRows

MOST_ASKED: Final = (
    20  # times that a page asks what became of a write; two minutes are over by then
)
REASON_LENGTH: Final = 300
ISO_DATE: Final = "%Y-%m-%d"


def date_picker(**attributes: str) -> forms.DateInput:
    """Browsers send and take ISO dates in a date control, whatever the page's language."""
    return forms.DateInput(attrs={"type": "date", **attributes}, format=ISO_DATE)


class FreeText(forms.CharField):
    """What people write, its lines ending in one character: browsers send two, and count one."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(with_newlines(value) if isinstance(value, str) else value)
        return text if text and visible(text) else self.empty_value


class HiddenForm(forms.Form):
    """Fields that a page fills in by itself: what makes no sense in them counts as missing."""

    def value(self, name: str) -> Any:
        """The field's value; None where it is missing or makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name)


class NumbersForm(HiddenForm):
    """The numbers that the page showed. All that a poll sends: it may cost little."""

    as_of = forms.FloatField(min_value=0, required=False)
    change = forms.CharField(required=False, max_length=16)
    open = forms.IntegerField(min_value=0, required=False)
    completed = forms.IntegerField(min_value=0, required=False)
    leaving = forms.IntegerField(min_value=0, max_value=10_000, required=False)
    closing = forms.IntegerField(min_value=0, max_value=10_000, required=False)

    @property
    def counts(self) -> Counts:
        """As ISC said them: the page shows what is to be sent as done."""
        mark, as_of = self.value("change") or "", self.value("as_of") or 0.0
        shown, done = self.value("open"), self.value("completed")
        waits = None if shown is None else shown + (self.value("leaving") or 0)
        closed = None if done is None else max(0, done - (self.value("closing") or 0))
        return Counts(waits, closed, mark, as_of)


class ActionForm(NumbersForm):
    """The hidden fields of every action: they steer what is redrawn, on the sender's page alone."""

    key = forms.CharField(required=False, max_length=64)
    part = forms.CharField(required=False)
    note = FreeText(required=False, max_length=2000)
    pane = forms.CharField(required=False)
    confirmed = forms.BooleanField(required=False)
    mark = forms.CharField(required=False, max_length=64)
    shown = FreeText(required=False, strip=False)
    fingerprint = forms.CharField(required=False, max_length=16)
    waits = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    asked = forms.IntegerField(min_value=0, max_value=MOST_ASKED, required=False)
    # The rows of the list: sent beside the numbers, so that an answer can write all of them anew.
    rows_of = forms.ChoiceField(choices=[(tab.value, tab.value) for tab in Tab], required=False)
    first = forms.IntegerField(min_value=1, required=False)
    last = forms.IntegerField(min_value=1, required=False)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.value("confirmed"))

    def shown_rows(self, counts: Counts) -> ShownRows | None:
        """The rows of the list beside these numbers; None where the page has no list."""
        tab, first, last = map(self.value, ("rows_of", "first", "last"))
        return ShownRows(Tab(tab), first, last, counts) if tab and first and last else None


class NoteForm(forms.Form):
    """A note that stays here: ISC has no place for one."""

    note = FreeText(
        max_length=2000,
        label=_("Private note"),
        help_text=_("It stays here: SailPoint has no place for it. You and the auditors read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please say why: this decision needs a note.")},
    )

    def __init__(self, data: QueryDict | None = None, *, is_required: bool) -> None:
        super().__init__(data)
        self.fields["note"].required = is_required


class PeopleSearch(forms.Form):
    """What is searched for; `target` is who was chosen before, `listed` who could be chosen.

    `suggest` asks for people to be offered until there is something to search for: its value is
    who has asked for the work item, or "" where that is nobody, or not the same for all.
    """

    q = forms.CharField(required=False, max_length=100, label=_("Search people"))
    target = forms.CharField(required=False)
    listed = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    suggest = forms.CharField(required=False)

    def text(self) -> str:
        """What to look for; empty until there is enough to be worth an upstream call."""
        self.is_valid()
        text = str(self.cleaned_data.get("q", ""))
        return text if is_enough(text) and self.data.get("find") != "suggestions" else ""

    def wants_suggestions_for(self) -> str | None:
        """Who has asked for the work item, as the page says; None where nobody is to be offered."""
        if self.text() or "suggest" not in self.data:
            return None
        requester_id = str(self.cleaned_data.get("suggest", ""))
        return requester_id if is_usable_id(requester_id) else ""

    def chosen(self) -> tuple[str, str, str] | None:
        """Id, name and hint of who was chosen, as the page listed them: shown, never trusted."""
        self.is_valid()
        for line in self.cleaned_data.get("listed") or ():
            person_id, name, hint = (*line.split("\t"), "", "")[:3]
            if person_id == self.cleaned_data.get("target"):
                return person_id, name, hint
        return None


class RiskyForm(forms.Form):
    """A form that asks for a tick where it is sent for somebody else: its own confirmation."""

    def require_confirmation(self, scope: QueueScope, action: ActionForm) -> None:
        if scope.is_other and not action.is_confirmed:
            self.add_error(None, _("Tick the box to say that you do this for somebody else."))


class ReasonForm(forms.Form):
    """Why an admin looks at somebody else's queue; auditors read it."""

    reason = FreeText(
        label=_("Why do you look at somebody else's queue?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "reason-hint"}),
        error_messages={"required": _("Say in a few words why you look at it.")},
    )


class ForwardForm(RiskyForm, PeopleSearch):
    """To whom, why, and whether SailPoint tells them by e-mail."""

    target = forms.CharField(
        label=_("Forward to"),
        error_messages={"required": _("Choose the person who gets this work item.")},
    )
    comment = FreeText(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why you forward it.")},
    )
    notify = forms.BooleanField(label=_("Notify them by e-mail"), required=False, initial=True)

    @classmethod
    def searching(cls, data: QueryDict) -> Self:
        """The form while one of its buttons `find` is used: all that was typed, no complaints yet.

        Those of ready-made comments have one added: behind what was typed, which stays.
        """
        typed = {name: data.get(name, "") for name in ("q", "target", "comment")}
        form = cls(initial={**typed, "notify": "notify" in data})
        if ready := form.ready_comments.get(data.get("find", "")):
            form.initial["comment"] = "\n".join(filter(None, (typed["comment"].rstrip(), ready)))
            form.is_comment_filled = True
        return form

    is_comment_filled = False

    @property
    def ready_comments(self) -> dict[str, str]:
        """By the value of the button that adds each of them."""
        return {f"comment-{at}": text for at, text in enumerate(settings.FORWARD_COMMENTS)}

    def wants_suggestions_for(self) -> None:
        """A form that is incomplete, or was refused, is shown again without a call more."""

    @property
    def first_wrong(self) -> str:
        """The first of what is wrong, in the order of the page."""
        order = (NON_FIELD_ERRORS, "target", "comment")
        return next((name for name in order if name in self.errors), "")
