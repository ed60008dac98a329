"""Per client operation: the call, the expected HTTP request, the reply and the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workitems.isc.client import IscClient
from workitems.isc.schemas import PublicIdentity, WorkItem, WorkItemSummary

ITEM = {"id": "w1", "type": "ManualAction", "state": "Pending"}
PERSON = {"id": "p1", "name": "Ada Lovelace", "alias": "ada", "identityState": None}
OWNER = {"ownerId": "p1"}
PAGE = {"ownerId": "p1", "limit": "50", "offset": "100"}
EXPERIMENTAL = {"X-SailPoint-Experimental": "true"}


@dataclass(frozen=True)
class Operation:
    """One operation: the call, the expected HTTP request, the reply and the expected result."""

    name: str
    call: Callable[[IscClient], Any]
    method: str
    rest: str
    made: Callable[[Any], bool]
    answer: object = field(default_factory=lambda: ITEM)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    service: str = "work-items"


def is_item(made: object) -> bool:
    return isinstance(made, WorkItem) and made.id == "w1" and made.raw == ITEM


def is_page_of_203(made: Any) -> bool:
    return is_item(made.items[0]) and made.total == 203


def is_ada(made: Any) -> bool:
    return made == (PublicIdentity(id="p1", name="Ada Lovelace", alias="ada"),)


OPERATIONS = [
    Operation(
        "list",
        lambda client: client.list_work_items(owner_id="p1", limit=50, offset=100),
        "GET",
        "",
        is_page_of_203,
        answer=[ITEM],
        query={**PAGE, "count": "true"},
    ),
    Operation(
        "list without count",
        lambda client: client.list_work_items(owner_id="p1", limit=50, offset=100, count=False),
        "GET",
        "",
        is_page_of_203,
        answer=[ITEM],
        query=PAGE,
    ),
    Operation(
        "list completed",
        lambda client: client.list_completed_work_items(owner_id="p1", limit=50, offset=100),
        "GET",
        "/completed",
        is_page_of_203,
        answer=[ITEM],
        query={**PAGE, "count": "true"},
    ),
    Operation(
        "count",
        lambda client: client.count_work_items("p1"),
        "GET",
        "/count",
        lambda made: made == 29,
        answer={"count": 29},
        query=OWNER,
    ),
    Operation(
        "count completed",
        lambda client: client.count_completed_work_items("p1"),
        "GET",
        "/completed/count",
        lambda made: made == 29,
        answer={"count": 29},
        query=OWNER,
        headers=EXPERIMENTAL,
    ),
    Operation(
        "summary",
        lambda client: client.summarise_work_items("p1"),
        "GET",
        "/summary",
        lambda made: made == WorkItemSummary(open=29, completed=1, total=30),
        answer={"open": 29, "completed": 1, "total": 30},
        query=OWNER,
    ),
    Operation("get", lambda client: client.get_work_item("w1"), "GET", "/w1", is_item),
    Operation(
        "get in beta, where it is an array",
        lambda client: client.get_work_item("w1"),
        "GET",
        "/w1",
        is_item,
        answer=[ITEM],
    ),
    Operation("complete", lambda client: client.complete_work_item("w1"), "POST", "/w1", is_item),
    Operation(
        "forward",
        lambda client: client.forward_work_item(
            "w1", target_owner_id="p2", comment="On leave", send_notifications=False
        ),
        "POST",
        "/w1/forward",
        lambda made: made is None,
        answer=None,
        headers=EXPERIMENTAL,
        body={"targetOwnerId": "p2", "comment": "On leave", "sendNotifications": False},
    ),
    Operation(
        "approve",
        lambda client: client.approve_approval_item("w1", "a1"),
        "POST",
        "/w1/approve/a1",
        is_item,
    ),
    Operation(
        "reject",
        lambda client: client.reject_approval_item("w1", "a1"),
        "POST",
        "/w1/reject/a1",
        is_item,
    ),
    Operation(
        "bulk approve",
        lambda client: client.approve_approval_items_in_bulk("w1"),
        "POST",
        "/bulk-approve/w1",
        is_item,
    ),
    Operation(
        "bulk reject",
        lambda client: client.reject_approval_items_in_bulk("w1"),
        "POST",
        "/bulk-reject/w1",
        is_item,
    ),
    Operation(
        "submit account selection",
        lambda client: client.submit_account_selection("w1", {"account": "ada", "all": True}),
        "POST",
        "/w1/submit-account-selection",
        is_item,
        body={"account": "ada", "all": True},
    ),
    Operation(
        "search people",
        lambda client: client.search_public_identities(" ada ", limit=10),
        "GET",
        "",
        is_ada,
        answer=[PERSON, "no person", {"name": "without id"}],
        query={
            "filters": 'firstname sw "ada" or lastname sw "ada"'
            ' or alias sw "ada" or email sw "ada"',
            "sorters": "name",
            "limit": "10",
        },
        service="public-identities",
    ),
    Operation(
        "search people by full name, quotes and backslashes escaped",
        lambda client: client.search_public_identities('a"da, love\\lace', limit=5),
        "GET",
        "",
        is_ada,
        answer=[PERSON],
        query={
            "filters": 'firstname sw "a\\"da love\\\\lace" or lastname sw "a\\"da love\\\\lace"'
            ' or alias sw "a\\"da love\\\\lace" or email sw "a\\"da love\\\\lace"'
            ' or firstname sw "a\\"da" and lastname sw "love\\\\lace"'
            ' or firstname sw "love\\\\lace" and lastname sw "a\\"da"',
            "sorters": "name",
            "limit": "5",
        },
        service="public-identities",
    ),
    Operation(
        "people by id",
        lambda client: client.get_public_identities(["p1", "", "p1", "p2"]),
        "GET",
        "",
        is_ada,
        answer=[PERSON],
        query={"filters": 'id in ("p1","p2")', "sorters": "name", "limit": "2"},
        service="public-identities",
    ),
]
