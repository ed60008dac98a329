"""The allowed changes of a work item and their results."""

from http import HTTPStatus

from sandbox.account_selection import answered, problems
from sandbox.clock import iso
from sandbox.entries import UNDECIDED, Entry, Json, approval_items, undecided_items
from sandbox.people import Person
from sandbox.replies import Refused

APPROVED, REJECTED = "Finished", "Rejected"


def decide_one(entry: Entry, item_id: str, verdict: str, now: float) -> Entry:
    """Approves or rejects one approval item; the last one finishes the work item."""
    item = next((row for row in approval_items(entry.body) if row.get("id") == item_id), None)
    if item is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"There is no approval item '{item_id}'.")
    if item.get("state") not in UNDECIDED:
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            f"Approval item '{item_id}' has already been decided: {item.get('state')}.",
        )
    _refuse_finished(entry)
    return _decided(entry, [item_id], verdict, now)


def decide_all(entry: Entry, verdict: str, now: float) -> Entry:
    """Approves or rejects every approval item that is still open."""
    _refuse_finished(entry)
    if not approval_items(entry.body):
        raise Refused(HTTPStatus.BAD_REQUEST, "The work item has no approval items.")
    item_ids = [row.get("id") for row in undecided_items(entry.body)]
    if not item_ids:
        raise Refused(HTTPStatus.BAD_REQUEST, "All approval items have already been decided.")
    return _decided(entry, item_ids, verdict, now)


def complete(entry: Entry, now: float) -> Entry:
    """Marks a manual task as done. Refused for open approvals and for forms."""
    _refuse_finished(entry)
    kind = entry.body.get("type")
    if kind == "Approval" and undecided_items(entry.body):
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            "The work item cannot be completed while approval items are undecided.",
        )
    if kind == "Form":
        raise Refused(HTTPStatus.BAD_REQUEST, "The form of the work item must be submitted.")
    items = [
        item | {"state": APPROVED}
        if isinstance(item, dict) and item.get("state") in UNDECIDED
        else item
        for item in _list(entry.body.get("approvalItems"))
    ]
    changed = entry.changed(approvalItems=items) if items else entry
    return finished(changed, APPROVED, now)


def forward(entry: Entry, target: Person, now: float) -> Entry:
    """Gives a pending work item to somebody else."""
    _refuse_finished(entry)
    if target.id == entry.owner:
        raise Refused(HTTPStatus.BAD_REQUEST, "The work item already belongs to that identity.")
    moved = entry.changed(ownerId=target.id, ownerName=target.name, modified=iso(now))
    return Entry(moved.key, moved.body, target.id, moved.done, moved.when)


def submit_form(entry: Entry, answers: dict[str, Json], now: float) -> Entry:
    """Answers the account-selection form, which finishes the work item."""
    _refuse_finished(entry)
    form = entry.body.get("form")
    if not isinstance(form, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "The work item has no form.")
    wrong = problems(form, answers)
    if wrong:
        raise Refused(HTTPStatus.BAD_REQUEST, *wrong)
    return finished(entry.changed(form=answered(form, answers)), APPROVED, now)


def _decided(entry: Entry, item_ids: list[Json], verdict: str, now: float) -> Entry:
    items = [
        item | {"state": verdict} if isinstance(item, dict) and item.get("id") in item_ids else item
        for item in _list(entry.body.get("approvalItems"))
    ]
    changed = entry.changed(approvalItems=items, modified=iso(now))
    if undecided_items(changed.body):
        return changed
    rejected = all(item.get("state") == REJECTED for item in approval_items(changed.body))
    return finished(changed, REJECTED if rejected else APPROVED, now)


def finished(entry: Entry, state: str, now: float) -> Entry:
    """At its end, whatever is undecided still."""
    done = entry.changed(state=state, modified=iso(now), completed=iso(now))
    return Entry(done.key, done.body, done.owner, done=True, when=now)


def _refuse_finished(entry: Entry) -> None:
    if entry.done:
        state = entry.body.get("state")
        raise Refused(HTTPStatus.BAD_REQUEST, f"The work item has already been completed: {state}.")


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
