"""How a closed work item is said to have ended."""

import pytest

from workitems.isc.schemas import WorkItem
from workitems.view_models.labels import State
from workitems.view_models.outcome import mixed_outcome, state_of


def item(state: str | None, *lines: str | None) -> WorkItem:
    approvals = [{"id": str(number), "state": line} for number, line in enumerate(lines)]
    return WorkItem.model_validate({"id": "w", "state": state, "approvalItems": approvals})


@pytest.mark.parametrize(
    ("state", "lines", "tone", "label"),
    [
        ("Finished", (), "quiet", "Finished"),
        ("Rejected", (), "refused", "Rejected"),
        ("Finished", ("Finished",), "done", "Approved"),
        ("Finished", ("Finished", "Approved"), "done", "Approved"),
        ("Rejected", ("Rejected", " rejected "), "refused", "Rejected"),
        ("Finished", ("Rejected", "Rejected"), "refused", "Rejected"),
        ("Finished", ("Rejected", "Finished"), "quiet", "1 approved, 1 rejected"),
        ("Rejected", ("Finished", "Rejected", "REJECTED"), "quiet", "1 approved, 2 rejected"),
        ("Finished", ("Expired", "Finished"), "quiet", "1 approved, 1 expired"),
        ("Finished", ("Canceled", "Returned"), "quiet", "1 returned, 1 canceled"),
        ("Finished", (None, "Finished"), "quiet", "1 approved, 1 undecided"),
        ("Finished", ("Marinating", "Finished"), "quiet", "1 approved, 1 Marinating"),
        ("Finished", (None, "Pending"), "quiet", "Finished"),
        ("Expired", ("Finished", None), "quiet", "Expired"),
        ("Hibernating", ("Finished",), "quiet", "Hibernating"),
        (None, ("Finished", "Rejected", None), "open", "Pending"),
    ],
)
def test_a_closed_item_ended_as_its_approval_items_did(
    state: str | None, lines: tuple[str | None, ...], tone: str, label: str
) -> None:
    found = state_of(item(state, *lines), is_decided=True)
    assert (found.tone, str(found.label)) == (tone, label)


def test_a_completed_task_is_finished_whatever_its_values_say() -> None:
    assert state_of(item("Finished", "Finished", None), is_decided=False) == State.of("Finished")
    told = state_of(item("Finished", "Finished", "Rejected"), is_decided=False)
    assert told.label == "1 approved, 1 rejected"


def test_only_an_outcome_that_differs_is_counted() -> None:
    assert mixed_outcome(item("Finished", "Finished", "Rejected")) == "1 approved, 1 rejected"
    assert mixed_outcome(item("Finished", "Finished", "Finished")) == ""
    assert mixed_outcome(item("Pending", "Finished", "Rejected", None)) == ""
