"""People of SailPoint's directory, kept for a while for whoever has asked for them."""

from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Final

from django.core.cache import cache

from workitems.isc.errors import IscError
from workitems.isc.schemas import PublicIdentity
from workitems.services.reader import Reader

KEPT_SECONDS: Final = 300  # people hardly change; an admin steps through many pages of one


def people(reader: Reader, viewer_id: str, ids: Iterable[str]) -> dict[str, PublicIdentity]:
    """Those of them that the directory knows, by their ids: one call for what is not kept.

    Kept for this viewer alone: what they may see of people is up to ISC. Raises IscError.
    """
    keys = {one: _key(viewer_id, one) for one in ids if one}
    kept = cache.get_many(keys.values())
    missing = [one for one, key in keys.items() if key not in kept]
    if missing:
        found = {one.id: one for one in reader.people(missing)}
        read = {keys[one]: found.get(one) for one in missing}
        cache.set_many(read, KEPT_SECONDS)
        kept |= read
    return {one: person for one, key in keys.items() if (person := kept[key])}


def names(reader: Reader, viewer_id: str, ids: Collection[str]) -> dict[str, str]:
    """What these people are called; nobody where ISC fails: a page works without them."""
    try:
        return {one: person.name for one, person in people(reader, viewer_id, ids).items()}
    except IscError:
        return {}


def _key(viewer_id: str, person_id: str) -> str:
    # Hashed, because memcached rejects some characters in keys and an id may hold any.
    return f"person:{sha256(f'{viewer_id} {person_id}'.encode()).hexdigest()}"
