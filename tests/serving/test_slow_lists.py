"""A page whose list is slow, over a real server: its frame arrives first, and it keeps a place."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from sandbox.handle import Sandbox
from tests.bench.visitor import sign_in
from tests.serving.conftest import Serve
from tests.serving.served import Served

SLOW = 6.0  # seconds


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(WEB_THREADS="3")  # of which one may wait


@pytest.fixture
def cookie(served: Served) -> str:
    return sign_in(f"http://localhost:{served.port}", "approver")


@contextmanager
def asked(served: Served, cookie: str, encoding: str = "") -> Iterator[http.client.HTTPResponse]:
    """The answer of which the head has arrived."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    headers = {"Host": "localhost", "Cookie": cookie, "Accept-Encoding": encoding}
    with closing(connection):
        connection.request("GET", "/", headers=headers)
        yield connection.getresponse()


@pytest.mark.parametrize("encoding", ["", "gzip", "gzip, deflate, br, zstd"])
def test_the_frame_arrives_while_sailpoint_is_asked(
    served: Served, cookie: str, sandbox: Sandbox, encoding: str
) -> None:
    sandbox.calls.clear()
    sandbox.fault("GET", "/work-items", latency=SLOW, times=2)
    asked_at = time.monotonic()
    with asked(served, cookie, encoding) as answer:
        first = answer.read1()
        frame_after = time.monotonic() - asked_at
        rest = answer.read()
        whole_after = time.monotonic() - asked_at

    assert answer.status == 200
    assert frame_after < SLOW - 2
    assert whole_after >= SLOW
    assert first
    if "br" not in encoding:
        assert b"We are asking SailPoint" in first
        assert b'id="tasks"' in rest
    assert len(sandbox.api_calls) == 2


def test_it_keeps_its_place_until_its_list_has_come(
    served: Served, cookie: str, sandbox: Sandbox
) -> None:
    other = sign_in(f"http://localhost:{served.port}", "heavy")
    sandbox.fault("GET", "/work-items", latency=SLOW, times=2)
    with asked(served, cookie) as first:
        first.read1()
        assert served.ask("/", {"Cookie": other})[0] == 503
        first.read()
    time.sleep(1)  # the server closes what it has sent
    status, _headers, page = served.ask("/", {"Cookie": other})
    assert (status, 'id="tasks"' in page) == (200, True)
