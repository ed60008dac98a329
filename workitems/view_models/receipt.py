"""How a write ended, in one sentence for the row and the status line."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workitems.domain.results import Receipt, WriteStatus
from workitems.view_models.sentence import sentence_of

TONES: Final[Mapping[WriteStatus, str]] = {
    WriteStatus.SUCCEEDED: "success",
    WriteStatus.VERIFIED: "success",
    WriteStatus.ALREADY_DONE: "warning",
    WriteStatus.UNCONFIRMED: "error",
    WriteStatus.REFUSED: "error",
}


def receipt_text(receipt: Receipt, done: str) -> str:
    """One sentence; `done` is what to say of a success ("Approved.")."""
    match receipt.status:
        case WriteStatus.SUCCEEDED:
            return done
        case WriteStatus.VERIFIED:
            return _("%(done)s SailPoint said so only when asked again.") % {"done": done}
        case WriteStatus.ALREADY_DONE:
            return _("This had already been decided; here is how it stands.")
        case WriteStatus.UNCONFIRMED:
            return _(
                "We don't know yet: SailPoint gave no clear answer, and the task still waits. "
                "Look again in a moment before you repeat it."
            )
        case WriteStatus.REFUSED:
            reason = receipt.detail or _("it gave no reason")
            return _("SailPoint refused this: %(reason)s") % {"reason": reason}


def with_request_id(text: str, receipt: Receipt) -> str:
    """The same with SailPoint's id for the call, where that may help somebody to look into it."""
    if receipt.status.is_success or not receipt.request_id:
        return text
    return f"{text} ({_('SailPoint request %(id)s') % {'id': receipt.request_id}})"


def with_task(text: str, receipt: Receipt) -> str:
    """The same with the task it is about, for a page where nothing beside the words shows that."""
    if receipt.item is None:
        return text
    task = sentence_of(receipt.item, get_language()).text
    return _("%(task)s: %(end)s") % {"task": task, "end": text}
