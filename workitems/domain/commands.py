"""Every write as a value: it can be sent, judged, keyed, stored, and read back elsewhere.

A new kind of write is a new class here; CONTRIBUTING shows one from end to end.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from workitems.domain.ports import WorkItemsClient
from workitems.isc.schemas import ApprovalItem, WorkItem

# ISC's final states, in lower case. "Finished" is how it closes what was approved or completed.
DONE_STATES: Final = frozenset({"finished", "approved"})
REJECTED_STATES: Final = frozenset({"rejected"})
FINAL_STATES: Final = DONE_STATES | REJECTED_STATES | {"returned", "expired", "canceled"}


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

    def judge_state(self, state: str | None) -> Judgement:
        """The same for the state of something that does not wait any more."""
        word = (state or "").strip().lower()
        if word in self.wanted:
            return Judgement.DONE
        return Judgement.DIFFERENT if word in FINAL_STATES else Judgement.UNKNOWN

    @property
    def label(self) -> str:
        """For the log: what was to be done, without names or text that somebody typed."""
        return self.name

    def to_json(self) -> dict[str, Any]:
        """The command as JSON can hold it; `command_from_json` reads it back."""
        return {"name": self.name, **asdict(self)}

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


@dataclass(frozen=True)
class _DecideOne(Decision):
    """Approve or reject one approval item."""

    approval_item_id: str

    def open_lines(self, item: WorkItem) -> tuple[ApprovalItem, ...]:
        return tuple(one for one in item.open_approval_items if one.id == self.approval_item_id)

    def judge(self, item: WorkItem) -> Judgement:
        line = next((one for one in item.approval_items if one.id == self.approval_item_id), None)
        if line is None or line.is_open:
            return super().judge(item)
        return self.judge_state(line.state)

    @property
    def label(self) -> str:
        return f"{self.verdict} {self.approval_item_id}"


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
class _DecideAll(Decision):
    """Approve or reject all approval items that are still open."""

    def open_lines(self, item: WorkItem) -> tuple[ApprovalItem, ...]:
        return item.open_approval_items

    def judge(self, item: WorkItem) -> Judgement:
        if not item.approval_items:
            return super().judge(item)
        if item.is_open and item.open_approval_items:
            return Judgement.OPEN
        # Some may have been decided one by one before: those say nothing about this command.
        judgements = [self.judge_state(line.state) for line in item.approval_items]
        by_weight = (Judgement.DONE, Judgement.DIFFERENT, Judgement.UNKNOWN)
        return next(judgement for judgement in by_weight if judgement in judgements)

    @property
    def label(self) -> str:
        return f"{self.verdict} all"


@dataclass(frozen=True)
class ApproveAll(_DecideAll):
    name = "approve-all"
    verdict = Verdict.APPROVE

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.approve_approval_items_in_bulk(self.item_id)


@dataclass(frozen=True)
class RejectAll(_DecideAll):
    name = "reject-all"
    verdict = Verdict.REJECT
    wanted = REJECTED_STATES

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.reject_approval_items_in_bulk(self.item_id)


@dataclass(frozen=True)
class Complete(Command):
    name = "complete"

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.complete_work_item(self.item_id)


@dataclass(frozen=True)
class SubmitForm(Command):
    """Answer the form of a work item; `values` is keyed on the field's name in ISC's form."""

    values: Mapping[str, object] = field(hash=False)

    name = "submit-form"

    def send(self, client: WorkItemsClient) -> WorkItem | None:
        return client.submit_account_selection(self.item_id, self.values)

    @property
    def label(self) -> str:
        return "submit account selection"


@dataclass(frozen=True)
class Forward(Command):
    """Hand a work item over to the identity `target_id`; `notify` has ISC send an e-mail."""

    target_id: str
    comment: str
    notify: bool

    name = "forward"
    hands_over = True

    def send(self, client: WorkItemsClient) -> None:
        client.forward_work_item(
            self.item_id,
            target_owner_id=self.target_id,
            comment=self.comment,
            send_notifications=self.notify,
        )

    def judge(self, item: WorkItem) -> Judgement:
        if item.owner_id == self.target_id:
            return Judgement.DONE
        return Judgement.OPEN if item.is_open else Judgement.DIFFERENT

    @property
    def label(self) -> str:
        return f"forward to {self.target_id}"


COMMANDS: Final[Mapping[str, type[Command]]] = {
    kind.name: kind
    for kind in (Approve, Reject, ApproveAll, RejectAll, Complete, SubmitForm, Forward)
}


def command_from_json(document: Mapping[str, Any]) -> Command:
    """The command that `to_json` wrote. KeyError or TypeError for anything else."""
    fields = dict(document)
    return COMMANDS[fields.pop("name")](**fields)
