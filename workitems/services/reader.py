"""Everything that is read: a queue, a work item, the numbers, people. No Django, no HTTP."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

from workitems.domain.ports import Credentials
from workitems.domain.queue_query import QueueQuery, Tab
from workitems.domain.results import (
    Counts,
    FoundPeople,
    ListForbidden,
    ListMissing,
    Queue,
    QueueNumbers,
    RecentReads,
)
from workitems.isc.client import IscClient
from workitems.isc.errors import Forbidden, IscError, NotFound, Rejected, SignInAgain
from workitems.isc.schemas import PublicIdentity, UnreadableWorkItem, WorkItem, WorkItemPage
from workitems.services.ahead import Ahead, beside

Value = TypeVar("Value")
WorkItems = tuple[WorkItem | UnreadableWorkItem, ...]
LONGEST_PAGE: Final = 250  # ISC's limit
MOST_FOUND: Final = 10  # people of one search
LEAST_LISTED: Final = 2  # items for which one page is read instead
MOST_ALONE: Final = 50  # items that are looked for behind the pages of a list


def is_past_end(error: Rejected, offset: int) -> bool:
    """Whether ISC refuses to begin so far back: past the end it does, or may do.

    All else that it could refuse of a list, it refuses of the beginning as well.
    """
    return bool(offset) and error.status == HTTPStatus.BAD_REQUEST


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
        self._ahead = Ahead()

    def has_come(self, query: QueueQuery, seconds: float, *, is_frugal: bool) -> bool:
        """Ask for what `queue` or `frugal_queue` will ask for: whether it comes within this time.

        Either takes what was asked for here, and waits for what has not come.
        """
        if not is_frugal:
            self._ahead.send(self._list, query.tab, query.offset, query.size)
            if self._recent.counts() is None:
                self._ahead.send(self._summary)
        elif not self._recent.page(query):
            self._ahead.send(self._list, query.tab, query.offset, query.size)
        return self._ahead.have_come(seconds)

    def queue(self, query: QueueQuery) -> Queue:
        """A page of the queue and the badge's numbers: two calls, side by side.

        One call where the numbers were read a moment ago and the list's own total agrees.
        """
        asked_at, known = self._ahead.began_at, self._recent.counts()
        if known is None:
            page, counts = self._with_counts(lambda: self._page(query))
        else:
            page = self._page(query)
            counts = known if known.agree(query.tab, page.total) else self.counts_if_any()
        return Queue.of(query.tab, page, counts, asked_at.timestamp(), query.page)

    def frugal_queue(self, query: QueueQuery) -> Queue:
        """The same for at most one call: none where this page was read a moment ago.

        The number that the list does not tell is unknown, unless somebody has read it before.
        """
        if kept := self._recent.page(query):
            page, asked_at = kept
        else:
            asked_at = self._ahead.began_at
            page = self._page(query)
            self._recent.keep_page(query, page, asked_at)
        known = self._recent.counts()
        counts = known if known and known.agree(query.tab, page.total) else Counts()
        return Queue.of(query.tab, page, counts, asked_at.timestamp(), query.page)

    def rows(self, tab: Tab, offset: int, limit: int) -> WorkItemPage:
        """Rows of a list, at most 250. Raises Rejected where ISC refuses to begin so far back."""
        return self._read_list(partial(self._listed, tab, offset, limit))

    def renew(self) -> bool:
        """Replace a refused token; False if the person must sign in. Raises CannotRenew."""
        return self._credentials.renew()

    def _page(self, query: QueueQuery) -> WorkItemPage:
        """No rows where ISC refuses to begin so far back."""
        try:
            return self.rows(query.tab, query.offset, query.size)
        except Rejected as error:
            if not is_past_end(error, query.offset):
                raise
            return WorkItemPage((), None)

    def _listed(self, tab: Tab, offset: int, limit: int) -> WorkItemPage:
        sent = self._ahead.of(self._list, tab, offset, limit)
        return sent.result() if sent else self._list(tab, offset, limit)

    def _list(self, tab: Tab, offset: int, limit: int) -> WorkItemPage:
        listing = {
            Tab.PENDING: self._client.list_work_items,
            Tab.COMPLETED: self._client.list_completed_work_items,
        }[tab]
        return listing(owner_id=self._owner_id, limit=limit, offset=offset)

    def last_completed(self, limit: int) -> WorkItems:
        """Beside an empty list: one call, and nothing where it fails or the budget has no room."""
        read = self._numbers_client.list_completed_work_items
        try:
            return self._read(partial(read, owner_id=self._owner_id, limit=limit, offset=0)).items
        except IscError:
            return ()

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
        """The same, and the rest one by one; those that are out of reach are left out.

        More are missing only from a list that was read to its end: those have left it.
        """
        found = self.listed(wanted)
        for item_id in [one for one in wanted if one not in found][:MOST_ALONE]:
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
        return self._recent.counts() or self._recent.open_count() or self.counts_if_any()

    def refreshed_counts(self) -> Counts:
        """Both numbers in one call: where one task leaves as another comes, one alone stays."""
        return self._recent.counts() or self._keeping(self._read_list(self._summary))

    def numbers(self) -> QueueNumbers:
        """How much waits and since when: one call at most.

        The longest page that ISC has tells both of a queue that is no longer. The order of its
        lists is not documented: of a longer one an older task may stand behind that page.
        """
        if known := self._recent.numbers():
            return known
        asked_at = datetime.now(UTC)
        page = self.rows(Tab.PENDING, 0, LONGEST_PAGE)
        dates = (item.created for item in page.items if isinstance(item, WorkItem) and item.created)
        shown = len(page.items)
        is_whole = shown < LONGEST_PAGE or page.total == shown
        total = shown if page.total is None and is_whole else page.total
        numbers = QueueNumbers(total, min(dates, default=None), is_whole, asked_at)
        self._recent.keep_numbers(numbers, asked_at)
        return numbers

    def find_people(self, text: str) -> FoundPeople:
        """People by the beginning of a name, an account or an e-mail address: one call."""
        search = partial(self._client.search_public_identities, text, limit=MOST_FOUND + 1)
        found = self._read_list(search)
        return FoundPeople(found[:MOST_FOUND], is_more=len(found) > MOST_FOUND)

    def person(self, identity_id: str) -> PublicIdentity | None:
        return next(iter(self.people([identity_id])), None)

    def people(self, ids: Collection[str]) -> list[PublicIdentity]:
        """Those with these ids that the directory knows: a call for a hundred of them."""
        found = self._read_list(lambda: self._client.get_public_identities([*ids]))
        return [one for one in found if one.id in ids]

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

    def counts_if_any(self) -> Counts:
        """Both numbers in one call, or none where ISC fails."""
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
        future = self._ahead.of(self._summary) or beside(self._summary)
        try:
            value = read()
        finally:
            failure = future.exception()
        try:
            if isinstance(failure, SignInAgain):
                # What was read beside it was refused too, and has renewed the token by now.
                return value, self._keeping(self._summary())
            return value, self._keeping(future.result())
        except IscError:
            return value, Counts()
