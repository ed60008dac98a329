"""One plain sentence for what a work item asks: "Give Domain Admins to jsmith on Active Directory".

The templates are translated as whole sentences, so a language may put its words in its own order;
the parts that name something are marked, so that a page may set them in bold.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, ngettext_lazy, override
from django.utils.translation import gettext_lazy as _

from taskmanager.core.numbers import number_format
from workitems.domain.changes import Change, Operation, changes_of, subjects_of
from workitems.isc.schemas import WorkItem


class Part(NamedTuple):
    """A piece of a sentence; `is_name` where it names a person, an access or a source.

    No dataclass: a page makes hundreds, and a frozen one takes four times as long to make.
    """

    text: str
    is_name: bool


@dataclass(frozen=True)
class Sentence:
    """What is asked. `kind` is one of give, remove, create, change, other: it picks the icon."""

    kind: str
    parts: tuple[Part, ...]

    @cached_property
    def text(self) -> str:
        return "".join([part.text for part in self.parts])


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

# Where a number in place of the account makes no sentence.
COUNTED: Final[Mapping[Operation, tuple[Promise, Promise]]] = {
    Operation.DELETE: (
        ngettext_lazy(
            "Delete {number} account on {source}", "Delete {number} accounts on {source}", "count"
        ),
        ngettext_lazy("Delete {number} account", "Delete {number} accounts", "count"),
    ),
    Operation.DISABLE: (
        ngettext_lazy(
            "Disable {number} account on {source}", "Disable {number} accounts on {source}", "count"
        ),
        ngettext_lazy("Disable {number} account", "Disable {number} accounts", "count"),
    ),
    Operation.ENABLE: (
        ngettext_lazy(
            "Enable {number} account on {source}", "Enable {number} accounts on {source}", "count"
        ),
        ngettext_lazy("Enable {number} account", "Enable {number} accounts", "count"),
    ),
    Operation.UNLOCK: (
        ngettext_lazy(
            "Unlock {number} account on {source}", "Unlock {number} accounts on {source}", "count"
        ),
        ngettext_lazy("Unlock {number} account", "Unlock {number} accounts", "count"),
    ),
}

# Said where ISC names nothing; a wording without a source asks for none.
WITHOUT_NAME: Final[Mapping[str, Promise]] = {
    "operation": _("Change"),
    "account": _("an unnamed account"),
    "attribute": _("an attribute"),
    "value": _("an empty value"),
}


FEW: Final = 3  # things to decide: so many are named one by one
NOTHING: Final[frozenset[str]] = frozenset()
NOTHING_LISTED: Final[Mapping[str, tuple[Part, ...]]] = {}
# Of which names a list still makes a correct sentence: not "the account A, B and C".
LISTABLE: Final[Mapping[Operation, frozenset[str]]] = {
    Operation.GIVE: frozenset({"value", "account", "source"}),
    Operation.REMOVE: frozenset({"value", "account", "source"}),
    Operation.SET: frozenset({"account", "source"}),
    Operation.CREATE: frozenset({"account", "source"}),
    Operation.OTHER: frozenset({"value", "account", "source"}),
}


def sentence_of(item: WorkItem, changes: list[Change], language: str | None) -> Sentence:
    """The sentence of the whole work item, never empty; `changes` are all that it asks for."""
    if changes:
        return _sentence_of_several(changes, language)
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


def text_of(item: WorkItem) -> str:
    """The sentence of the whole work item as text, in the active language."""
    return sentence_of(item, changes_of(item), get_language()).text


def change_sentence(
    change: Change, language: str | None, listed: Mapping[str, tuple[Part, ...]] = NOTHING_LISTED
) -> Sentence:
    """The sentence of one approval or remediation item; `listed` stands in place of its fields."""
    wording = WORDINGS[change.operation]
    pieces = _pieces(wording, language, has_source=bool(change.source))
    return Sentence(wording.kind, tuple(_filled(pieces, _names(change), listed)))


def _names(change: Change) -> dict[str, str]:
    return {
        "operation": change.raw_operation,
        "account": change.account,
        "attribute": change.attribute,
        "value": change.value or change.attribute,
        "source": change.source,
    }


def _sentence_of_several(changes: list[Change], language: str | None) -> Sentence:
    """All of them where they are few, else how many there are, never "and 2 more"."""
    subjects = subjects_of(changes)
    first = change_sentence(subjects[0], language)
    if len(subjects) == 1:
        return first
    if field := _only_difference(subjects, language):
        many = _joined(subjects, field) if len(subjects) <= FEW else _counted(subjects, field)
        if many:
            return change_sentence(subjects[0], language, {field: many})
    if len(subjects) <= FEW:
        rest = [change_sentence(change, language) for change in subjects[1:]]
        more = (part for one in rest for part in (Part("; ", is_name=False), *one.parts))
        return Sentence(first.kind, (*first.parts, *more))
    number = len(subjects)
    words = ngettext(
        "%(count)s item, the first: {sentence}", "%(count)s items, the first: {sentence}", number
    )
    parts = _spread(words % {"count": number_format(number)}, {"sentence": first.parts})
    return Sentence(first.kind, tuple(parts))


def counted(change: Change, number: int) -> Sentence:
    """The same change of so many accounts."""
    with_source, without_source = COUNTED[change.operation]
    words = (with_source if change.source else without_source) % {"count": number}
    pieces = _taken_apart(words)
    names = {"number": number_format(number), "source": change.source}
    return Sentence(WORDINGS[change.operation].kind, tuple(_filled(pieces, names)))


def _only_difference(changes: list[Change], language: str | None) -> str:
    """The one part of their sentences in which changes differ, if a list can be made of it."""
    first = changes[0]
    if any((c.operation, bool(c.source)) != (first.operation, bool(first.source)) for c in changes):
        return ""
    pieces = _pieces(WORDINGS[first.operation], language, has_source=bool(first.source))
    said = _names(first)
    differing = {
        field
        for change in changes[1:]
        for field, name in _names(change).items()
        if name != said[field] and field in pieces
    }
    field = differing.pop() if len(differing) == 1 else ""
    return field if field in LISTABLE.get(first.operation, NOTHING) else ""


def _joined(changes: list[Change], field: str) -> tuple[Part, ...]:
    names = dict(zip("abc", (_names(change)[field] for change in changes), strict=False))
    template = gettext("{a} and {b}") if len(changes) == 2 else gettext("{a}, {b} and {c}")  # noqa: PLR2004
    missing = str(WITHOUT_NAME.get(field, ""))
    parts = {key: (Part(name or missing, is_name=True),) for key, name in names.items()}
    return tuple(_spread(template, parts))


def _counted(changes: list[Change], field: str) -> tuple[Part, ...]:
    """Words such as "4 people" or "5 items" in the place of their names; none for sources."""
    number = len(changes)
    if field == "account":
        words = ngettext("%(count)s person", "%(count)s people", number)
    elif field == "value":
        words = ngettext("%(count)s item", "%(count)s items", number)
    else:
        return ()
    return (Part(words % {"count": number_format(number)}, is_name=True),)


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


def _filled(
    pieces: Iterable[Piece],
    names: Mapping[str, str],
    listed: Mapping[str, tuple[Part, ...]] = NOTHING_LISTED,
) -> Iterator[Part]:
    for piece in pieces:
        if isinstance(piece, Part):
            yield piece
        elif piece in listed:
            yield from listed[piece]
        else:
            text = names[piece] or str(WITHOUT_NAME[piece])
            yield Part(text, is_name=piece != "operation")


def _spread(template: str, parts: Mapping[str, tuple[Part, ...]]) -> Iterator[Part]:
    """A template whose fields are pieces of a sentence themselves."""
    for piece in _taken_apart(template):
        if isinstance(piece, Part):
            yield piece
        else:
            yield from parts[piece]
