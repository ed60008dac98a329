"""Everything that is read: a queue, a work item, the numbers, people. No Django, no HTTP."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

from workitems.domain.ports import Credentials
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import Counts, ListForbidden, ListMissing, Queue, RecentReads
from workitems.isc.client import IscClient
from workitems.isc.errors import Forbidden, IscError, NotFound, SignInAgain
from workitems.isc.schemas import PublicIdentity, WorkItem, WorkItemPage

Value = TypeVar("Value")
LONGEST_PAGE: Final = 250  # ISC's limit
LEAST_LISTED: Final = 2  # items for which one page is read instead

# A page makes at most two upstream calls at once; the threads of a gthread worker share the pool,
# and there may be 64 of them. Threads start when they are needed.
POOL: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="isc")


class Reader:
    """What one signed-in person can see of one owner's queue. A read may renew the token once."""

    def __init__(
        self,
        client: IscClient,
        credentials: Credentials,
        *,
        numbers_client: IscClient,
        owner_id: str,
        recent: RecentReads,
    ) -> None:
        self._client = client
        self._numbers_client = numbers_client  # under pressure a list does without its numbers
        self._credentials = credentials
        self._owner_id = owner_id
        self._recent = recent

    def queue(self, query: QueueQuery) -> Queue:
        """A page of the queue and the badge's numbers: two calls, side by side.

        One call where the numbers were read a moment ago and the list's own total agrees.
        """
        asked_at, known = datetime.now(UTC), self._recent.counts()
        if known is None:
            page, counts = self._with_counts(lambda: self._page(query))
        else:
            page = self._page(query)
            counts = known if known.agree(query.tab, page.total) else self._fresh_counts()
        return Queue.of(query.tab, page, counts, asked_at.timestamp())

    def frugal_queue(self, query: QueueQuery) -> Queue:
        """The same for at most one call: none where this page was read a moment ago.

        The number that the list does not tell is unknown, unless somebody has read it before.
        """
        if kept := self._recent.page(query):
            page, asked_at = kept
        else:
            asked_at = datetime.now(UTC)
            page = self._page(query)
            self._recent.keep_page(query, page, asked_at)
        known = self._recent.counts()
        counts = known if known and known.agree(query.tab, page.total) else Counts()
        return Queue.of(query.tab, page, counts, asked_at.timestamp())

    def _page(self, query: QueueQuery) -> WorkItemPage:
        listing = {
            Tab.PENDING: self._client.list_work_items,
            Tab.COMPLETED: self._client.list_completed_work_items,
        }[query.tab]
        read = partial(listing, owner_id=self._owner_id, limit=query.size, offset=query.offset)
        return self._read_list(read)

    def listed(self, wanted: Collection[str]) -> dict[str, WorkItem]:
        """What pages of the pending list have of these, by their ids; the longest pages that ISC
        has, for as long as they cost fewer calls than to read each item that is left.
        """
        found: dict[str, WorkItem] = {}
        number = 1
        while len(wanted) - len(found) >= max(LEAST_LISTED, number):
            page = self._page(QueueQuery(LONGEST_PAGE, Tab.PENDING, number))
            some = (item for item in page.items if isinstance(item, WorkItem))
            found |= {item.id: item for item in some if item.id in wanted}
            if len(page.items) < LONGEST_PAGE:
                break
            number += 1
        return found

    def items(self, wanted: Collection[str]) -> dict[str, WorkItem]:
        """The same, and the rest one by one; those that are out of reach are left out."""
        found = self.listed(wanted)
        for item_id in wanted:
            if item_id not in found:
                with suppress(NotFound, Forbidden):
                    found[item_id] = self.item(item_id)
        return found

    def item(self, item_id: str) -> WorkItem:
        """One work item; raises NotFound or Forbidden among others."""
        return self._read(lambda: self._client.get_work_item(item_id))

    def item_and_counts(self, item_id: str) -> tuple[WorkItem, Counts]:
        """One work item and the badge's numbers: two calls, side by side, or the first alone."""
        if known := self._recent.counts():
            return self.item(item_id), known
        return self._with_counts(lambda: self.item(item_id))

    def open_count(self) -> Counts:
        """How many are open: one call at most; unknown where ISC does not tell."""
        return self._recent.counts() or self._recent.open_count() or self._fresh_counts()

    def refreshed_counts(self) -> Counts:
        """Both numbers in one call: where one task leaves as another comes, one alone stays."""
        return self._recent.counts() or self._keeping(self._read_list(self._summary))

    def find_people(self, text: str) -> tuple[PublicIdentity, ...]:
        """People by the beginning of a name, an account or an e-mail address: one call."""
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
        return next((one for one in found if one.id == identity_id), None)

    def _read_list(self, call: Callable[[], Value]) -> Value:
        """A read that is about no single work item, and neither are its refusals."""
        try:
            return self._read(call)
        except (Forbidden, NotFound) as error:
            kind = ListForbidden if isinstance(error, Forbidden) else ListMissing
            raise error.as_type(kind) from error

    def _read(self, call: Callable[[], Value]) -> Value:
        """Call, and once more with a renewed token where ISC refuses the present one."""
        try:
            return call()
        except SignInAgain:
            if not self._credentials.renew():
                raise
        return call()

    def _fresh_counts(self) -> Counts:
        try:
            return self._keeping(self._read_list(self._summary))
        except SignInAgain:
            raise
        except IscError:
            return Counts()

    def _summary(self) -> Counts:
        asked_at = datetime.now(UTC).timestamp()
        summary = self._numbers_client.summarise_work_items(self._owner_id)
        return Counts(summary.open, summary.completed, as_of=asked_at)

    def _keeping(self, counts: Counts) -> Counts:
        """Not in a thread of the pool: it may write to the database."""
        self._recent.keep_counts(counts)
        return counts

    def _with_counts(self, read: Callable[[], Value]) -> tuple[Value, Counts]:
        """What is read, and the numbers, from a thread beside it; unknown where ISC fails."""
        # The context carries the id of the request into the other thread's log lines.
        future = POOL.submit(copy_context().run, self._summary)
        try:
            value = read()
        finally:
            wait([future])
        try:
            if isinstance(future.exception(), SignInAgain):
                # What was read beside it was refused too, and has renewed the token by now.
                return value, self._keeping(self._summary())
            return value, self._keeping(future.result())
        except IscError:
            return value, Counts()
