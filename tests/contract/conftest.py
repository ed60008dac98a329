"""A tenant in this process, and callers that check every reply against the published API."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from sandbox.server import SandboxApp, create_app
from tests.contract.published import Published

CALLBACK = "http://localhost:8000/signin/callback/"
SIGNED_OUT = "http://localhost:8000/signed-out/"
ISSUER = "http://tenant.test"
ROOT = Path(__file__).parents[2]
OPENAPI = "WORK_ITEMS_OPENAPI"
DEFAULT_OPENAPI = ROOT.parent / "shared" / "reference" / "work-items.v2024.openapi.json"


@pytest.fixture(scope="session")
def published() -> Published | None:
    """None where the file is absent; then only behaviour is tested."""
    path = Path(os.environ.get(OPENAPI, DEFAULT_OPENAPI))
    if not path.exists():
        assert OPENAPI not in os.environ, f"{OPENAPI} names a file that does not exist: {path}"
        return None
    return Published(path)


@pytest.fixture
def contract(published: Published | None) -> Published:
    if published is None:
        pytest.skip(f"The published OpenAPI is not here; {OPENAPI} can name it.")
    return published


@pytest.fixture(scope="session")
def shared_tenant() -> SandboxApp:
    return create_app(
        redirect_uris=[CALLBACK],
        post_logout_redirect_uris=[SIGNED_OUT],
        issuer=ISSUER,
        rate_limit=None,
    )


@pytest.fixture
def tenant(shared_tenant: SandboxApp) -> Iterator[SandboxApp]:
    shared_tenant.sandbox.reset()
    yield shared_tenant
    shared_tenant.sandbox.reset()


class Caller:
    """An HTTP client with a persona's bearer token. Paths omit the API version."""

    def __init__(self, app: SandboxApp, key: str, published: Published | None) -> None:
        self.key = key
        self.sandbox = app.sandbox
        self.id = app.sandbox.persona(key).id
        self.headers = {"Authorization": f"Bearer {app.sandbox.access_token_for(key)}"}
        self._client = app.test_client()
        self._published = published

    def get(self, path: str, **query: object) -> TestResponse:
        reply = self._client.get(f"/v2024{path}", query_string=query, headers=self.headers)
        return self._validated("GET", path, reply)

    def post(self, path: str, **kwargs: Any) -> TestResponse:
        reply = self._client.post(f"/v2024{path}", headers=self.headers, **kwargs)
        return self._validated("POST", path, reply)

    def pending(self, **query: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("/work-items", ownerId=self.id, **query).json
        return rows

    def completed(self, **query: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("/work-items/completed", **query).json
        return rows

    def first(self, kind: str, items: int = 0) -> dict[str, Any]:
        """The oldest pending work item of a type with at least so many undecided items."""
        return next(
            row for row in self.pending() if row["type"] == kind and len(undecided(row)) >= items
        )

    def _validated(self, method: str, path: str, reply: TestResponse) -> TestResponse:
        assert len(reply.headers["SLPT-Request-ID"]) == 32
        if self._published is not None and self.key != "odd" and reply.status_code != 404:
            assert self._published.problems(method, path, reply) == []
        return reply


def undecided(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in row["approvalItems"] or [] if item["state"] in (None, "Pending")]


def texts(reply: TestResponse) -> str:
    """All sentences of an ErrorResponseDto."""
    return " ".join(message["text"] for message in reply.json["messages"])


@pytest.fixture
def approver(tenant: SandboxApp, published: Published | None) -> Caller:
    return Caller(tenant, "approver", published)


@pytest.fixture
def admin(tenant: SandboxApp, published: Published | None) -> Caller:
    return Caller(tenant, "admin", published)


@pytest.fixture
def agent(tenant: SandboxApp, published: Published | None) -> Caller:
    return Caller(tenant, "agent", published)


@pytest.fixture
def heavy(tenant: SandboxApp, published: Published | None) -> Caller:
    return Caller(tenant, "heavy", published)
