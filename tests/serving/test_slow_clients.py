"""Clients that send half of a request and stop: probes are answered aside, and they are cut off."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from tests.environment import free_port
from tests.serving.conftest import Serve
from tests.serving.served import Served

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /signin/backchannel/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nlogout_"
)
PROBE_PORT = free_port()


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve(HEALTH_PORT=str(PROBE_PORT))


@pytest.fixture(params=[HEAD, BODY, b""], ids=["half heads", "half bodies", "idle"])
def held(served: Served, request: pytest.FixtureRequest) -> Iterator[list[socket.socket]]:
    with ExitStack() as open_ones:
        held = [open_ones.enter_context(served.begin(request.param)) for _ in range(60)]
        time.sleep(0.2)
        yield held


def probe(path: str) -> tuple[int, float]:
    started = time.monotonic()
    status = requests.get(f"http://127.0.0.1:{PROBE_PORT}{path}", timeout=10).status_code
    return status, time.monotonic() - started


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_aside(held: list[socket.socket], path: str) -> None:
    for _ in range(3):
        status, seconds = probe(path)
        assert status == 200
        assert seconds < 1


def test_the_probes_port_shows_no_page(served: Served) -> None:
    assert probe("/signin/")[0] == 404


def test_half_a_request_is_cut_off_after_some_seconds(served: Served) -> None:
    with served.begin(HEAD) as connection:
        connection.settimeout(20)
        started = time.monotonic()
        assert connection.recv(1024) in {b"", b"HTTP/1.1 408"}
        assert time.monotonic() - started < 15


def test_a_long_cookie_is_read_and_a_longer_one_refused(served: Served) -> None:
    assert served.ask("/signin/", {"Cookie": "a=" + "x" * 12_000})[0] == 302
    assert served.ask("/signin/", {"Cookie": "a=" + "x" * 20_000})[0] == 431
