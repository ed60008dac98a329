"""Every write as a value: it can be sent, judged, keyed, stored, and read back elsewhere.

A new kind of write is a new class here; CONTRIBUTING shows one from end to end.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from workitems.domain.ports import WorkItemsClient
from workitems.isc.schemas import FINAL_STATES, ApprovalItem, WorkItem

# In lower case. ISC closes as "Finished" what was approved, what was completed, and any work item
# that has nothing open any more, whatever was decided.
DONE_STATES: Final = frozenset({"finished", "approved"})
REJECTED_STATES: Final = frozenset({"rejected"})


class Verdict(StrEnum):
    """What can be decided about an approval item."""

    APPROVE = "approve"
    REJECT = "reject"


class Judgement(StrEnum):
    """What a work item that has been read again says about a command."""

    DONE = "done"  # it stands as the command wanted it
    DIFFERENT = "different"  # it was closed in another way
    OPEN = "open"  # it still waits
    UNKNOWN = "unknown"  # it does not wait, and does not say how it ended


@dataclass(frozen=True)
class Command(ABC):
    """One write on one work item. `name` stands for the class in JSON and in keys."""

    item_id: str

    name: ClassVar[str]
    wanted: ClassVar[frozenset[str]] = DONE_STATES  # the states that success leads to
    hands_over: ClassVar[bool] = False  # success takes the item out of the sender's reach
    reads_first: ClassVar[bool] = False  # what is sent depends on how the item stands just before

    @abstractmethod
    def send(self, client: WorkItemsClient) -> WorkItem | None:
        """Send it, once. Raises a child of IscError."""

    def judge(self, item: WorkItem) -> Judgement:
        """Compare the item as it stands now with what the command wanted."""
        return Judgement.OPEN if item.is_open else self.judge_state(item.state)

    def open_lines(self, item: WorkItem) -> tuple[ApprovalItem, ...]:
        """The approval items that the command would decide; none where it is not about any."""
        return ()

    def is_waiting(self, item: WorkItem) -> bool:
        """Whether there still is something for the command to do."""
        return item.is_open

    def listing(self, item: WorkItem) -> "Command":
        """The same for what a confirmation of this item lists."""
        return self

    @property
    def is_complete(self) -> bool:
        """Whether it says all that is needed to send it."""
        return True

    def judge_state(self, state: str | None) -> Judgement:
        """The same for the state of something that does not wait any more."""
        word = (state or "").strip().lower()
        if word in self.wanted:
            return Judgement.DONE
        return Judgement.DIFFERENT if word in FINAL_STATES else Judgement.UNKNOWN

    @property
    def part(self) -> str:
        """The id of the one approval item that it is about; "" for the whole work item."""
        return ""

    def to_json(self) -> dict[str, Any]:
        """The command as JSON can hold it; `command_from_json` reads it back."""
        return {"name": self.name, **asdict(self)}

    def without_secrets(self) -> Self:
        """As it may be kept once nothing has to be sent from what is kept."""
        return self

    def key(self) -> str:
        """32 hexadecimal digits: equal for equal commands, and for no others."""
        canonical = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Decision(Command):
    """A command on approval items: they are named before it is sent."""

    verdict: ClassVar[Verdict]

    def is_waiting(self, item: WorkItem) -> bool:
        return bool(self.open_lines(item))

    def judge_lines(self, item: WorkItem, lines: Sequence[ApprovalItem]) -> Judgement:
        """Whether all these approval items stand as wanted."""
        if item.is_open and any(line.is_open for line in lines):
            return Judgement.OPEN
        whole = self.judge_whole(item)
        judgements = {whole if line.is_open else self.judge_state(line.state) for line in lines}
        by_weight = (Judgement.DIFFERENT, Judgement.UNKNOWN, Judgement.DONE)
        return next((one for one in by_weight if one in judgements), whole)

    def judge_whole(self, item: WorkItem) -> Judgement:
        """What the item says where it does not say how its approval items were decided."""
        if item.is_open:
            return Judgement.OPEN
        is_neutral = item.state.strip().lower() == "finished"
        return Judgement.UNKNOWN if is_neutral else self.judge_state(item.state)


@dataclass(frozen=True)
class _DecideOne(Decision):
    """Approve or reject one approval item."""

    approval_item_id: str

    def open_lines(self, item: WorkItem) -> tuple[ApprovalItem, ...]:
        return tuple(one for one in item.open_approval_items if one.id == self.approval_item_id)

    def judge(self, item: WorkItem) -> Judgement:
        lines = [one for one in item.approval_items if one.id == self.approval_item_id]
        return self.judge_lines(item, lines)

    @property
    def part(self) -> str:
        return self.approval_item_id


@dataclass(frozen=True)
class Approve(_DecideOne):
    name = "approve"
    verdict = Verdict.APPROVE

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.approve_approval_item(self.item_id, self.approval_item_id)


@dataclass(frozen=True)
class Reject(_DecideOne):
    name = "reject"
    verdict = Verdict.REJECT
    wanted = REJECTED_STATES

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.reject_approval_item(self.item_id, self.approval_item_id)


@dataclass(frozen=True)
class DecideAll(Decision):
    """Approve or reject the approval items that somebody was shown: `listed` are their ids."""

    listed: tuple[str, ...]

    one: ClassVar[type[_DecideOne]]
    reads_first = True

    def open_lines(self, item: WorkItem) -> tuple[ApprovalItem, ...]:
        return tuple(line for line in item.open_approval_items if line.id in self.listed)

    def listing(self, item: WorkItem) -> Self:
        return replace(self, listed=tuple(line.id for line in item.open_approval_items))

    @property
    def is_complete(self) -> bool:
        return bool(self.listed)

    def is_exact(self, item: WorkItem) -> bool:
        """Whether ISC's call for the whole item would decide just what is listed."""
        return {line.id for line in item.open_approval_items} == set(self.listed)

    def unlisted(self, before: WorkItem, after: WorkItem | None) -> tuple[str, ...]:
        """What is decided now, was not before, and had not been listed: added during the call."""
        known = {*self.listed, *(line.id for line in before.approval_items)}
        lines = after.approval_items if after else ()
        return tuple(line.id for line in lines if not line.is_open and line.id not in known)

    def singly(self, item: WorkItem) -> tuple[_DecideOne, ...]:
        """A command for each listed approval item that still waits."""
        return tuple(self.one(self.item_id, line.id) for line in self.open_lines(item))

    def judge(self, item: WorkItem) -> Judgement:
        lines = [line for line in item.approval_items if line.id in self.listed]
        return self.judge_lines(item, lines)


