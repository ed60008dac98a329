"""A Redis for each module that asks for one, or one that a test may harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.redis_server import RedisServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """One that the test may harm."""
    server = RedisServer(tmp_path)
    yield server
    server.close()


@pytest.fixture
def admin(server: RedisServer) -> Iterator["Redis"]:
    with Redis.from_url(server.url, decode_responses=True) as admin:
        yield admin


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.close()
