"""What a basket of decisions comes to: as few calls as say all of it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from uuid import UUID

from workitems.domain.change_mark import fingerprint
from workitems.domain.commands import Approve, Command, Forward, Reject
from workitems.domain.policy import Policy
from workitems.isc.schemas import WorkItem
from workitems.services.bulk import Exclusion, Verb, decision, is_fit


@dataclass(frozen=True)
class Choice:
    """What a person has decided of one work item, or of its approval item `line` alone.

    `task` and `part` are the sentences of both as they were shown, `state` ISC's word for how the
    item stood, `lines` are the approval items that waited.
    """

    item_id: str
    line: str
    verb: Verb
    _: KW_ONLY
    task: str
    part: str = ""
    state: str
    fingerprint: str
    lines: tuple[str, ...] = ()
    is_single: bool = False
    target_id: str = ""
    target: str = ""
    comment: str = ""
    notify: bool = False


@dataclass(frozen=True)
class Kept:
    """The same in the basket. `id` is another one once it is decided anew."""

    id: UUID
    asked_at: datetime
    choice: Choice


@dataclass(frozen=True)
class Step:
    """One command, and what of the basket it carries out."""

    command: Command
    of: tuple[Kept, ...]

    @property
    def choice(self) -> Choice:
        return self.of[0].choice

    @property
    def sentence(self) -> str:
        """Of what it decides."""
        return (self.choice.part if self.command.part else "") or self.choice.task

    @property
    def waits(self) -> int:
        """How many approval items waited, which all have to be decided for the item to leave."""
        return len(self.choice.lines) or 1


def by_item(kept: Iterable[Kept]) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for one in kept:
        found.setdefault(one.choice.item_id, []).append(one)
    return found


def left_out(
    kept: Iterable[Kept],
    found: Mapping[str, WorkItem],
    under_way: Collection[str],
    policy: Policy,
) -> dict[str, Exclusion]:
    """The work items that cannot be decided as they were when they were put into the basket."""
    reasons = {}
    for one in kept:
        item_id = one.choice.item_id
        if reason := _why_not(one.choice, found.get(item_id), policy):
            reasons[item_id] = reason
        if item_id in under_way:
            reasons[item_id] = Exclusion.TAKEN
    return reasons


def _why_not(choice: Choice, item: WorkItem | None, policy: Policy) -> Exclusion | None:
    if item is None:
        return Exclusion.MISSING
    if fingerprint(item) != choice.fingerprint:
        return Exclusion.CHANGED
    return None if is_fit(choice.verb, item, policy.allowed(item)) else Exclusion.UNFIT


def merged(kept: Iterable[Kept], owner_id: str) -> list[Step]:
    """Where all that waits of a work item is decided alike, that is one command."""
    return [step for of in by_item(kept).values() for step in _steps(of, owner_id)]


def _steps(of: Sequence[Kept], owner_id: str) -> list[Step]:
    first = of[0].choice
    is_alike = len({one.choice.verb for one in of}) == 1
    if not first.line or (is_alike and {one.choice.line for one in of} == set(first.lines)):
        return [Step(_whole(first, owner_id), tuple(of))]
    return [Step(_of_line(one.choice), (one,)) for one in of]


def _whole(choice: Choice, owner_id: str) -> Command:
    if choice.verb is Verb.FORWARD:
        return Forward(choice.item_id, owner_id, choice.target_id, choice.comment, choice.notify)
    return decision(choice.verb, choice.item_id, choice.lines, is_single=choice.is_single)


def _of_line(choice: Choice) -> Command:
    return (Approve if choice.verb is Verb.APPROVE else Reject)(choice.item_id, choice.line)
