"""The addresses of ISC's API: versions, ids as segments, query parameters and filters."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from workitems.isc.errors import UnusableId
from workitems.isc.lenient import is_usable_id
from workitems.isc.names import SEARCHED, ways_to_read

API_VERSION: Final = re.compile(r"v\d{1,4}|beta")
PER_SERVICE_VERSION: Final = "v1"
WORK_ITEMS, PUBLIC_IDENTITIES = "work-items", "public-identities"
LIST_WORDS: Final = frozenset({"completed", "count", "summary"})  # where an id would stand
LONGEST_FILTER: Final = 4_000  # bytes of the address: proxies commonly accept 8 KB of it


def service_path(api_version: str, service: str, rest: str = "") -> str:
    """The address below the API base: yearly `/v2024/work-items`, or `/work-items/v1`."""
    if api_version == PER_SERVICE_VERSION:
        return f"/{service}/{PER_SERVICE_VERSION}{rest}"
    return f"/{api_version}/{service}{rest}"


def owner_params(owner_id: str) -> dict[str, str]:
    """ValueError without an owner: an admin's token would list the whole tenant."""
    if not owner_id:
        raise ValueError("An owner is required.")
    return {"ownerId": owner_id}


def page_params(owner_id: str, limit: int, offset: int, *, count: bool) -> dict[str, str]:
    """One page of an owner's list; with `count` ISC adds the total in a header."""
    params = {**owner_params(owner_id), "limit": str(limit), "offset": str(offset)}
    return {**params, "count": "true"} if count else params


def tenant_page_params(limit: int, offset: int) -> dict[str, str]:
    """One page of what waits in the whole tenant, with the total in a header."""
    return {"limit": str(limit), "offset": str(offset), "count": "true"}


def segment(identifier: str) -> str:
    """An id as one segment of a path; raises UnusableId for one that would lead elsewhere."""
    if not is_usable_id(identifier):
        raise UnusableId("The id cannot be part of an address.")
    return quote(identifier, safe="")


def item_path(work_item_id: str) -> str:
    """`/<id>`; raises UnusableId for an id that is the name of a list."""
    if work_item_id in LIST_WORDS:
        raise UnusableId("The id is the name of a list.")
    return f"/{segment(work_item_id)}"


def people_filter(text: str) -> str:
    """Whoever has a name, account or e-mail address that begins so; "" for no text at all.

    As many of the ways to read it as an address may hold; the whole text in each field always.
    """
    ways = dict.fromkeys(map(_all_begin, ways_to_read(text)))
    expression = ""
    for number, way in enumerate(ways):
        longer = f"{expression} or {way}" if expression else way  # "and" binds tighter than "or"
        if number >= len(SEARCHED) and len(quote(longer)) > LONGEST_FILTER:
            break
        expression = longer
    return expression


def _all_begin(way: Mapping[str, str]) -> str:
    return " and ".join(f"{field} sw {quoted(text)}" for field, text in way.items())


def ids_filter(ids: Sequence[str]) -> str:
    return f"id in ({','.join(map(quoted, ids))})"


def quoted(value: str) -> str:
    """A value within a filter expression."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
