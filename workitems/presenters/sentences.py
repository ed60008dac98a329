"""One plain sentence for what a work item asks: "Give Domain Admins to jsmith on Active Directory".

The templates are translated as whole sentences, so a language may put its words in its own order;
the parts that name something are marked, so that a page may set them in bold.
"""

import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from workitems.isc.schemas import ApprovalItem, RemediationItem, WorkItem, WorkItemForm


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


@dataclass(frozen=True)
class Change:
    """The same few facts, whether they came from an approval item or from a remediation item."""

    operation: str
    account: str
    attribute: str
    value: str
    source: str


@dataclass(frozen=True, eq=False)
class Wording:
    """How a change is worded. There is one object of each: comparing would translate."""

    kind: str
    with_source: Promise
    without_source: Promise


GIVE: Final = Wording(
    "give",
    _("Give {value} to {account} on {source}"),
    _("Give {value} to {account}"),
)
REMOVE: Final = Wording(
    "remove",
    _("Remove {value} from {account} on {source}"),
    _("Remove {value} from {account}"),
)
SET: Final = Wording(
    "change",
    _("Set {attribute} to {value} for {account} on {source}"),
    _("Set {attribute} to {value} for {account}"),
)
CREATE: Final = Wording(
    "create",
    _("Create an account for {account} on {source}"),
    _("Create an account for {account}"),
)
DELETE: Final = Wording(
    "remove",
    _("Delete the account {account} on {source}"),
    _("Delete the account {account}"),
)
DISABLE: Final = Wording(
    "remove",
    _("Disable the account {account} on {source}"),
    _("Disable the account {account}"),
)
ENABLE: Final = Wording(
    "give",
    _("Enable the account {account} on {source}"),
    _("Enable the account {account}"),
)
UNLOCK: Final = Wording(
    "change",
    _("Unlock the account {account} on {source}"),
    _("Unlock the account {account}"),
)
OTHER: Final = Wording(
    "other",
    _("{operation} {value} for {account} on {source}"),
    _("{operation} {value} for {account}"),
)
# ISC publishes no list of operations: these are the ones seen, compared without regard to case.
WORDINGS: Final[dict[str, Wording]] = {
    "add": GIVE,
    "grant": GIVE,
    "remove": REMOVE,
    "revoke": REMOVE,
    "create": CREATE,
    "set": SET,
    "update": SET,
    "modify": SET,
    "delete": DELETE,
    "disable": DISABLE,
    "enable": ENABLE,
    "unlock": UNLOCK,
}


def sentence_of(item: WorkItem, language: str | None) -> Sentence:
    """The sentence of the whole work item, never empty."""
    changes = [*map(change_of_approval, item.approval_items)]
    changes += map(change_of_remediation, item.remediation_items)
    if changes:
        return _first_and_more(changes, language)
    if item.form is not None:
        return _form_sentence(item, item.form)
    text = item.description or item.name or gettext("A work item without a description")
    return Sentence("other", (Part(text, is_name=False),))


def change_sentence(change: Change, language: str | None) -> Sentence:
    """The sentence of one approval item or remediation item."""
    wording = WORDINGS.get(change.operation.casefold(), OTHER)
    pieces = _pieces(wording, language, has_source=bool(change.source))
    names = {
        "operation": change.operation or gettext("Change"),
        "account": change.account or gettext("an unnamed account"),
        "attribute": change.attribute or gettext("an attribute"),
        "value": change.value or change.attribute or gettext("an empty value"),
        "source": change.source,
    }
    return Sentence(wording.kind, tuple(_filled(pieces, names)))


def change_of_approval(item: ApprovalItem) -> Change:
    return Change(
        operation=item.operation,
        account=item.account,
        attribute=item.name,
        value=item.value,
        source=source_name(item.application),
    )


def change_of_remediation(item: RemediationItem) -> Change:
    return Change(
        operation=item.attribute_operation,
        account=item.target_display_name or item.target_name or item.native_identity,
        attribute=item.attribute_name,
        value=item.attribute_value,
        source=source_name(item.application_name),
    )


def source_name(application: str) -> str:
    """ISC reports flat-file sources as "<name> [source]": people know them by name alone."""
    return application.removesuffix("[source]").strip()


def _first_and_more(changes: list[Change], language: str | None) -> Sentence:
    # The rows of an account creation are its attributes, not further things to decide.
    creates = all(WORDINGS.get(change.operation.casefold()) is CREATE for change in changes)
    subjects = {(change.account, change.source) for change in changes}
    first = change_sentence(changes[0], language)
    more = len(subjects) - 1 if creates else len(changes) - 1
    if not more:
        return first
    text = ngettext("{sentence}, and %(count)d more", "{sentence}, and %(count)d more", more)
    before, _placeholder, after = (text % {"count": more}).partition("{sentence}")
    parts = (Part(before, is_name=False), *first.parts, Part(after, is_name=False))
    return Sentence(first.kind, tuple(part for part in parts if part.text))


def _form_sentence(item: WorkItem, form: WorkItemForm) -> Sentence:
    """Its own words say best what is to be chosen; ISC's titles are technical."""
    if form.target_user and not item.description:
        pieces = _taken_apart(gettext("Choose an account for {account}"))
        return Sentence("other", tuple(_filled(pieces, {"account": form.target_user})))
    text = item.description or form.title or gettext("Fill in a form")
    return Sentence("other", (Part(text, is_name=False),))


Piece = Part | str
"""Words that stand in a template, or the name of a field"""


@lru_cache(maxsize=1_000)
def _pieces(wording: Wording, language: str | None, *, has_source: bool) -> tuple[Piece, ...]:
    """Translated and taken apart once, and not for each row that says it."""
    with override(language):
        template = str(wording.with_source if has_source else wording.without_source)
    return tuple(_taken_apart(template))


def _taken_apart(template: str) -> Iterator[Piece]:
    parse: Callable[[str], Iterator[tuple[str, str | None, str | None, str | None]]]
    parse = string.Formatter().parse  # type: ignore[assignment]
    for literal, field, *_rest in parse(template):
        if literal:
            yield Part(literal, is_name=False)
        if field is not None:
            yield field


def _filled(pieces: Iterable[Piece], names: Mapping[str, str]) -> Iterator[Part]:
    for piece in pieces:
        if isinstance(piece, Part):
            yield piece
        else:
            yield Part(names[piece], is_name=piece != "operation")
