"""The only way to write: guard, record, send, judge, close. Each command is sent once."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, replace
from typing import Final
from uuid import UUID

from workitems.domain.attempts import Abandoned, Begun, Delay, Ledger, Look, Press, Repeated
from workitems.domain.change_mark import fingerprint
from workitems.domain.commands import Command, DecideAll, Judgement
from workitems.domain.ports import Credentials, WorkItemsClient
from workitems.domain.results import NotRecorded, NotSent, Receipt, Rival, WriteStatus
from workitems.isc import errors
from workitems.isc.schemas import UnreadableWorkItem, WorkItem
from workitems.services.decision_log import log_end
from workitems.services.reader import Reader

GONE: Final = (errors.NotFound, errors.Forbidden)
WAIT: Final = 2.0  # seconds that a repeated press waits for the first one to end
PAUSE: Final = 0.1


@dataclass(frozen=True)
class Executor:
    """Sends each command once; what ISC does not prove is found out by reading the item."""

    client: WorkItemsClient
    reader: Reader
    credentials: Credentials
    ledger: Ledger
    _: KW_ONLY
    actor_id: str
    owner_id: str
    checks_owner: bool  # the actor could decide it in anybody's queue: read whose it is before
    has_bulk_calls: bool = True

    def run(self, command: Command, press: Press) -> Receipt:
        """Send it, unless the ledger says that it was sent or that another attempt is under way.

        Raises a child of IscError where nothing was sent.
        """
        begun = self._begun(command, press, None)
        return self._run(command, begun.id) if isinstance(begun, Begun) else begun

    def schedule(self, command: Command, press: Press, delay: Delay) -> Receipt:
        """Record it to be sent later, by `send`; else what stands against that."""
        begun = self._begun(command, press, delay)
        if not isinstance(begun, Begun):
            return begun
        receipt = Receipt(WriteStatus.SCHEDULED, attempt=begun.id)
        self.log(command, receipt)
        return receipt

    def send(self, command: Command, row: UUID, look: Look | None = None) -> Receipt:
        """Send what was recorded before and is claimed now; trouble is its end, never an error.

        With a look, its item is read before: whoever pressed did so long ago, or has confirmed how
        it stood.
        """
        try:
            return self._run(command, row, look)
        except errors.IscError as error:
            return Receipt(WriteStatus.NOT_SENT, refusal=error, attempt=row)

    def _begun(self, command: Command, press: Press, delay: Delay | None) -> Begun | Receipt:
        begun = self.ledger.begin(command, press, delay)
        if isinstance(begun, Abandoned):
            self.recover(begun)
            begun = self.ledger.begin(command, press, delay)
        if isinstance(begun, Begun):
            return begun
        if isinstance(begun, Repeated):
            if begun.status is WriteStatus.SCHEDULED:
                return Receipt(begun.status, attempt=begun.id)
            return self._after_repeat(command, begun)
        rival = begun if isinstance(begun, Rival) else None
        return Receipt(WriteStatus.SENDING, rival=rival)

    def _run(self, command: Command, row: UUID, look: Look | None = None) -> Receipt:
        receipt = Receipt(WriteStatus.UNCONFIRMED)  # should anything unforeseen happen below
        try:
            receipt = self._guarded(command, look)
            if receipt.status in {WriteStatus.ALREADY_DONE, WriteStatus.SUPERSEDED}:
                receipt = replace(receipt, rival=self.ledger.decided_by(command))
        except errors.IscError as error:  # what comes after a call is a receipt, never an error
            receipt = Receipt(WriteStatus.NOT_SENT, refusal=error)
            raise
        finally:
            self._ended(row, command, receipt)
        return receipt

    def _guarded(self, command: Command, look: Look | None) -> Receipt:
        """Read first where that decides what is sent, then send."""
        if not (command.reads_first or self.checks_owner or look):
            return self._sent(command)
        try:
            item = (look and look.item) or self.reader.item(command.item_id)
        except GONE as gone:
            return Receipt(WriteStatus.GONE, request_id=gone.request_id, refusal=gone)
        has_moved = item.owner_id not in {"", self.owner_id}
        if has_moved and (self.checks_owner or look):
            receipt = Receipt(WriteStatus.CHANGED, item, has_moved=True)
        elif not command.is_waiting(item):
            receipt = self._judged(command, item, done=WriteStatus.ALREADY_DONE)
        elif look and look.fingerprint not in {"", fingerprint(item)}:
            receipt = Receipt(WriteStatus.CHANGED, item)
        elif isinstance(command, DecideAll):
            receipt = self._sent_all(command, item)
        else:
            receipt = self._sent(command)
        return replace(receipt, before=item)

    def _sent_all(self, command: DecideAll, item: WorkItem) -> Receipt:
        """What was listed and nothing else, as far as that is in our hands."""
        if not (self.has_bulk_calls and command.is_exact(item)):
            return self._sent_singly(command, item)
        receipt = self._sent(command)
        return replace(receipt, unlisted=command.unlisted(item, receipt.item))

    def _sent_singly(self, command: DecideAll, item: WorkItem) -> Receipt:
        """ISC's call for the whole item would decide more, or other things, than were listed."""
        receipt, singly = Receipt(WriteStatus.NOT_DONE, item), command.singly(item)
        for one in singly:
            try:
                receipt = self._sent(one)
            except errors.IscError:
                if receipt.status is WriteStatus.NOT_DONE:
                    raise
                return replace(receipt, status=WriteStatus.NOT_DONE)
            if not receipt.status.is_success:
                return receipt
        end = self._judged(command, receipt.item or item, done=receipt.status)
        return replace(end, sent=tuple(one.part for one in singly))

    def _sent(self, command: Command) -> Receipt:
        try:
            item = command.send(self.client)
        except errors.OverBudget:  # it never left
            raise
        except (errors.SignInAgain, errors.RateLimited) as refusal:
            return self._unless_open(command, refusal)
        except errors.OutcomeUnknown as silence:
            return self._read_again(command, request_id=silence.request_id)
        except (errors.Rejected, *GONE) as refusal:
            return self._after_refusal(command, refusal)
        return self._answered(command, item)

    def _answered(self, command: Command, item: WorkItem | None) -> Receipt:
        """Judge the answer; one that says nothing, or nothing yet, of this item is read again."""
        if item is None and command.hands_over:  # documented: a forward is answered without a body
            return Receipt(WriteStatus.SUCCEEDED)
        is_of_it = item is not None and item.id == command.item_id
        if item is None or not is_of_it or command.judge(item) is Judgement.OPEN:
            return self._read_again(command, is_accepted=True)
        return self._judged(command, item, done=WriteStatus.SUCCEEDED, is_accepted=True)

    def _unless_open(self, command: Command, refusal: errors.IscError) -> Receipt:
        """Raises that it was not sent, except where a read shows that nothing is left to send.

        401 and 429 come from a gateway: that the call did not get further is likely, not proven.
        """
        not_sent = refusal
        if isinstance(refusal, errors.SignInAgain):
            if not self.credentials.renew():
                raise refusal
            not_sent = refusal.as_type(NotSent)
        receipt = self._after_refusal(command, refusal)
        if receipt.status in {WriteStatus.REFUSED, WriteStatus.UNCONFIRMED}:
            raise not_sent from refusal
        return receipt

    def _after_refusal(self, command: Command, refusal: errors.IscError) -> Receipt:
        """Only a read proves that an item is gone, or that somebody was faster."""
        known = {"detail": refusal.detail, "request_id": refusal.request_id, "refusal": refusal}
        refused = Receipt(WriteStatus.REFUSED, **known)  # type: ignore[arg-type]
        is_plain = isinstance(refusal, errors.Rejected)
        try:
            item = self.reader.item(command.item_id)
        except GONE as gone:
            return Receipt(WriteStatus.GONE, request_id=gone.request_id, refusal=gone)
        except errors.IscError:
            status = WriteStatus.REFUSED if is_plain else WriteStatus.UNCONFIRMED
            return replace(refused, status=status)
        match command.judge(item):
            case Judgement.OPEN:
                return replace(refused, item=item)
            case Judgement.DIFFERENT:
                return Receipt(WriteStatus.SUPERSEDED, item, request_id=refusal.request_id)
        return Receipt(WriteStatus.ALREADY_DONE, item, request_id=refusal.request_id)

    def _read_again(
        self, command: Command, *, request_id: str | None = None, is_accepted: bool = False
    ) -> Receipt:
        """What reading the item says of a write whose answer did not come, or shows nothing."""
        try:
            item = self.reader.item(command.item_id)
        except GONE as gone:
            known = {"refusal": gone, "is_answered": is_accepted}
            return Receipt(WriteStatus.GONE, request_id=request_id, **known)  # type: ignore[arg-type]
        except errors.IscError:
            return Receipt(WriteStatus.UNCONFIRMED, None, "", request_id, is_accepted=is_accepted)
        done = WriteStatus.SUCCEEDED if is_accepted else WriteStatus.VERIFIED
        receipt = self._judged(command, item, done=done, is_accepted=is_accepted)
        return replace(receipt, request_id=request_id)

    def _after_repeat(self, command: Command, repeated: Repeated) -> Receipt:
        """The same press once more: wait for the first one a little, then read, never send."""
        status, until = repeated.status, time.monotonic() + WAIT
        while status is WriteStatus.SENDING and time.monotonic() < until:
            time.sleep(PAUSE)
            status = self.ledger.status(repeated.id)
        if status is WriteStatus.SENDING:
            receipt = self._read_again(command)
            if receipt.status is not WriteStatus.UNCONFIRMED:
                self._ended(repeated.id, command, receipt)
            return receipt
        try:
            return Receipt(status, self.reader.item(command.item_id))
        except errors.IscError:  # that it was recorded so is known even without the item
            return Receipt(status)

    def settle(self, items: Iterable[WorkItem | UnreadableWorkItem]) -> None:
        """Close what killed senders left of these items, now that somebody has read them."""
        read = {item.id: item for item in items if isinstance(item, WorkItem)}
        for abandoned in self.ledger.abandoned(list(read)):
            with suppress(NotRecorded):  # a page is read: whoever decides next is told
                self._settle(abandoned, read[abandoned.command.item_id])

    def standing(self, item_id: str) -> tuple[Receipt, Command | None]:
        """What has become of an attempt whose end was not known, and what was attempted.

        None where nothing is unknown any more: somebody else has found it out, or it took too long.
        """
        try:
            item = self.reader.item(item_id)
        except GONE as gone:
            return Receipt(WriteStatus.GONE, refusal=gone, is_answered=False), None
        receipt, command = Receipt(WriteStatus.UNCONFIRMED, item), None
        for row in self.ledger.unknown(item_id):
            command = row.command
            receipt = self._judged(command, item, done=WriteStatus.VERIFIED)
            if receipt.status is not WriteStatus.UNCONFIRMED:
                self.ledger.close(row.id, receipt)
                self.log(command, receipt)
        return receipt, command

    def recover(self, abandoned: Abandoned) -> None:
        """Read the item of a row whose sender was killed, and close the row as what is true."""
        try:
            self._settle(abandoned, self.reader.item(abandoned.command.item_id))
        except GONE as gone:
            receipt = Receipt(WriteStatus.GONE, refusal=gone, is_answered=False)
            self._ended(abandoned.id, abandoned.command, receipt)

    def _settle(self, abandoned: Abandoned, item: WorkItem) -> None:
        command = abandoned.command
        if command.judge(item) is Judgement.OPEN:
            self._ended(abandoned.id, command, Receipt(WriteStatus.NOT_DONE, item))
            self.ledger.again(abandoned.id)
        else:
            receipt = self._judged(command, item, done=WriteStatus.VERIFIED)
            self._ended(abandoned.id, command, receipt)

    @staticmethod
    def _judged(
        command: Command, item: WorkItem, *, done: WriteStatus, is_accepted: bool = False
    ) -> Receipt:
        match command.judge(item):
            case Judgement.DONE:
                return Receipt(done, item)
            case Judgement.DIFFERENT:
                return Receipt(WriteStatus.SUPERSEDED, item)
        return Receipt(WriteStatus.UNCONFIRMED, item, is_accepted=is_accepted)

    def _ended(self, row: UUID, command: Command, receipt: Receipt) -> None:
        """Log first: a kill in between leaves an open row, which is looked up and logged again."""
        self.log(command, receipt)
        self.ledger.close(row, receipt)

    def log(self, command: Command, receipt: Receipt) -> None:
        """Who did what for whom, and how it ended: as fields, without names or typed text."""
        # After a forward the item's owner is who has it now, not whose task was decided.
        read = receipt.item if not command.hands_over else None
        owner_id = (read.owner_id if read else "") or self.owner_id
        log_end(
            command=command.name,
            item_id=command.item_id,
            part=command.part,
            actor_id=self.actor_id,
            owner_id=owner_id,
            status=receipt.status.value,
            request_id=receipt.request_id or "",
        )
