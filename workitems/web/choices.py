"""The page on which a person chooses how long they can undo, and whether letters are keys."""

from typing import Final, Self

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from taskmanager.core.htmx import render
from taskmanager.signin.request import SignedInRequest, person_of
from workitems import preferences
from workitems.models import PersonSettings
from workitems.view_models.labels import Text
from workitems.web.links import address

USUAL: Final = ""
BY_HAND: Final = "hand"
SECONDS: Final = (0, 10, 20, 60, 120)


class ChoicesForm(forms.Form):
    """`undo`: seconds, "hand" to send only on demand, or "" for what the installation says."""

    undo = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How long a decision can be undone before it is sent"),
        widget=forms.RadioSelect,
    )
    keys = forms.BooleanField(
        required=False, label=gettext_lazy("The key U undoes the newest decision")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["undo"].choices = choices()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, person_id: str) -> Self:
        kept = preferences.of_person(person_id)
        undo = BY_HAND if kept.undo_seconds is None else str(kept.undo_seconds)
        is_usual = kept.undo_seconds == settings.UNDO_SECONDS
        return cls(initial={"undo": USUAL if is_usual else undo, "keys": kept.has_keys})

    def keep(self, person_id: str) -> None:
        undo = self.cleaned_data["undo"]
        seconds = settings.UNDO_SECONDS if undo == USUAL else int(undo) if undo != BY_HAND else None
        values = {"undo_seconds": seconds, "has_keys": self.cleaned_data["keys"]}
        PersonSettings.objects.update_or_create(person_id=person_id, defaults=values)


def choices() -> list[tuple[str, Text]]:
    usual = _("As usual here: %(time)s") % {"time": _time(settings.UNDO_SECONDS)}
    others = [(str(one), _time(one)) for one in SECONDS if one != settings.UNDO_SECONDS]
    return [(USUAL, usual), *others, (BY_HAND, _("until I press Send"))]


def _time(seconds: int) -> str:
    if not seconds:
        return _("not at all, it is sent at once")
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest) -> HttpResponse:
    """Show what the person has chosen, and keep what they choose now."""
    person = person_of(request)
    form = ChoicesForm(request.POST) if request.method == "POST" else ChoicesForm.of(person.id)
    if form.is_bound and form.is_valid():
        form.keep(person.id)
        messages.success(request, _("Kept: it holds for what you decide from now on."))
        return HttpResponseRedirect(address(request, "choose"))
    status = 422 if form.is_bound else 200
    return render(request, "workitems/choose.html", {"form": form}, status=status)
