"""ISC's types and states, and what the ledger records, in the words of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from workitems.domain.results import WriteStatus

Text = str | Promise

STATE_LABELS: Final[Mapping[str, tuple[str, Text]]] = {
    "": ("open", _("Pending")),
    "pending": ("open", _("Pending")),
    # Of a work item: all that was said of it has ended, approved or not.
    "finished": ("quiet", _("Finished")),
    "approved": ("done", _("Approved")),
    "rejected": ("refused", _("Rejected")),
    "returned": ("quiet", _("Returned")),
    "expired": ("quiet", _("Expired")),
    "canceled": ("quiet", _("Canceled")),
}
TYPE_LABELS: Final[Mapping[str, Text]] = {
    "Generic": _("Task"),
    "Certification": _("Certification"),
    "Remediation": _("Remediation"),
    "Delegation": _("Delegation"),
    "Approval": _("Approval"),
    "ViolationReview": _("Violation review"),
    "Form": _("Form"),
    "PolicyViolation": _("Policy violation"),
    "Challenge": _("Challenge"),
    "ImpactAnalysis": _("Impact analysis"),
    "Signoff": _("Sign-off"),
    "Event": _("Event"),
    "ManualAction": _("Manual task"),
    "Test": _("Test"),
}

# What `UnreadableWorkItem.reason` may say.
UNREADABLE: Final[Mapping[str, Text]] = {
    "The element is not an object.": _("The element is not an object."),
    "The element has no usable id.": _("The element has no usable id."),
    "The element is nested too deeply.": _("The element is nested too deeply."),
    "The element does not have the expected shape.": _(
        "The element does not have the expected shape."
    ),
}


@dataclass(frozen=True)
class State:
    """A state in words, with a tone (open, done, refused, quiet) for its colour and icon."""

    tone: str
    label: Text

    @classmethod
    @lru_cache(maxsize=1_000)  # the label is lazy: the same object in every language
    def of(cls, state: str) -> "State":
        # A state nobody has heard of is shown in ISC's own word.
        tone, label = STATE_LABELS.get(state.casefold(), ("quiet", state))
        return cls(tone, label)

    @classmethod
    def of_line(cls, state: str) -> "State":
        """The state of an approval item: ISC calls what was approved "Finished" there."""
        return cls.of("approved" if state.casefold() == "finished" else state)


@lru_cache(maxsize=1_000)
def type_label(name: str, language: str | None) -> str:
    """The type in words; one nobody has heard of in ISC's own."""
    with override(language):
        return str(TYPE_LABELS.get(name, name or _("Unknown type")))


# What is done with a work item, and how an attempt ended, as history and audit say it.
ACTIONS: Final[Mapping[str, Text]] = {
    "approve": _("Approve"),
    "reject": _("Reject"),
    "approve-all": _("Approve all"),
    "reject-all": _("Reject all"),
    "complete": _("Mark complete"),
    "submit-form": _("Answer the form"),
    "forward": _("Forward"),
    "view": _("Look at the queue"),
    "export": _("Export the queue"),
    "numbers": _("Look at the numbers of queues"),
    "pin": _("Pin to the board"),
    "unpin": _("Take off the board"),
}
ENDS: Final[Mapping[str, State]] = {
    WriteStatus.SCHEDULED: State("open", _("To be sent")),
    WriteStatus.CANCELLED: State("quiet", _("Taken back before it was sent")),
    WriteStatus.SENDING: State("open", _("Under way")),
    WriteStatus.SUCCEEDED: State("done", _("Done")),
    WriteStatus.VERIFIED: State("done", _("Done, as a second look showed")),
    WriteStatus.ALREADY_DONE: State("quiet", _("Had been decided before")),
    WriteStatus.SUPERSEDED: State("quiet", _("Decided differently before")),
    WriteStatus.UNCONFIRMED: State("open", _("Not known")),
    WriteStatus.GONE: State("quiet", _("No longer within reach")),
    WriteStatus.REFUSED: State("refused", _("Refused by SailPoint")),
    WriteStatus.NOT_SENT: State("refused", _("Not sent")),
    WriteStatus.CHANGED: State("quiet", _("Not sent: changed since you looked")),
    WriteStatus.NOT_DONE: State("refused", _("Not done, or not all of it")),
}
