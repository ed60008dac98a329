"""Which commands a work item takes: by what it holds, and by what its type is limited to."""

from typing import Any

import pytest

from workitems.domain.commands import COMMANDS
from workitems.domain.policy import ENDING, Policy
from workitems.isc.schemas import WorkItem

MANUAL = Policy({"ManualAction": frozenset({"complete"})})
ONE, ALL = {"approve", "reject"}, {"approve-all", "reject-all"}
OPEN, DONE = {"id": "1"}, {"id": "2", "state": "Finished"}
UNUSABLE = [{"id": None}, {"id": "a/b"}, {}]


def item(**fields: Any) -> WorkItem:
    return WorkItem.model_validate({"id": "abc", "state": "Pending", **fields})


def ending(policy: Policy, **fields: Any) -> set[str]:
    """What ends the item; that an open one can be forwarded besides is checked here."""
    allowed = policy.allowed(item(**fields))
    assert allowed <= COMMANDS.keys()
    assert "forward" in allowed
    return set(allowed - {"forward"})


@pytest.mark.parametrize(
    ("fields", "commands"),
    [
        ({"type": "ManualAction"}, {"complete"}),
        ({"type": "ManualAction", "approvalItems": [OPEN]}, {"complete"}),
        ({"type": "ManualAction", "approvalItems": UNUSABLE}, {"complete"}),
        ({"type": "Approval", "approvalItems": [OPEN]}, ONE | ALL),
        ({"type": "Approval", "approvalItems": [OPEN, *UNUSABLE]}, ONE | ALL),
        ({"type": "Approval", "approvalItems": UNUSABLE}, ALL),
        ({"type": "Approval", "approvalItems": [{**UNUSABLE[0], **DONE}]}, {"complete"}),
        ({"type": "NeverHeardOf", "approvalItems": [OPEN, DONE]}, ONE | ALL),
        ({"type": "NeverHeardOf"}, {"complete"}),
        ({"type": "Form", "form": {}}, {"submit-form"}),
        ({"type": "ManualAction", "form": {}, "approvalItems": [OPEN]}, {"submit-form"}),
        ({"type": "Form"}, set()),
        ({"type": "Form", "approvalItems": [OPEN]}, ONE | ALL),
    ],
)
def test_what_an_item_holds_and_its_type_say_what_ends_it(
    fields: dict[str, Any], commands: set[str]
) -> None:
    assert ending(MANUAL, **fields) == commands


@pytest.mark.parametrize("state", ["Finished", "Rejected", "Expired"])
def test_what_does_not_wait_takes_nothing(state: str) -> None:
    fields = {"type": "Approval", "approvalItems": [OPEN], "form": {}, "state": state}
    assert MANUAL.allowed(item(**fields)) == frozenset()


def test_a_type_can_be_told_otherwise() -> None:
    free = Policy({"ManualAction": ENDING, "Approval": frozenset(ONE)})
    assert ending(free, type="ManualAction", approvalItems=[OPEN]) == ONE | ALL | {"complete"}
    assert ending(free, type="Approval", approvalItems=[OPEN]) == ONE
    assert ending(Policy(), type="ManualAction", approvalItems=[OPEN]) == ONE | ALL


def test_what_isc_would_not_complete_can_be_decided() -> None:
    refused = Policy(MANUAL.by_type, is_completion_refused=True)
    fields = {"type": "ManualAction", "approvalItems": [OPEN]}
    assert ending(refused, **fields) == ONE | ALL | {"complete"}
    assert not MANUAL.is_decided(item(**fields))
    assert refused.is_decided(item(**fields))