@dataclass(frozen=True)
class ApproveAll(DecideAll):
    name = "approve-all"
    verdict = Verdict.APPROVE
    one = Approve

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.approve_approval_items_in_bulk(self.item_id)


@dataclass(frozen=True)
class RejectAll(DecideAll):
    name = "reject-all"
    verdict = Verdict.REJECT
    wanted = REJECTED_STATES
    one = Reject

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.reject_approval_items_in_bulk(self.item_id)


@dataclass(frozen=True)
class Complete(Command):
    name = "complete"

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.complete_work_item(self.item_id)


@dataclass(frozen=True)
class SubmitForm(Command):
    """Answer the form of a work item; `values` is keyed on the field's name in ISC's form.

    `secrets` are the names of the answers that nobody may read.
    """

    values: Mapping[str, object] = field(hash=False)
    secrets: tuple[str, ...] = ()

    name = "submit-form"

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.submit_account_selection(self.item_id, self.values)

    @property
    def is_complete(self) -> bool:
        return self.values.keys() >= set(self.secrets)

    def without_secrets(self) -> Self:
        readable = {name: v for name, v in self.values.items() if name not in self.secrets}
        return replace(self, values=readable)


@dataclass(frozen=True)
class Forward(Command):
    """Hand a work item of `owner_id` over to `target_id`; `notify` has ISC send an e-mail."""

    owner_id: str
    target_id: str
    comment: str
    notify: bool

    name = "forward"
    hands_over = True

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.forward_work_item(
            self.item_id,
            target_owner_id=self.target_id,
            comment=self.comment,
            send_notifications=self.notify,
        )

    def judge(self, item: WorkItem) -> Judgement:
        if item.owner_id == self.target_id:
            return Judgement.DONE
        is_here = item.owner_id in {"", self.owner_id}
        return Judgement.OPEN if item.is_open and is_here else Judgement.DIFFERENT


COMMANDS: Final[Mapping[str, type[Command]]] = {
    kind.name: kind
    for kind in (Approve, Reject, ApproveAll, RejectAll, Complete, SubmitForm, Forward)
}


def command_from_json(document: Mapping[str, Any]) -> Command:
    """The command that `to_json` wrote. KeyError or TypeError for anything else."""
    fields = {name: tuple(v) if isinstance(v, list) else v for name, v in document.items()}
    kind: Any = COMMANDS[str(fields.pop("name"))]
    command: Command = kind(**fields)
    return command
