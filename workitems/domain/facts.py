"""What a list is searched, filtered and sorted by: the facts of one work item."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from workitems.domain.changes import Change, Operation, changes_of, likeness_of, subject_of
from workitems.domain.commands import ApproveAll, Complete
from workitems.domain.flags import FlagRules, Rejected, flags_of, look_back, nothing_rejected
from workitems.domain.folding import fold
from workitems.domain.outcomes import outcome_of
from workitems.domain.policy import Policy
from workitems.domain.queue_query import shared_mark
from workitems.isc.schemas import UnreadableWorkItem, WorkItem

OPERATIONS: Final = tuple(Operation)
FORM: Final = 1  # beside the bits of the flags: it has a form to fill in
# How long it waits comes with the time of a search: what remains of that flag is all the rest.
AT_LAST: Final = datetime.max.replace(tzinfo=UTC)
DECIDED, COMPLETED = 1, 2


class Facts(NamedTuple):
    """One row of a list.

    `moment`: epoch seconds of what its date says (created, or ended), 0 where ISC does not tell.
    `operations` and `traits` are bits, by OPERATIONS, and by FlagRules and FORM. `waits`:
    how many approval items wait. `words`: the words that are in no other fact,
    folded, each once. `alike` stands for what it asks, whoever it is for, and
    `person` for whom it is for, 0 where either is not one thing alone. `takes`: how it can be
    ended, DECIDED and COMPLETED as bits.
    """

    id: str
    moment: int
    requester: str
    sources: tuple[str, ...]
    type: str
    operations: int
    traits: int
    waits: int
    outcome: str
    words: str
    alike: int = 0
    person: int = 0
    takes: int = 0


@dataclass(frozen=True)
class Judge:
    """What the facts depend on besides the item: the installation's settings, and who reads it."""

    rules: FlagRules
    policy: Policy
    actor_id: str
    rejected: Rejected = nothing_rejected

    def prepare(self, items: Iterable[WorkItem | UnreadableWorkItem]) -> None:
        """Have it looked up at once what was rejected of all these."""
        look_back(items, self.rules, self.rejected)

    def facts_of(self, item: WorkItem | UnreadableWorkItem) -> Facts:
        if not isinstance(item, WorkItem):
            return Facts("", 0, "", (), "", 0, 0, 0, "", "")
        changes = changes_of(item)
        moment, operations = item.moment, 0
        for change in changes:
            operations |= 1 << OPERATIONS.index(change.operation)
        names = [
            name for one in changes for name in (one.account, one.attribute, one.value) if name
        ]
        target = item.form.target_user if item.form else ""
        texts = fold(" ".join([item.description, item.name, *names, target, item.id]))
        is_decided = self.policy.is_decided(item)
        return Facts(
            id=item.id,
            moment=int(moment.timestamp()) if moment else 0,
            requester=item.requester_name,
            sources=tuple(dict.fromkeys(one.source for one in changes if one.source)),
            type=item.type,
            operations=operations,
            traits=self._traits(item, changes),
            waits=min(len(item.open_approval_items), 255),
            outcome="" if item.is_open else outcome_of(item, is_decided=is_decided),
            words=" ".join(dict.fromkeys(texts.split())),
            alike=shared_mark(likeness_of(changes)),
            person=shared_mark(subject_of(changes)),
            takes=self._takes(item),
        )

    def _takes(self, item: WorkItem) -> int:
        allowed = self.policy.allowed(item)
        decided = ApproveAll.name in allowed and bool(item.open_approval_items)
        return DECIDED * decided + COMPLETED * (Complete.name in allowed)

    def _traits(self, item: WorkItem, changes: list[Change]) -> int:
        traits = FORM if item.form is not None or item.type == "Form" else 0
        for flag in flags_of(item, changes, self.rules, self.actor_id, AT_LAST, self.rejected):
            traits |= self.rules.bits[flag.rule.key]
        return traits
