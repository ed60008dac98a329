"""ISC's error bodies. There are five different formats."""

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, g, jsonify

DETAIL_CODES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "400.1 Bad Request Content",
    HTTPStatus.FORBIDDEN: "403 Forbidden",
    HTTPStatus.NOT_FOUND: "404 Not found",
    HTTPStatus.INTERNAL_SERVER_ERROR: "500.0 Internal Fault",
}
TEXTS = {
    HTTPStatus.FORBIDDEN: "The server understood the request but refuses to authorize it.",
    HTTPStatus.NOT_FOUND: "The server did not find a current representation for the target"
    " resource.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "An internal fault occurred.",
}


class Refused(Exception):
    """Raised below a view; the response is an ErrorResponseDto with these texts."""

    def __init__(self, status: HTTPStatus, *texts: str) -> None:
        super().__init__(status, *texts)
        self.status = status
        self.texts = texts or (TEXTS[status],)


def new_request_id() -> str:
    return secrets.token_hex(16)


def error_dto(status: int, texts: Sequence[str], tracking_id: str) -> dict[str, Any]:
    """The published ErrorResponseDto."""
    messages = [{"locale": "en-US", "localeOrigin": "DEFAULT", "text": text} for text in texts]
    detail = DETAIL_CODES.get(status, str(status))
    return {"detailCode": detail, "trackingId": tracking_id, "messages": messages, "causes": []}


def refusal(error: Refused) -> tuple[Response, int]:
    return jsonify(error_dto(error.status, error.texts, g.request_id)), error.status


def unauthorized(reason: str) -> tuple[Response, int]:
    return jsonify({"error": reason}), HTTPStatus.UNAUTHORIZED


def too_many(retry_after: int) -> tuple[Response, int, dict[str, str]]:
    body = jsonify({"message": " Rate Limit Exceeded "})
    return body, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(retry_after)}


def invalid_offset() -> tuple[Response, int]:
    """As reported of lists that have ended before the offset."""
    body = {"detailMessage": "Specified offset is invalid.", "trackingId": g.request_id}
    return jsonify(body), HTTPStatus.BAD_REQUEST


def gateway(status: int, message: str = "No message available") -> tuple[Response, int]:
    """The API gateway's own error, for paths that belong to no service."""
    return jsonify({"error": message}), status
