"""The query parameters limit, offset and count of every ISC collection."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, jsonify, request

from sandbox.entries import Json
from sandbox.replies import Refused

MAX_LIMIT = 250


@dataclass(frozen=True)
class Page:
    """The requested page. `wants_total`: the caller asked for X-Total-Count."""

    limit: int
    offset: int
    wants_total: bool

    def reply(self, rows: list[Json], total: int) -> Response:
        response = jsonify(rows)
        if self.wants_total:
            response.headers["X-Total-Count"] = str(total)
        return response


def page_of_request(largest_offset: int | None = None) -> Page:
    """Raises `Refused` (400) for numbers that ISC does not accept."""
    return Page(
        limit=_whole_number("limit", MAX_LIMIT, MAX_LIMIT),
        offset=_whole_number("offset", 0, largest_offset),
        wants_total=request.args.get("count", "false").lower() == "true",
    )


def _whole_number(name: str, default: int, maximum: int | None) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise Refused(HTTPStatus.BAD_REQUEST, f"'{name}' must be a whole number, 0 or more.")
    number = int(text)
    if maximum is not None and number > maximum:
        raise Refused(HTTPStatus.BAD_REQUEST, f"'{name}' must not be greater than {maximum}.")
    return number
