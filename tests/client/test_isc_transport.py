"""Retries, connections and sessions per thread, tested against a real socket."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from isc_wire import new_transport

from taskmanager.core import http
from taskmanager.core.http import session_for_this_thread
from tests.peer import (
    Peer,
    Step,
    answer,
    answer_and_close,
    drop,
    endlessly,
    stall,
    stall_in_body,
)
from workitems.isc import transport as transport_module
from workitems.isc.client import IscClient
from workitems.isc.errors import (
    Forbidden,
    IscError,
    OutcomeUnknown,
    RateLimited,
    TimedOut,
    Unavailable,
    UnexpectedReply,
)

ClientOf = Callable[..., IscClient]
ITEM = b'{"id": "w1"}'


@pytest.mark.parametrize(
    "first", [drop, answer(status=502), answer(status=503), answer(status=504)]
)
def test_a_read_is_repeated_once(first: Step, peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [first, answer(ITEM)]

    assert client_of().get_work_item("w1").id == "w1"
    assert len(peer.seen) == 2


@pytest.mark.parametrize("step", [drop, answer(b"{}", status=503, headers="Retry-After: 30\r\n")])
def test_a_read_is_not_repeated_twice(step: Step, peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [step, step, answer(ITEM)]

    with pytest.raises(Unavailable):
        client_of().get_work_item("w1")
    assert len(peer.seen) == 2


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (answer(status=429, headers="Retry-After: 3\r\n"), RateLimited),
        (answer(status=500), Unavailable),
        (answer(status=403), Forbidden),
        (stall, TimedOut),
        (stall_in_body, TimedOut),
        (answer(b"[", length=50), UnexpectedReply),
        (answer(b"<html></html>"), UnexpectedReply),
        (answer(status=302, headers="Location: /elsewhere\r\n"), UnexpectedReply),
        (answer(b"no gzip", headers="Content-Encoding: gzip\r\n"), UnexpectedReply),
    ],
)
def test_a_read_that_another_attempt_would_not_help_is_not_repeated(
    step: Step, error: type[IscError], peer: Peer, client_of: ClientOf
) -> None:
    peer.steps = [step, answer(ITEM)]

    with pytest.raises(IscError) as caught:
        client_of().get_work_item("w1")
    assert type(caught.value) is error
    assert len(peer.seen) == 1


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (drop, OutcomeUnknown),
        (stall, OutcomeUnknown),
        (stall_in_body, OutcomeUnknown),
        (answer(ITEM[:5], length=50), OutcomeUnknown),
        (answer(b"<html></html>"), OutcomeUnknown),
        (answer(status=302, headers="Location: /elsewhere\r\n"), OutcomeUnknown),
        (answer(status=502), OutcomeUnknown),
        (answer(status=504), OutcomeUnknown),
        (answer(status=503), OutcomeUnknown),
        (answer(status=501), Unavailable),
        (answer(status=500), OutcomeUnknown),
        (answer(status=429), RateLimited),
    ],
)
def test_a_write_is_sent_once_whatever_happens(
    step: Step, error: type[IscError], peer: Peer, client_of: ClientOf
) -> None:
    peer.steps = [step, answer(ITEM)]

    with pytest.raises(IscError) as caught:
        client_of().approve_approval_item("w1", "a1")
    assert type(caught.value) is error
    assert [(seen.method, seen.body) for seen in peer.seen] == [("POST", b"")]


def test_a_refusal_counts_even_if_its_body_breaks_off(peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [answer(b'{"mess', status=403, length=50)]

    with pytest.raises(Forbidden) as caught:
        client_of().complete_work_item("w1")
    assert caught.value.detail == ""


def test_two_calls_share_one_connection(peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [answer(ITEM), answer(ITEM), answer(b"{}", status=404), answer(ITEM)]
    client = client_of()

    client.get_work_item("w1")
    client.complete_work_item("w1")
    with pytest.raises(IscError):
        client.get_work_item("w1")
    client_of("token-of-another").get_work_item("w1")

    assert [seen.connection for seen in peer.seen] == [1, 1, 1, 1]


def test_a_pooled_connection_the_server_closed_is_replaced_before_a_write(
    peer: Peer, client_of: ClientOf
) -> None:
    peer.steps = [answer_and_close(ITEM), answer(ITEM)]
    client = client_of()
    client.get_work_item("w1")
    threading.Event().wait(0.05)  # wait until the FIN has arrived

    client.complete_work_item("w1")

    assert [(seen.connection, seen.method) for seen in peer.seen] == [(1, "GET"), (2, "POST")]


def test_a_pooled_connection_that_closes_during_a_write_leaves_the_outcome_unknown(
    peer: Peer, client_of: ClientOf
) -> None:
    peer.steps = [answer(ITEM), drop, answer(ITEM)]
    client = client_of()
    client.get_work_item("w1")

    with pytest.raises(OutcomeUnknown):
        client.complete_work_item("w1")
    assert [(seen.connection, seen.method) for seen in peer.seen] == [(1, "GET"), (1, "POST")]


@pytest.mark.parametrize("host", ["127.0.0.1", "tenant.invalid"])
def test_nothing_sent_is_unavailable_for_reads_and_writes(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    client = IscClient(
        new_transport(f"http://{host}:{port}", lambda: "t"),
        api_version="v3",
    )

    for call in (client.get_work_item, client.complete_work_item):
        with pytest.raises(IscError) as caught:
            call("w1")
        assert type(caught.value) is Unavailable


def test_a_body_without_end_is_not_read_to_its_end(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "BODY_BYTES", 100_000)
    bomb = gzip.compress(b'"' + b" " * 10_000_000 + b'"')
    peer.steps = [answer(bomb, headers="Content-Encoding: gzip\r\n"), answer(ITEM)]

    with pytest.raises(UnexpectedReply, match="100000"):
        client_of().get_work_item("w1")
    assert client_of().get_work_item("w1").id == "w1"


HEAD = b"HTTP/1.1 200 X\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW: dict[str, Step] = {
    "a byte of the status line": endlessly(b"1", b"HTTP/1.1 "),
    "a byte of a header": endlessly(b"a", HEAD + b"X-Long: "),
    "a header": endlessly(b"X-More: 1\r\n", pause=0.05),
    "an interim answer": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n", b""),
    "interim answers without a pause": endlessly(b"HTTP/1.1 100 C\r\n\r\n" * 50, b"", pause=0),
    "a byte of the body": endlessly(b" ", HEAD + b"Content-Length: 9999\r\n\r\n"),
    "a body until the connection ends": endlessly(b" ", HEAD + b"\r\n"),
    "a tiny chunk": endlessly(b"1\r\n \r\n", CHUNKED),
    "a byte of a chunk's size": endlessly(b"0", CHUNKED),
    "a trailer": endlessly(b"X-More: 1\r\n", CHUNKED + b"1\r\n1\r\n0\r\n"),
    "a byte of what is packed": endlessly(
        b"\0\0\0\xff\xff",  # an empty block
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
    ),
}


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
def test_an_answer_that_never_ends_is_given_up(
    slow: Step, peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.4)
    peer.steps = [slow, slow]

    started = time.monotonic()
    with pytest.raises(IscError) as read:
        client_of().get_work_item("w1")
    with pytest.raises(OutcomeUnknown):
        client_of().complete_work_item("w1")
    assert type(read.value) is TimedOut
    assert time.monotonic() - started < 2
    assert [seen.method for seen in peer.seen].count("GET") == 1


def test_an_answer_with_headers_without_end_is_refused(peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [endlessly(b"X-More: 1\r\n" * 10, HEAD)] * 3

    with pytest.raises(Unavailable):
        client_of().get_work_item("w1")
    with pytest.raises(OutcomeUnknown):
        client_of().complete_work_item("w1")


def test_a_refusal_that_never_ends_counts_all_the_same(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    peer.steps = [endlessly(b" ", b"HTTP/1.1 403 X\r\n\r\n")]

    with pytest.raises(Forbidden):
        client_of().complete_work_item("w1")


def test_a_read_that_broke_late_is_not_repeated(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "REPEATED_WITHIN", 0.0)
    peer.steps = [drop, answer(ITEM)]

    with pytest.raises(Unavailable):
        client_of().get_work_item("w1")
    assert len(peer.seen) == 1


def test_the_next_call_on_a_connection_has_all_its_time(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.4)
    peer.steps = [answer(ITEM), answer(ITEM)]
    client_of().get_work_item("w1")
    time.sleep(0.5)

    assert client_of().get_work_item("w1").id == "w1"
    assert [seen.connection for seen in peer.seen] == [1, 1]


def test_a_proxy_of_the_environment_is_used(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", peer.url)
    peer.steps = [answer(ITEM)]
    client = IscClient(
        new_transport("http://tenant.invalid", lambda: "t"),
        api_version="v3",
    )

    client.get_work_item("w1")

    assert peer.seen[0].path == "http://tenant.invalid/v3/work-items/w1"


def test_the_environment_is_looked_through_for_the_first_call_to_a_host_alone(
    peer: Peer, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    peer.steps = [answer(ITEM), answer(ITEM)]
    client_of().get_work_item("w1")
    monkeypatch.setattr("requests.sessions.get_environ_proxies", None)
    client_of().get_work_item("w1")

    assert len(peer.seen) == 2


def test_each_thread_has_a_session_of_its_own_and_keeps_it() -> None:
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(session_for_this_thread).result()
        assert other.submit(session_for_this_thread).result() is theirs

    assert session_for_this_thread() is session_for_this_thread()
    assert session_for_this_thread() is not theirs
