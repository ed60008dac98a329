"""One method per operation of the Work Items API, and the two lookups of people."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from workitems.isc import paths, schemas
from workitems.isc.errors import OutcomeUnknown, UnexpectedReply
from workitems.isc.lenient import is_usable_id, text, whole_number
from workitems.isc.paths import item_path, segment
from workitems.isc.schemas import PublicIdentity, WorkItem, WorkItemPage, WorkItemSummary
from workitems.isc.transport import Reply, Transport

IDS_PER_CALL = 100  # about 4 KB of address
EMPTY: Final[tuple[Any, ...]] = (
    None,
    "",
    {},
    [],
)  # bodies that say nothing; false and 0 are no answer of ISC's


class IscClient:
    """Speaks for one person. Reads raise UnexpectedReply for a body of the wrong shape, and never
    hand up more rows than were asked for, however many came.

    Writes return the work item as ISC sent it back, None if it sent nothing, and raise
    OutcomeUnknown for anything else: whether it was done is then to be read, not assumed.
    """

    def __init__(self, transport: Transport, *, api_version: str) -> None:
        if not paths.API_VERSION.fullmatch(api_version):
            raise ValueError(f"{api_version!r} is not a version such as v2024, v1 or beta.")
        self._transport = transport
        self._api_version = api_version

    # Reads of work items

    def list_work_items(
        self, *, owner_id: str, limit: int, offset: int, count: bool = True
    ) -> WorkItemPage:
        """One page of what is pending; `limit` is at most 250, `offset` counts rows."""
        return self._page("", paths.page_params(owner_id, limit, offset, count=count))

    def list_tenant_work_items(self, *, limit: int, offset: int) -> WorkItemPage:
        """The same of all owners, for an administrator's token: observed, not documented."""
        return self._page("", paths.tenant_page_params(limit, offset))

    def list_completed_work_items(
        self, *, owner_id: str, limit: int, offset: int, count: bool = True
    ) -> WorkItemPage:
        return self._page("/completed", paths.page_params(owner_id, limit, offset, count=count))

    def count_work_items(self, owner_id: str) -> int:
        return self._count("/count", owner_id)

    def count_completed_work_items(self, owner_id: str) -> int:
        # Needed until January 2026; harmless since, and tenants are not all on one release.
        return self._count("/completed/count", owner_id, experimental=True)

    def summarise_work_items(self, owner_id: str) -> WorkItemSummary:
        """Open, completed and total in one call."""
        reply = self._read("/summary", paths.owner_params(owner_id))
        try:
            return WorkItemSummary.model_validate(reply.json)
        except ValidationError as error:
            raise _unexpected(reply, "no summary") from error

    def get_work_item(self, work_item_id: str) -> WorkItem:
        """One work item, pending or completed."""
        reply = self._read(item_path(work_item_id))
        body = reply.json
        if isinstance(body, list) and len(body) == 1:  # beta's specification promises an array
            body = body[0]
        item = schemas.read_work_item(body, depth=reply.depth)
        if not isinstance(item, WorkItem):
            raise _unexpected(reply, item.reason)
        if item.id != work_item_id:  # what is read may be the proof of a write: not of this one
            raise _unexpected(reply, "another work item")
        return item

    # Writes

    def complete_work_item(self, work_item_id: str) -> WorkItem | None:
        # The published body is an optional, nullable string. No body is the one choice that is
        # both inside that schema and sent by SailPoint's own Task Manager script.
        return self._write(item_path(work_item_id))

    def forward_work_item(
        self, work_item_id: str, *, target_owner_id: str, comment: str, send_notifications: bool
    ) -> WorkItem | None:
        """Hand a work item to somebody else; ISC is documented to answer without a body."""
        body = {
            "targetOwnerId": target_owner_id,
            "comment": comment,
            "sendNotifications": send_notifications,
        }
        return self._write(f"{item_path(work_item_id)}/forward", body, experimental=True)

    def approve_approval_item(self, work_item_id: str, approval_item_id: str) -> WorkItem | None:
        return self._write(f"{item_path(work_item_id)}/approve/{segment(approval_item_id)}")

    def reject_approval_item(self, work_item_id: str, approval_item_id: str) -> WorkItem | None:
        return self._write(f"{item_path(work_item_id)}/reject/{segment(approval_item_id)}")

    def approve_approval_items_in_bulk(self, work_item_id: str) -> WorkItem | None:
        return self._write(f"/bulk-approve{item_path(work_item_id)}")

    def reject_approval_items_in_bulk(self, work_item_id: str) -> WorkItem | None:
        return self._write(f"/bulk-reject{item_path(work_item_id)}")

    def submit_account_selection(
        self, work_item_id: str, values: Mapping[str, object]
    ) -> WorkItem | None:
        return self._write(f"{item_path(work_item_id)}/submit-account-selection", dict(values))

    # People

    def search_public_identities(self, text: str, *, limit: int) -> tuple[PublicIdentity, ...]:
        """People by the beginnings of their names, alias or e-mail (see `people_filter`)."""
        filters = paths.people_filter(text)
        return self._people(filters, limit) if filters else ()

    def get_public_identities(self, ids: Sequence[str]) -> tuple[PublicIdentity, ...]:
        """The people with these ids, in ISC's order; unknown ids are left out."""
        wanted = list(dict.fromkeys(filter(None, ids)))
        found: list[PublicIdentity] = []
        for start in range(0, len(wanted), IDS_PER_CALL):
            some = wanted[start : start + IDS_PER_CALL]
            found += self._people(paths.ids_filter(some), len(some))
        return tuple(found)

    def _path(self, rest: str = "", service: str = paths.WORK_ITEMS) -> str:
        return paths.service_path(self._api_version, service, rest)

    def _read(
        self, rest: str, params: Mapping[str, str] | None = None, *, experimental: bool = False
    ) -> Reply:
        path = self._path(rest)
        return self._transport.send("GET", path, params=params, experimental=experimental)

    def _write(
        self, rest: str, body: object = None, *, experimental: bool = False
    ) -> WorkItem | None:
        path = self._path(rest)
        reply = self._transport.send("POST", path, json=body, experimental=experimental)
        if reply.json in EMPTY:
            return None
        item = schemas.read_work_item(reply.json, depth=reply.depth)
        if not isinstance(item, WorkItem):
            raise OutcomeUnknown(item.reason, **reply.known)
        return item

    def _page(self, rest: str, params: Mapping[str, str]) -> WorkItemPage:
        reply = self._read(rest, params)
        rows = _elements(reply, int(params["limit"]))
        items = tuple(schemas.read_work_item(row, depth=reply.depth) for row in rows)
        return WorkItemPage(items, whole_number(reply.headers.get("X-Total-Count")))

    def _count(self, rest: str, owner_id: str, *, experimental: bool = False) -> int:
        reply = self._read(rest, paths.owner_params(owner_id), experimental=experimental)
        number = whole_number(reply.json.get("count")) if isinstance(reply.json, dict) else None
        if number is None:
            raise _unexpected(reply, "no count")
        return number

    def _people(self, filters: str, limit: int) -> tuple[PublicIdentity, ...]:
        params = {"filters": filters, "sorters": "name", "limit": str(limit)}
        path = self._path(service=paths.PUBLIC_IDENTITIES)
        people = _elements(self._transport.send("GET", path, params=params), limit)
        return tuple(PublicIdentity.model_validate(row) for row in people if _has_id(row))


def _elements(reply: Reply, limit: int) -> list[object]:
    """The rows of a list: a tenant that ignores `limit` must not decide how long our pages are."""
    if not isinstance(reply.json, list):
        raise _unexpected(reply, "no list")
    return reply.json[:limit]


def _has_id(row: object) -> bool:
    return isinstance(row, dict) and is_usable_id(text(row.get("id")))


def _unexpected(reply: Reply, why: str) -> UnexpectedReply:
    return UnexpectedReply(why, **reply.known)
