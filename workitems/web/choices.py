"""What a person chooses: how pages look and speak, how long they can undo, letters as keys."""

from typing import Any, Final, Self

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from taskmanager.core.appearance import (
    DENSITIES,
    SYSTEM_LANGUAGE,
    THEMES,
    KeptAppearance,
    mark_of,
    show_as,
)
from taskmanager.core.htmx import render
from taskmanager.signin.request import SignedInRequest, person_of
from workitems import preferences
from workitems.scope import QueueScope
from workitems.view_models.labels import Text
from workitems.web.links import Links, address, back_url

USUAL: Final = ""
BY_HAND: Final = "hand"
SECONDS: Final = (0, 10, 20, 60, 120)


class AppearanceForm(forms.Form):
    """How pages look and speak: all of it on the page of settings, one at a time in the menu."""

    language = forms.ChoiceField(required=False, label=gettext_lazy("Language"))
    theme = forms.ChoiceField(required=False, label=gettext_lazy("Theme"), choices=THEMES)
    density = forms.ChoiceField(required=False, label=gettext_lazy("Density"), choices=DENSITIES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = (SYSTEM_LANGUAGE, *settings.LANGUAGES)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]

    @property
    def appearance(self) -> dict[str, str]:
        """What was sent of it."""
        sent = AppearanceForm.base_fields.keys() & self.data.keys()
        return {name: self.cleaned_data[name] for name in sent}


class ChoicesForm(AppearanceForm):
    """`undo`: seconds, "hand" to send only on demand, or "" for what the installation says."""

    undo = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How long a decision can be undone before it is sent"),
        widget=forms.RadioSelect,
    )
    keys = forms.BooleanField(
        required=False, label=gettext_lazy("Keys of one letter move, decide and undo")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["undo"].choices = choices()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, person_id: str) -> Self:
        kept = preferences.of_person(person_id)
        undo = BY_HAND if kept.undo_seconds is None else str(kept.undo_seconds)
        is_usual = kept.undo_seconds == settings.UNDO_SECONDS
        looks = {name: getattr(kept, name) for name in AppearanceForm.base_fields}
        return cls(initial={"undo": USUAL if is_usual else undo, "keys": kept.has_keys, **looks})

    @property
    def values(self) -> dict[str, Any]:
        undo = self.cleaned_data["undo"]
        seconds = settings.UNDO_SECONDS if undo == USUAL else int(undo) if undo != BY_HAND else None
        return {
            "undo_seconds": seconds,
            "has_keys": self.cleaned_data["keys"],
            **self.appearance,
        }


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
        _keep(request, form.values)
        messages.success(request, _("Kept: it holds from now on."))
        return HttpResponseRedirect(address(request, "choose"))
    status = 422 if form.is_bound else 200
    return render(request, "workitems/choose.html", {"form": form}, status=status)


@require_POST
def choose_appearance(request: SignedInRequest) -> HttpResponse:
    """One choice of the person's menu, then back to the page that it stood on."""
    form = AppearanceForm(request.POST)
    if form.is_valid():
        _keep(request, form.appearance)
    links = Links.of(request, QueueScope.requested(person_of(request), ""))
    return HttpResponseRedirect(back_url(request, links))


def _keep(request: SignedInRequest, values: dict[str, Any]) -> None:
    chosen = preferences.keep(person_of(request).id, values)
    show_as(request, preferences.appearance_of(chosen))
    mark = mark_of(request.session.session_key or "")
    request.new_appearance = KeptAppearance(mark, request.appearance)
