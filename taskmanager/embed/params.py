"""The parameters of a framed page's address: its look, language and messages to the host."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final, Self
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from taskmanager.core.addresses import WIDGET_PREFIX, own_referer, with_query

THEMES: Final = (("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark")))
DENSITIES: Final = (("comfortable", _("Comfortable")), ("compact", _("Compact")))
TABS: Final = (("pending", _("Pending")), ("completed", _("Completed")))
KEYS: Final = (("0", _("Off")), ("1", _("On")))
ENVELOPES: Final = (("1", "1"), ("2", "2"))  # versions of the messages to the host page
TARGETS: Final = (
    ("blank", _("In a new tab")),
    ("top", _("In the place of the host page")),
    ("host", _("Nowhere: the host page gets an event")),
)
ACCENT: Final = re.compile(r"([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


class WidgetParamsForm(forms.Form):
    """The parameters of /widget/ and /widget/badge/; an invalid value counts as absent."""

    theme = forms.ChoiceField(choices=THEMES, label=_("Theme"), required=False)
    accent = forms.CharField(max_length=40, label=_("Accent colour"), required=False)
    lang = forms.CharField(max_length=20, label=_("Language"), required=False, widget=forms.Select)
    density = forms.ChoiceField(choices=DENSITIES, label=_("Density"), required=False)
    tab = forms.ChoiceField(choices=TABS, label=_("Start with"), required=False)
    target = forms.ChoiceField(choices=TARGETS, label=_("Links open"), required=False)
    keys = forms.ChoiceField(choices=KEYS, label=_("Keys of one letter"), required=False)
    envelope = forms.ChoiceField(choices=ENVELOPES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lang"].widget.choices = [("", _("As the browser asks")), *settings.LANGUAGES]

    def clean_accent(self) -> str:
        accent = str(self.cleaned_data["accent"]).removeprefix("#").lower()
        if accent and not ACCENT.fullmatch(accent):
            raise forms.ValidationError(_("Three or six hexadecimal digits, such as 2f54c9."))
        return accent

    def clean_lang(self) -> str:
        """A language that we speak: `de-AT` finds `de`."""
        lang = str(self.cleaned_data["lang"])
        try:
            return translation.get_supported_language_variant(lang) if lang else ""
        except LookupError:
            raise forms.ValidationError(_("We do not speak this language.")) from None


NAMES: Final = tuple(WidgetParamsForm.base_fields)


@dataclass(frozen=True)
class WidgetParams:
    """What the templates of a framed page ask for."""

    theme: str = "auto"
    accent: str = ""
    lang: str = ""
    density: str = "comfortable"
    tab: str = "pending"
    target: str = "blank"
    keys: str = "0"
    envelope: str = "1"

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Of the address, and of the framed page's address that a fragment was requested from."""
        url = urlsplit(own_referer(request))
        before = QueryDict(url.query if url.path.startswith(WIDGET_PREFIX) else "")
        return cls(**{**_chosen(before), **_chosen(request.GET)})

    @property
    def query(self) -> str:
        """The parameters that differ from the default; empty, or begins with `?`."""
        usual = asdict(type(self)())
        chosen = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return with_query("", **chosen)

    @property
    def link_target(self) -> str:
        return "_top" if self.target == "top" else "_blank"


def _chosen(query: QueryDict) -> Mapping[str, str]:
    return _checked(tuple((name, query[name]) for name in NAMES if name in query))


@lru_cache(maxsize=1_000)  # a form takes a fifth of a poll, and few differ
def _checked(given: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    form = WidgetParamsForm(dict(given))
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value}
