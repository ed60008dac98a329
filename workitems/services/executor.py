"""The only way to write: send a command once, find out how it ended, and say so in the log."""

import logging
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass

from workitems.domain.commands import Command, Judgement
from workitems.domain.ports import Credentials, WorkItemsClient
from workitems.domain.results import NotSent, Receipt, WriteStatus
from workitems.isc import errors
from workitems.services.reader import Reader

log = logging.getLogger("workitems.decisions")


@dataclass(frozen=True)
class Executor:
    """Sends each command once; what ISC does not say about it is found out by reading the item."""

    client: WorkItemsClient
    reader: Reader
    credentials: Credentials
    _: KW_ONLY
    actor_id: str
    owner_id: str

    def run(self, command: Command) -> Receipt:
        """Send, judge, close. Raises a child of IscError where the end is not known or not ours."""
        try:
            receipt = self._end_of(command)
        except Exception as error:
            self._close(command, self.owner_id, type(error).__name__)
            raise
        owner_id = (receipt.item.owner_id if receipt.item else "") or self.owner_id
        self._close(command, owner_id, receipt.status)
        return receipt

    def _end_of(self, command: Command) -> Receipt:
        try:
            item = command.send(self.client)
        except errors.SignInAgain as refusal:
            if not self.credentials.renew():
                raise
            raise refusal.as_type(NotSent) from refusal
        except errors.OutcomeUnknown as silence:
            return self._after_silence(command, silence)
        except errors.Rejected as refusal:
            return self._after_refusal(command, refusal)
        if item is None and not command.hands_over:
            with suppress(errors.IscError):  # that the write is done is known even so
                item = self.reader.item(command.item_id)
        return Receipt(WriteStatus.SUCCEEDED, item)

    def _after_refusal(self, command: Command, refusal: errors.Rejected) -> Receipt:
        """Tell "somebody was faster" from any other refusal by reading the item again."""
        item = None if command.hands_over else self.reader.item(command.item_id)
        if item is None or command.judge(item) is Judgement.OPEN:
            return Receipt(WriteStatus.REFUSED, item, refusal.detail, refusal.request_id)
        return Receipt(WriteStatus.ALREADY_DONE, item, request_id=refusal.request_id)

    def _after_silence(self, command: Command, silence: errors.OutcomeUnknown) -> Receipt:
        """Read the item again, so that the page can tell the truth about a write without answer."""
        try:
            item = self.reader.item(command.item_id)
        except (errors.NotFound, errors.Forbidden):
            if command.hands_over:
                return Receipt(WriteStatus.VERIFIED)
            raise silence from None
        except errors.IscError:
            raise silence from None
        judgement = command.judge(item)
        if judgement is Judgement.DONE:
            seen = None if command.hands_over else item
            return Receipt(WriteStatus.VERIFIED, seen, request_id=silence.request_id)
        is_open = judgement is Judgement.OPEN
        status = WriteStatus.UNCONFIRMED if is_open else WriteStatus.ALREADY_DONE
        return Receipt(status, item, request_id=silence.request_id)

    def _close(self, command: Command, owner_id: str, end: str) -> None:
        """Who did what for whom, and how it ended: also where it failed."""
        line = "%s on work item %s by %s for %s: %s"
        log.info(line, command.label, command.item_id, self.actor_id, owner_id, end)
