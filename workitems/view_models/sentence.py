"""One plain sentence for what a work item asks: "Give Domain Admins to jsmith on Active Directory".

The templates are translated as whole sentences, so a language may put its words in its own order;
the parts that name something are marked, so that a page may set them in bold.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from workitems.domain.changes import Change, Operation, changes_of, count_of_subjects
from workitems.isc.schemas import WorkItem


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `is_name` where it names a person, an access or a source."""

    text: str
    is_name: bool


@dataclass(frozen=True)
class Sentence:
    """What is asked. `kind` is one of give, remove, create, change, other: it picks the icon."""

    kind: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, eq=False)
class Wording:
    """How a change is worded. There is one object of each: comparing would translate."""

    kind: str
    with_source: Promise
    without_source: Promise


WORDINGS: Final[Mapping[Operation, Wording]] = {
    Operation.GIVE: Wording(
        "give", _("Give {value} to {account} on {source}"), _("Give {value} to {account}")
    ),
    Operation.REMOVE: Wording(
        "remove", _("Remove {value} from {account} on {source}"), _("Remove {value} from {account}")
    ),
    Operation.SET: Wording(
        "change",
        _("Set {attribute} to {value} for {account} on {source}"),
        _("Set {attribute} to {value} for {account}"),
    ),
    Operation.CREATE: Wording(
        "create",
        _("Create an account for {account} on {source}"),
        _("Create an account for {account}"),
    ),
    Operation.DELETE: Wording(
        "remove", _("Delete the account {account} on {source}"), _("Delete the account {account}")
    ),
    Operation.DISABLE: Wording(
        "remove", _("Disable the account {account} on {source}"), _("Disable the account {account}")
    ),
    Operation.ENABLE: Wording(
        "give", _("Enable the account {account} on {source}"), _("Enable the account {account}")
    ),
    Operation.UNLOCK: Wording(
        "change", _("Unlock the account {account} on {source}"), _("Unlock the account {account}")
    ),
    Operation.OTHER: Wording(
        "other",
        _("{operation} {value} for {account} on {source}"),
        _("{operation} {value} for {account}"),
    ),
}

# Said where ISC names nothing; a wording without a source asks for none.
WITHOUT_NAME: Final[Mapping[str, Promise]] = {
    "operation": _("Change"),
    "account": _("an unnamed account"),
    "attribute": _("an attribute"),
    "value": _("an empty value"),
}


def sentence_of(item: WorkItem, language: str | None) -> Sentence:
    """The sentence of the whole work item, never empty."""
    if changes := changes_of(item):
        return _first_and_more(changes, language)
    form = item.form
    if form and form.target_user and not item.description:
        pieces = _taken_apart(gettext("Choose an account for {account}"))
        return Sentence("other", tuple(_filled(pieces, {"account": form.target_user})))
    # Its own words say best what is to be chosen; ISC's titles are technical.
    if form:
        text = item.description or form.title or gettext("Fill in a form")
    else:
        text = item.description or item.name or gettext("A work item without a description")
    return Sentence("other", (Part(text, is_name=False),))


def change_sentence(change: Change, language: str | None) -> Sentence:
    """The sentence of one approval item or remediation item."""
    wording = WORDINGS[change.operation]
    pieces = _pieces(wording, language, has_source=bool(change.source))
    names = {
        "operation": change.raw_operation,
        "account": change.account,
        "attribute": change.attribute,
        "value": change.value or change.attribute,
        "source": change.source,
    }
    return Sentence(wording.kind, tuple(_filled(pieces, names)))


def _first_and_more(changes: list[Change], language: str | None) -> Sentence:
    first = change_sentence(changes[0], language)
    more = count_of_subjects(changes) - 1
    if not more:
        return first
    text = ngettext("{sentence}, and %(count)d more", "{sentence}, and %(count)d more", more)
    before, _placeholder, after = (text % {"count": more}).partition("{sentence}")
    parts = (Part(before, is_name=False), *first.parts, Part(after, is_name=False))
    return Sentence(first.kind, tuple(part for part in parts if part.text))


Piece = Part | str  # words that stand in a template, or the name of a field


@lru_cache(maxsize=1_000)
def _pieces(wording: Wording, language: str | None, *, has_source: bool) -> tuple[Piece, ...]:
    """Translated and taken apart once, and not for each row that says it."""
    with override(language):
        template = str(wording.with_source if has_source else wording.without_source)
    return tuple(_taken_apart(template))


def _taken_apart(template: str) -> Iterator[Piece]:
    for literal, field, _spec, _conversion in string.Formatter().parse(template):
        if literal:
            yield Part(literal, is_name=False)
        if field is not None:
            yield field


def _filled(pieces: Iterable[Piece], names: Mapping[str, str]) -> Iterator[Part]:
    for piece in pieces:
        if isinstance(piece, Part):
            yield piece
        else:
            text = names[piece] or str(WITHOUT_NAME[piece])
            yield Part(text, is_name=piece != "operation")
