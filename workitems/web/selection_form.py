"""The account-selection form of a work item, built from ISC's declaration; and its answers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from taskmanager.core.characters import visible
from workitems.isc.schemas import FormField, FormSection, WorkItemForm
from workitems.web.forms import RiskyForm
from workitems.web.selection_controls import (
    LABEL,
    control_for,
    is_asked,
    is_kept,
    label_of,
    shown_value,
    words_of,
)

SECRET_KEY: Final = re.compile(r"secret\d*-(.+)", re.DOTALL)
UNANSWERED: Final[tuple[object, ...]] = ("", None, [])
SHARED: Final = _(
    "SailPoint takes one answer for several questions of this form: %(labels)s. "
    "Answer one of them, or all of them alike."
)
DISAGREE: Final = _("Not the same answer as in: %(labels)s. SailPoint takes one answer for both.")
AGAIN: Final = _("Please type this again: a secret is not shown once it was sent to this page.")


@dataclass(frozen=True)
class Section:
    """A fieldset: its legend, how deep it is nested (1 is the top), its controls and texts."""

    label: str
    level: int
    fields: tuple[forms.BoundField | str, ...]


class AccountSelectionForm(RiskyForm):
    """One control for each question; `values()` is the map that ISC expects.

    ISC keys answers on a name, but nothing keeps two questions from having the same one.
    """

    def __init__(self, declared: WorkItemForm, data: Any = None) -> None:
        super().__init__(data)
        self.declared = declared
        self._asked: dict[str, FormField] = {}
        keys_of: dict[str, list[str]] = defaultdict(list)
        for field in filter(is_asked, declared.fields()):
            key = _key(field, len(keys_of[field.name]) + 1)
            self.fields[key], self._asked[key] = control_for(field), field
            keys_of[field.name].append(key)
        self._repeated = [keys for keys in keys_of.values() if len(keys) > 1]
        for keys in self._repeated:
            shared = SHARED % {"labels": self._labels(keys)}
            for key in keys:
                self.fields[key].help_text = f"{self.fields[key].help_text} {shared}".strip()

    @classmethod
    def filled(
        cls, declared: WorkItemForm, values: Mapping[str, object], secrets: Sequence[str] = ()
    ) -> Self:
        """With answers that were given before, as `values` and `secrets` returned them."""
        asked = cls(declared)._asked.items()
        form = cls(declared, {key: values[f.name] for key, f in asked if f.name in values})
        form.ask_secrets_again(secrets)
        return form

    @property
    def sections(self) -> list[Section]:
        nested = (self._nested(section, 1) for section in self.declared.sections)
        return list(chain.from_iterable(nested))

    def clean(self) -> None:
        """Questions of one name: one answer is enough, and several have to agree."""
        for keys in self._repeated:
            given = {key: sent for key in keys if (sent := self._sent(key)) not in UNANSWERED}
            for key in keys:
                others = [other for other, sent in given.items() if sent != given.get(key)]
                if key in given and others:
                    self.add_error(key, DISAGREE % {"labels": self._labels(others)})
                elif given and self.has_error(key, "required"):
                    del self.errors[key]

    def ask_secrets_again(self, given: Sequence[str] = ()) -> None:
        """Say at each secret that was typed that the page does not hold it any more."""
        for key, field in self._asked.items():
            if field.is_secret and (self.data.get(key) or field.name in given):
                self.errors.pop(key, None)  # that it is required says less
                self.add_error(key, AGAIN)

    def secrets(self) -> tuple[str, ...]:
        """The names of the answers that nobody may read."""
        given = self.values()
        secret = {field.name for field in self.declared.fields() if field.is_secret}
        return tuple(sorted(secret & given.keys()))

    def values(self) -> dict[str, object]:
        """Field name -> text, list of texts, true or false; what was left empty is left out."""
        fields = [field for field in self.declared.fields() if field.name]
        kept = {field.name: field.value for field in fields if is_kept(field)}
        given = ((field.name, self._sent(key)) for key, field in self._asked.items())
        answers = chain(kept.items(), given)
        return {name: value for name, value in answers if value not in UNANSWERED}

    def named_in(self, detail: str) -> str | None:
        """The name of the first control that ISC's words name, or None."""
        for key, field in self._asked.items():
            words = "|".join(map(re.escape, filter(None, (field.name, field.display_name))))
            if re.search(rf"\b({words})\b", detail, re.IGNORECASE):
                return key
        return None

    def _sent(self, key: str) -> object:
        """What is sent for it: None where it was not answered, or wrongly."""
        value: object = self.cleaned_data.get(key)
        return value.isoformat() if isinstance(value, date) else value

    def _labels(self, keys: list[str]) -> str:
        return ", ".join(label_of(self._asked[key]) for key in keys)

    def _nested(self, section: FormSection, level: int) -> Iterator[Section]:
        own = [item for item in section.items if isinstance(item, FormField)]
        shown = tuple(chain.from_iterable(map(self._shown, own)))
        yield Section(section.label or words_of(section.name), level, shown)
        for item in section.items:
            if isinstance(item, FormSection):
                yield from self._nested(item, level + 1)

    def _shown(self, field: FormField) -> Iterator[forms.BoundField | str]:
        """Its control, or the text of a label."""
        keys = (key for key, asked in self._asked.items() if asked is field)
        yield from (self[key] for key in keys)
        if field.kind == LABEL:
            texts = (field.display_name, visible(shown_value(field.value)))
            yield from dict.fromkeys(filter(None, texts))


def secret_label(key: str) -> str:
    """The words of the secret that is posted under this key; "" for any other field."""
    found = SECRET_KEY.fullmatch(key)
    return words_of(found[1]) if found else ""


def _key(field: FormField, number: int) -> str:
    """What its control is called: a name of its own, also for the second question of a name."""
    prefix = "secret" if field.is_secret else "field"
    return f"{prefix}{number if number > 1 else ''}-{field.name}"
