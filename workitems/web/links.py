"""The addresses of the dashboard as one page needs them: within its frame, with its owner."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse

from taskmanager.core.addresses import own_referer, with_query
from taskmanager.core.htmx import shown_path
from taskmanager.core.jinja import Known, escaped
from taskmanager.core.request import AppRequest
from workitems.scope import QueueScope


@dataclass(frozen=True)
class Links:
    """`home` is the queue's path; `query` ends every address: "" in one's own queue, or ?owner=."""

    home: str
    owner_id: str
    query: str

    @classmethod
    def of(cls, request: HttpRequest, scope: QueueScope) -> Self:
        """For pages of the instance (full page or frame) that the request is in."""
        owner_id = scope.owner.id if scope.is_other else ""
        return cls(address(request, "queue"), owner_id, with_query("", owner=owner_id))

    @property
    def undecided(self) -> str:
        """The query of a task that SailPoint refused to complete: its page offers decisions."""
        return with_query("", owner=self.owner_id, undecided="1")

    @property
    def items(self) -> str:
        """What stands before a work item's id: resolving each row's address takes longer."""
        return f"{self.home}work-items/"

    @property
    def queue(self) -> str:
        return self.home + self.query

    @property
    def people(self) -> str:
        return f"{self.home}people/{self.query}"

    @property
    def counts(self) -> str:
        return f"{self.home}counts/{self.query}"

    def of_owner(self, owner_id: str) -> str:
        """Somebody else's queue."""
        return with_query(self.home, owner=owner_id)

    def hand_over(self, owner_id: str) -> str:
        """All that waits in somebody's queue, to be forwarded."""
        return with_query(f"{self.home}bulk/forward/", owner=owner_id, all="1")

    def page(self, tab: str) -> str:
        """The beginning of a list."""
        return with_query(self.home, tab=tab, owner=self.owner_id)

    def common(self, csrf_input: object, page_key: str, *, is_undecided: bool) -> Known:
        """What the forms of all tasks of a page fill in alike (workitems/_pieces.html)."""
        query = self.undecided if is_undecided else self.query
        known = {"items": self.items, "query": query, "owner": self.owner_id}
        return escaped(**known, key=page_key, csrf=csrf_input)


def address(request: HttpRequest, name: str, *args: str) -> str:
    """The address of a view of ours: in a frame, the frame's."""
    namespace = request.resolver_match.namespace if request.resolver_match else None
    return reverse(f"workitems:{name}", args=args, current_app=namespace)


def list_url(request: AppRequest, links: Links) -> str:
    """The list that an item was opened from, as far as htmx tells; else its first page."""
    for known in (shown_path(request), own_referer(request)):
        url = _as_shown(urlsplit(known))
        if url.path == links.home and url.query:
            return f"{url.path}?{url.query}"
    return links.queue


def back_url(request: HttpRequest, links: Links) -> str:
    """The queue or item that the form stood on, by its Referer; the queue instead of a dialog."""
    url = urlsplit(own_referer(request))
    try:
        match = resolve(url.path)
    except Resolver404:
        return links.queue
    if match.app_name != "workitems" or match.url_name not in {"queue", "item"}:
        return links.queue
    return _as_shown(url)._replace(scheme="", netloc="", fragment="").geturl()


def _as_shown(url: SplitResult) -> SplitResult:
    """The address of a page of a list, without the rows before it and the task beside it."""
    query = QueryDict(url.query, mutable=True)
    dropped = [query.pop(name, None) for name in ("after", "task")]
    return url._replace(query=query.urlencode()) if any(dropped) else url


def beside(list_address: str, item_id: str) -> str:
    """The address of a list with one of its tasks open."""
    return f"{list_address}{'&' if '?' in list_address else '?'}{urlencode({'task': item_id})}"
