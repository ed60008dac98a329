"""One plain sentence for what a work item asks: "Give Domain Admins to jsmith on Active Directory".

The templates are translated as whole sentences, so a language may put its words in its own order;
the parts that name something are marked, so that a page may set them in bold.
"""

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
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


Wording = tuple[str, str | Promise, str | Promise]
"""(kind, sentence with a source, sentence without one)"""

GIVE: Final[Wording] = (
    "give",
    _("Give {value} to {account} on {source}"),
    _("Give {value} to {account}"),
)
REMOVE: Final[Wording] = (
    "remove",
    _("Remove {value} from {account} on {source}"),
    _("Remove {value} from {account}"),
)
SET: Final[Wording] = (
    "change",
    _("Set {attribute} to {value} for {account} on {source}"),
    _("Set {attribute} to {value} for {account}"),
)
CREATE: Final[Wording] = (
    "create",
    _("Create an account for {account} on {source}"),
    _("Create an account for {account}"),
)
DELETE: Final[Wording] = (
    "remove",
    _("Delete the account {account} on {source}"),
    _("Delete the account {account}"),
)
DISABLE: Final[Wording] = (
    "remove",
    _("Disable the account {account} on {source}"),
    _("Disable the account {account}"),
)
ENABLE: Final[Wording] = (
    "give",
    _("Enable the account {account} on {source}"),
    _("Enable the account {account}"),
)
UNLOCK: Final[Wording] = (
    "change",
    _("Unlock the account {account} on {source}"),
    _("Unlock the account {account}"),
)
OTHER: Final[Wording] = (
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


def sentence_of(item: WorkItem) -> Sentence:
    """The sentence of the whole work item, never empty."""
    changes = [*map(change_of_approval, item.approval_items)]
    changes += map(change_of_remediation, item.remediation_items)
    if changes:
        return _first_and_more(changes)
    if item.form is not None:
        return _form_sentence(item, item.form)
    text = item.description or item.name or gettext("A work item without a description")
    return Sentence("other", (Part(text, is_name=False),))


def change_sentence(change: Change) -> Sentence:
    """The sentence of one approval item or remediation item."""
    kind, with_source, without_source = WORDINGS.get(change.operation.casefold(), OTHER)
    template = str(with_source if change.source else without_source)
    names = {
        "operation": change.operation or gettext("Change"),
        "account": change.account or gettext("an unnamed account"),
        "attribute": change.attribute or gettext("an attribute"),
        "value": change.value or change.attribute or gettext("an empty value"),
        "source": change.source,
    }
    return Sentence(kind, tuple(_fill(template, names)))


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


def _first_and_more(changes: list[Change]) -> Sentence:
    # The rows of an account creation are its attributes, not further things to decide.
    creates = all(WORDINGS.get(change.operation.casefold()) is CREATE for change in changes)
    subjects = {(change.account, change.source) for change in changes}
    first = change_sentence(changes[0])
    more = len(subjects) - 1 if creates else len(changes) - 1
    if not more:
        return first
    text = ngettext(", and %(count)d more", ", and %(count)d more", more) % {"count": more}
    return Sentence(first.kind, (*first.parts, Part(text, is_name=False)))


def _form_sentence(item: WorkItem, form: WorkItemForm) -> Sentence:
    """Its own words say best what is to be chosen; ISC's titles are technical."""
    if form.target_user and not item.description:
        template = gettext("Choose an account for {account}")
        return Sentence("other", tuple(_fill(template, {"account": form.target_user})))
    text = item.description or form.title or gettext("Fill in a form")
    return Sentence("other", (Part(text, is_name=False),))


def _fill(template: str, names: dict[str, str]) -> Iterator[Part]:
    parse: Callable[[str], Iterator[tuple[str, str | None, str | None, str | None]]]
    parse = string.Formatter().parse  # type: ignore[assignment]
    for literal, field, *_rest in parse(template):
        if literal:
            yield Part(literal, is_name=False)
        if field is not None:
            yield Part(names[field], is_name=field != "operation")
