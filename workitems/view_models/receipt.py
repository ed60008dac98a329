"""How a write ended, in one sentence for the row and the status line."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from taskmanager.core.characters import isolated
from taskmanager.core.clock import clock
from taskmanager.core.numbers import number_format
from workitems.domain.changes import change_of_approval
from workitems.domain.commands import Command, Decision
from workitems.domain.results import Receipt, WriteStatus
from workitems.isc.errors import Forbidden, NotFound
from workitems.isc.schemas import WorkItem
from workitems.view_models.labels import Text
from workitems.view_models.outcome import counted, mixed_outcome, state_of
from workitems.view_models.problem import Problem
from workitems.view_models.sentence import change_sentence, text_of

TONES: Final[Mapping[WriteStatus, str]] = {
    WriteStatus.SCHEDULED: "success",
    WriteStatus.CANCELLED: "success",
    WriteStatus.SUCCEEDED: "success",
    WriteStatus.VERIFIED: "success",
    WriteStatus.ALREADY_DONE: "warning",
    WriteStatus.SUPERSEDED: "warning",
    WriteStatus.CHANGED: "warning",
    WriteStatus.SENDING: "warning",
    WriteStatus.GONE: "warning",
    WriteStatus.NOT_DONE: "warning",
    WriteStatus.UNCONFIRMED: "error",
    WriteStatus.REFUSED: "error",
    WriteStatus.NOT_SENT: "error",
}
# What a success is called.
DONE: Final[Mapping[str, Text]] = {
    "approve": gettext_lazy("Approved."),
    "approve-all": gettext_lazy("Approved."),
    "reject": gettext_lazy("Rejected."),
    "reject-all": gettext_lazy("Rejected."),
    "complete": gettext_lazy("Completed."),
    "submit-form": gettext_lazy("Sent."),
}
# How a decision of one of ours is told to the next who meets it.
DONE_BY: Final[Mapping[str, Text]] = {
    "approve": gettext_lazy("Already approved by %(name)s at %(time)s."),
    "approve-all": gettext_lazy("Already approved by %(name)s at %(time)s."),
    "reject": gettext_lazy("Already rejected by %(name)s at %(time)s."),
    "reject-all": gettext_lazy("Already rejected by %(name)s at %(time)s."),
    "complete": gettext_lazy("Already marked complete by %(name)s at %(time)s."),
    "submit-form": gettext_lazy("Already answered by %(name)s at %(time)s."),
    "forward": gettext_lazy("Already forwarded by %(name)s at %(time)s."),
}


def receipt_text(receipt: Receipt, done: str) -> str:
    """One sentence; `done` is what to say of a success ("Approved.")."""
    if receipt.status is WriteStatus.SUCCEEDED:
        return done
    if receipt.status is WriteStatus.VERIFIED:
        return _("%(done)s SailPoint said so only when asked again.") % {"done": done}
    return OTHERWISE[receipt.status](receipt)


def _not_known(receipt: Receipt) -> str:
    if receipt.item is not None and not receipt.item.is_open:
        return _("The task is closed now, and SailPoint does not say how it was decided.")
    if receipt.is_accepted:
        return _(
            "SailPoint accepted this and does not show it yet. "
            "Look again in a moment before you repeat it."
        )
    if receipt.item is None:
        return _(
            "We don't know yet: SailPoint gave no clear answer, and could not be asked again. "
            "Look again in a moment before you repeat it."
        )
    return _(
        "We don't know yet: SailPoint gave no clear answer, and the task still waits. "
        "Look again in a moment before you repeat it."
    )


def _under_way(receipt: Receipt) -> str:
    rival = receipt.rival
    if rival is None:
        return _("This is being sent already.")
    words = (
        _("%(name)s has decided on this at %(time)s, and that is still under way.")
        if rival.actor_name
        else _("You have decided on this at %(time)s, and that is still under way.")
    )
    return words % {"name": isolated(rival.actor_name), "time": clock(rival.at)}


def _done_before(receipt: Receipt) -> str:
    rival = receipt.rival
    if rival is None:
        return _("This had already been decided; here is how it stands.")
    words = str(DONE_BY[rival.command])
    return words % {"name": isolated(rival.actor_name or _("you")), "time": clock(rival.at)}


def _decided_differently(receipt: Receipt) -> str:
    if receipt.sent is not None and receipt.item is not None:
        lines = receipt.item.approval_items
        words = _("%(now)s; decided before: %(before)s.")
        return words % {
            "now": counted(line for line in lines if line.id in receipt.sent),
            "before": counted(line for line in lines if line.id not in receipt.sent),
        }
    if receipt.rival is not None:
        return _("Not done: %(why)s") % {"why": _done_before(receipt)}
    item = receipt.item
    if item is None or item.is_open:
        return _("This was decided differently; here is how it stands.")
    words = _("This was decided differently: %(outcome)s.")
    return words % {"outcome": state_of(item, is_decided=True).label}


def _gone(receipt: Receipt) -> str:
    if not receipt.is_answered:
        return _(
            "SailPoint gave no answer, and this task has left your queue since: "
            "we cannot say whether it was you who did that, or to whom it went."
        )
    if isinstance(receipt.refusal, NotFound):
        return _("This task is no longer here. It was already finished or withdrawn.")
    return _("This task moved to someone else, or your rights in SailPoint do not cover it.")


def _refused(receipt: Receipt) -> str:
    if isinstance(receipt.refusal, Forbidden) and not receipt.detail:
        return _("SailPoint does not allow you to do this. Nothing was changed.")
    reason = receipt.detail or _("it gave no reason")
    return _("SailPoint refused this: %(reason)s") % {"reason": reason}


def _changed(receipt: Receipt) -> str:
    if not receipt.has_moved:
        return _("It has changed since you looked: nothing was sent. Look at it again.")
    owner = receipt.item.owner_name if receipt.item else ""
    words = _("This task is in the queue of %(owner)s now: nothing was sent.")
    return words % {"owner": isolated(owner or _("somebody else"))}


def _in_part(receipt: Receipt) -> str:
    if receipt.item is not None and len(receipt.item.approval_items) > 1:
        return _("Not all of it was sent; here is how it stands.")
    return _("It was not done, and the task still waits.")


def _not_sent(receipt: Receipt) -> str:
    if receipt.refusal is None:
        return _("Not sent. Nothing was changed.")
    problem = Problem.of(receipt.refusal, is_write=True)
    return _("Not sent: %(why)s. Nothing was changed.") % {"why": problem.title}


def _taken_back(_receipt: Receipt) -> str:
    return _("Taken back. Nothing was sent.")


def _held(_receipt: Receipt) -> str:
    return _("It is sent in a moment.")


OTHERWISE: Final[Mapping[WriteStatus, Callable[[Receipt], str]]] = {
    WriteStatus.SENDING: _under_way,
    WriteStatus.ALREADY_DONE: _done_before,
    WriteStatus.SUPERSEDED: _decided_differently,
    WriteStatus.UNCONFIRMED: _not_known,
    WriteStatus.GONE: _gone,
    WriteStatus.REFUSED: _refused,
    WriteStatus.CHANGED: _changed,
    WriteStatus.NOT_DONE: _in_part,
    WriteStatus.NOT_SENT: _not_sent,
    WriteStatus.CANCELLED: _taken_back,
    WriteStatus.SCHEDULED: _held,
}


def with_request_id(text: str, receipt: Receipt) -> str:
    """The same with SailPoint's id for the call, where that may help somebody to look into it."""
    if receipt.status.is_success or not receipt.request_id:
        return text
    return f"{text} ({_('SailPoint request %(id)s') % {'id': receipt.request_id}})"


def done_text(command: Command | None, receipt: Receipt) -> str:
    """What to say of a success: where items ended differently, how many ended how."""
    item = receipt.item
    done = str(DONE[command.name]) if command and command.name in DONE else ""
    if item is not None and isinstance(command, Decision) and (outcome := mixed_outcome(item)):
        done = f"{outcome}."
    if count := len(receipt.unlisted):
        words = ngettext(
            "%(done)s %(count)s item that was added meanwhile was decided with it.",
            "%(done)s %(count)s items that were added meanwhile were decided with it.",
            count,
        )
        return words % {"done": done, "count": number_format(count)}
    return done


def with_task(text: str, task: str) -> str:
    """The same with what it is about, for where nothing beside the words shows that."""
    return _("%(task)s: %(end)s") % {"task": isolated(task), "end": text} if task else text


def task_of(item: WorkItem, command: Command | None) -> str:
    """The sentence of the one of several items that was decided, else that of the whole task."""
    lines = [one for one in item.approval_items if command and one.id == command.part]
    if lines and len(item.approval_items) > 1:
        return change_sentence(change_of_approval(lines[0]), get_language()).text
    return text_of(item)
