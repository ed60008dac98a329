"""A mock of the HTTP layer that accepts only declared requests."""

import json as json_format
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import requests
import responses

from taskmanager.core.http import session_for_this_thread
from workitems.isc.budget import NoBudget
from workitems.isc.single_flight import SingleFlight
from workitems.isc.transport import Sharing, Transport

new_transport = partial(
    Transport,
    session_factory=session_for_this_thread,
    sharing=Sharing(budget=NoBudget(), reads=SingleFlight(), person="maria"),
)
BASE = "https://acme.api.example.com"
ALWAYS = {
    "Accept": "application/json",
    "Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"],
    "Authorization": "Bearer token-of-maria",
    "Connection": "keep-alive",
    "User-Agent": "my-tasks",
}

Matcher = Callable[[requests.PreparedRequest], tuple[bool, str]]


def exactly(query: Mapping[str, str], headers: Mapping[str, str], body: object) -> Matcher:
    """Match a request with exactly this query, these headers and this JSON body (None: none)."""

    def matches(request: requests.PreparedRequest) -> tuple[bool, str]:
        _, _, sent_query = (request.url or "").partition("?")
        sent_headers = {k: v for k, v in request.headers.items() if k != "Content-Length"}
        sent = (
            dict(parse_qsl(sent_query)),
            sent_headers,
            json_format.loads(request.body) if request.body else None,
        )
        wanted = (dict(query), {**ALWAYS, **headers}, body)
        return sent == wanted, f"sent {sent}, wanted {wanted}"

    return matches


class Wire:
    """Declares the expected requests; any other request fails the test."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock

    def expect(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        reply: Mapping[str, Any] | None = None,
    ) -> None:
        """Declare one request; `reply` holds the keyword arguments of the `responses` answer."""
        is_write = {"Content-Type": "application/json"} if method == "POST" else {}
        matcher = exactly(query or {}, {**is_write, **(headers or {})}, body)
        self.mock.add(method, BASE + path, match=[matcher], **(reply or {"json": []}))
