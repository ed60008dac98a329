"""Who gets or loses what, on which source: the facts that a work item asks to be decided."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from workitems.isc.schemas import ApprovalItem, RemediationItem, WorkItem


class Operation(StrEnum):
    """What a change does. ISC publishes no list: OTHER is whatever nobody has heard of."""

    GIVE = "give"
    REMOVE = "remove"
    SET = "set"
    CREATE = "create"
    DELETE = "delete"
    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    OTHER = "other"


# ISC's words as they were seen, compared without regard to case.
OPERATIONS: Final = {
    "add": Operation.GIVE,
    "grant": Operation.GIVE,
    "remove": Operation.REMOVE,
    "revoke": Operation.REMOVE,
    "create": Operation.CREATE,
    "set": Operation.SET,
    "update": Operation.SET,
    "modify": Operation.SET,
    "delete": Operation.DELETE,
    "disable": Operation.DISABLE,
    "enable": Operation.ENABLE,
    "unlock": Operation.UNLOCK,
}


class Effect(StrEnum):
    """What an item does, as the page's signs tell it."""

    GIVE = "give"
    REMOVE = "remove"
    CREATE = "create"
    CHANGE = "change"
    OTHER = "other"


EFFECTS: Final[Mapping[Operation, Effect]] = {
    Operation.GIVE: Effect.GIVE,
    Operation.ENABLE: Effect.GIVE,
    Operation.REMOVE: Effect.REMOVE,
    Operation.DELETE: Effect.REMOVE,
    Operation.DISABLE: Effect.REMOVE,
    Operation.CREATE: Effect.CREATE,
    Operation.SET: Effect.CHANGE,
    Operation.UNLOCK: Effect.CHANGE,
    Operation.OTHER: Effect.OTHER,
}


class Change(NamedTuple):
    """The facts of an approval or remediation item in ISC's words; "" where ISC said nothing.

    `is_person`: `account` is a person's name. The same one on two sources is the same person.
    No dataclass: a page makes hundreds, and a frozen one takes several times as long to make.
    """

    raw_operation: str
    account: str
    attribute: str
    value: str
    source: str
    is_person: bool = False

    @property
    def operation(self) -> Operation:
        return OPERATIONS.get(self.raw_operation.casefold(), Operation.OTHER)


def changes_of(item: WorkItem) -> list[Change]:
    """All that a work item asks for, in ISC's order."""
    return [
        *map(change_of_approval, item.approval_items),
        *map(change_of_remediation, item.remediation_items),
    ]


def subjects_of(changes: list[Change]) -> list[Change]:
    """One change for each thing to decide: the rows of one new account are its attributes."""
    made: dict[object, Change] = {}
    for number, change in enumerate(changes):
        is_new_account = change.operation is Operation.CREATE
        made.setdefault((change.account, change.source) if is_new_account else number, change)
    return list(made.values())


def count_of_subjects(changes: list[Change]) -> int:
    """How many things there are to decide."""
    return len(subjects_of(changes))


def count_of_people(changes: list[Change]) -> int:
    """How many people they are about, at least.

    An account's name says nothing of who has it: one person may have another on each source.
    """
    people = {change.account for change in changes if change.is_person}
    accounts: dict[str, set[str]] = {}
    for change in changes:
        if not change.is_person:
            accounts.setdefault(change.source, set()).add(change.account)
    return max([len(people), *map(len, accounts.values())])


def likeness_of(changes: list[Change]) -> str:
    """What a work item asks, whoever it is for; "" where it asks for several things.

    The same text for two items: whoever decides the one would decide the other alike.
    """
    asked = {
        (change.operation, change.source)
        if change.operation is Operation.CREATE  # its rows are the values of one new account
        else (change.operation, change.source, change.attribute, change.value)
        for change in changes
    }
    return "\n".join(asked.pop()) if len(asked) == 1 else ""


def subject_of(changes: list[Change]) -> str:
    """The one person or account that a work item is about; "" where there are several, or none."""
    names = {change.account for change in changes}
    return names.pop() if len(names) == 1 else ""


def change_of_approval(item: ApprovalItem) -> Change:
    return Change(
        raw_operation=item.operation,
        account=item.account,
        attribute=item.name,
        value=item.value,
        source=source_name(item.application),
    )


def change_of_remediation(item: RemediationItem) -> Change:
    return Change(
        raw_operation=item.attribute_operation,
        account=item.target_display_name or item.target_name or item.native_identity,
        attribute=item.attribute_name,
        value=item.attribute_value,
        source=source_name(item.application_name),
        is_person=bool(item.target_display_name or item.target_name),
    )


def source_name(application: str) -> str:
    """ISC reports flat-file sources as "<name> [source]": people know them by name alone."""
    return application.removesuffix("[source]").strip()
