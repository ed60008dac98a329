"""The use cases of the dashboard, in the words of the people who use it. No Django, no HTTP."""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Final, Protocol, TypeVar

from workitems.isc.client import IscClient
from workitems.isc.errors import (
    Forbidden,
    IscError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    SignInAgain,
)
from workitems.isc.schemas import PublicIdentity, WorkItem, WorkItemSummary
from workitems.results import (
    Counts,
    ListForbidden,
    ListMissing,
    NotSent,
    Outcome,
    Queue,
    Tab,
    Told,
    Verdict,
    counts_of,
    is_finished,
    is_settled,
    queue_of,
    refused,
)

log = logging.getLogger("workitems.decisions")
Value = TypeVar("Value")

# A page makes at most two upstream calls at once; the threads of a gthread worker share the pool,
# and there may be 64 of them. Threads start when they are needed.
POOL: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="isc")


class Credentials(Protocol):
    """The person's access token, as the service sees it."""

    def renew(self) -> bool:
        """Get a fresh token after ISC refused the present one; False if the person must sign in.

        Raises CannotRenew.
        """


class WorkItemService:
    """What one signed-in person (the actor) can do with one owner's queue, mostly their own.

    Reads may renew the token once; writes are sent once.
    """

    def __init__(
        self, client: IscClient, credentials: Credentials, *, actor_id: str, owner_id: str
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._actor_id = actor_id
        self._owner_id = owner_id

    def queue(self, tab: Tab, *, limit: int, offset: int) -> Queue:
        """A page of the queue and the badge's numbers: two calls, side by side."""
        listing = {
            Tab.PENDING: self._client.list_work_items,
            Tab.COMPLETED: self._client.list_completed_work_items,
        }[tab]
        with self._summary_beside() as summary:
            page = self._read_list(
                lambda: listing(owner_id=self._owner_id, limit=limit, offset=offset)
            )
        return queue_of(tab, page, self._summary(summary))

    def item(self, item_id: str) -> WorkItem:
        return self._read(lambda: self._client.get_work_item(item_id))

    def item_and_counts(self, item_id: str) -> tuple[WorkItem, Counts]:
        """One work item and the badge's numbers: two calls, side by side."""
        with self._summary_beside() as summary:
            item = self.item(item_id)
        return item, counts_of(self._summary(summary))

    def counts(self) -> Counts:
        """The badge's numbers alone: one call; unknown where ISC does not tell."""
        try:
            return counts_of(
                self._read_list(lambda: self._client.summarise_work_items(self._owner_id))
            )
        except SignInAgain:
            raise
        except IscError:
            return counts_of(None)

    def refreshed_counts(self, known: Counts) -> Counts:
        """The badge's numbers now: one call while the open count is as `known`, else two."""
        open_items = self._read_list(lambda: self._client.count_work_items(self._owner_id))
        if open_items == known.open and known.completed is not None:
            return known
        completed = self._read_list(lambda: self._client.count_completed_work_items(self._owner_id))
        return Counts(open_items, completed)

    def decide(self, item_id: str, approval_item_id: str, verdict: Verdict) -> Outcome:
        call = {
            Verdict.APPROVE: self._client.approve_approval_item,
            Verdict.REJECT: self._client.reject_approval_item,
        }[verdict]

        def decided(item: WorkItem) -> bool:
            matches = [line for line in item.approval_items if line.id == approval_item_id]
            return not item.is_open or any(not line.is_open for line in matches)

        send = partial(call, item_id, approval_item_id)
        return self._write(f"{verdict} {approval_item_id}", item_id, send, decided)

    def decide_all(self, item_id: str, verdict: Verdict) -> Outcome:
        call = {
            Verdict.APPROVE: self._client.approve_approval_items_in_bulk,
            Verdict.REJECT: self._client.reject_approval_items_in_bulk,
        }[verdict]
        return self._write(f"{verdict} all", item_id, partial(call, item_id), is_settled)

    def complete(self, item_id: str) -> Outcome:
        send = partial(self._client.complete_work_item, item_id)
        return self._write("complete", item_id, send, is_finished)

    def submit_account_selection(self, item_id: str, values: Mapping[str, object]) -> Outcome:
        """`values` is keyed on the field's name, as ISC's form declares it."""
        send = partial(self._client.submit_account_selection, item_id, values)
        return self._write("submit account selection", item_id, send, is_finished)

    def forward(self, item_id: str, target_id: str, *, comment: str, notify: bool) -> Outcome:
        """Hand the work item over. Nothing is read back: it is no longer the sender's."""

        send = partial(
            self._client.forward_work_item,
            item_id,
            target_owner_id=target_id,
            comment=comment,
            send_notifications=notify,
        )

        def end() -> Outcome:
            try:
                self._send(send)
            except OutcomeUnknown as silence:
                return self._forwarded_after_silence(item_id, target_id, silence)
            except Rejected as refusal:
                return refused(refusal)
            return Outcome(Told.DONE)

        return self._recorded(f"forward to {target_id}", item_id, end)

    def find_people(self, text: str) -> tuple[PublicIdentity, ...]:
        return self._read_list(lambda: self._client.search_public_identities(text))

    def owner_name(self) -> str:
        """The owner's display name; empty where ISC does not tell: a page works without it."""
        try:
            owner = self.person(self._owner_id)
        except IscError:
            return ""
        return owner.name if owner else ""

    def person(self, identity_id: str) -> PublicIdentity | None:
        found = self._read_list(lambda: self._client.get_public_identities([identity_id]))
        return found[0] if found else None

    def _read_list(self, call: Callable[[], Value]) -> Value:
        """A read that is about no single work item, and neither are its refusals."""
        try:
            return self._read(call)
        except (Forbidden, NotFound) as error:
            kind = ListForbidden if isinstance(error, Forbidden) else ListMissing
            raise error.told_as(kind) from error

    def _read(self, call: Callable[[], Value]) -> Value:
        try:
            return call()
        except SignInAgain:
            if not self._credentials.renew():
                raise
        return call()

    @contextmanager
    def _summary_beside(self) -> Iterator[Future[WorkItemSummary]]:
        """Read the summary beside the body, and wait for it: no call outlives its page."""
        # The context carries the id of the request into the other thread's log lines.
        call = copy_context().run
        future = POOL.submit(call, self._client.summarise_work_items, self._owner_id)
        try:
            yield future
        finally:
            wait([future])

    def _summary(self, read: Future[WorkItemSummary]) -> WorkItemSummary | None:
        """The badge is worth less than the list: a page without its numbers is still a page."""
        try:
            if isinstance(read.exception(), SignInAgain):
                # The list beside it was refused too, and has renewed the token by now.
                return self._client.summarise_work_items(self._owner_id)
            return read.result()
        except IscError:
            return None

    def _send(self, call: Callable[[], Value]) -> Value:
        try:
            return call()
        except SignInAgain as refusal:
            if not self._credentials.renew():
                raise
            raise refusal.told_as(NotSent) from refusal

    def _write(
        self,
        action: str,
        item_id: str,
        call: Callable[[], WorkItem | None],
        is_over: Callable[[WorkItem], bool],
    ) -> Outcome:
        def end() -> Outcome:
            try:
                item = self._send(call)
            except OutcomeUnknown as silence:
                return self._after_silence(item_id, is_over, silence)
            except Rejected as refusal:
                return self._after_refusal(item_id, is_over, refusal)
            return Outcome(Told.DONE, item or self._seen_after(item_id))

        return self._recorded(action, item_id, end)

    def _seen_after(self, item_id: str) -> WorkItem | None:
        """How the item stands after a write that ISC confirmed without a word about it.

        What keeps us from looking takes nothing back: the write is done.
        """
        try:
            return self.item(item_id)
        except IscError:
            return None

    def _after_refusal(
        self, item_id: str, is_over: Callable[[WorkItem], bool], refusal: Rejected
    ) -> Outcome:
        """Tell "somebody was faster" from any other refusal by reading the item again."""
        item = self.item(item_id)
        if is_over(item):
            return Outcome(Told.ALREADY, item, request_id=refusal.request_id)
        return refused(refusal, item)

    def _after_silence(
        self, item_id: str, is_over: Callable[[WorkItem], bool], silence: OutcomeUnknown
    ) -> Outcome:
        """Read the item again, so that the page can tell the truth about a write without answer."""
        try:
            item = self.item(item_id)
        except IscError:
            raise silence from None
        told = Told.CONFIRMED if is_over(item) else Told.UNCHANGED
        return Outcome(told, item, request_id=silence.request_id)

    def _forwarded_after_silence(
        self, item_id: str, target_id: str, silence: OutcomeUnknown
    ) -> Outcome:
        try:
            item = self.item(item_id)
        except (NotFound, Forbidden):
            return Outcome(Told.CONFIRMED)
        except IscError:
            raise silence from None
        if item.owner_id == target_id:
            return Outcome(Told.CONFIRMED)
        return Outcome(Told.UNCHANGED, item, request_id=silence.request_id)

    def _recorded(self, action: str, item_id: str, end: Callable[[], Outcome]) -> Outcome:
        """Bring a write to its end, and say in the log who did it: also where it failed."""
        try:
            outcome = end()
        except Exception as error:
            self._record(action, item_id, self._owner_id, type(error).__name__)
            raise
        owner_id = (outcome.item.owner_id if outcome.item else "") or self._owner_id
        self._record(action, item_id, owner_id, outcome.told)
        return outcome

    def _record(self, action: str, item_id: str, owner_id: str, end: str) -> None:
        line = "%s on work item %s by %s for %s: %s"
        log.info(line, action, item_id, self._actor_id, owner_id, end)
