"""GET /public-identities: the identity fields that every user may read."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from sandbox.filters import parse
from sandbox.paging import page_of_request
from sandbox.people import Person, people_by_alias
from sandbox.replies import Refused


def list_public_identities() -> Response:
    page = page_of_request()
    people = list(people_by_alias().values())
    filters = request.args.get("filters", "")
    if filters.strip():
        people = list(filter(parse(filters), people))
    people = _sorted(people, request.args.get("sorters", ""))
    rows = [_public(person) for person in people[page.offset : page.offset + page.limit]]
    return page.reply(rows, len(people))


def _sorted(people: list[Person], sorters: str) -> list[Person]:
    if not sorters:
        return people
    if sorters not in ("name", "-name"):
        raise Refused(HTTPStatus.BAD_REQUEST, f"Sorting by '{sorters}' is not supported.")
    return sorted(people, key=lambda person: person.name.casefold(), reverse=sorters[0] == "-")


def _public(person: Person) -> dict[str, Any]:
    manager = people_by_alias().get(person.manager)
    attributes = {"title": "Title", "department": "Department", "city": "City"}
    return {
        "id": person.id,
        "name": person.name,
        "alias": person.alias,
        "email": person.email,
        "status": person.status,
        "identityState": person.state,
        "manager": manager and {"type": "IDENTITY", "id": manager.id, "name": manager.name},
        "attributes": [
            {"key": key, "name": name, "value": getattr(person, key)}
            for key, name in attributes.items()
        ],
    }
