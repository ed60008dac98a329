"""Credentials never mix: bearer tokens, cookies and ~/.netrc; what is logged about a call."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from isc_wire import new_transport

from taskmanager.core.http import session_for_this_thread
from tests.peer import Peer, answer, drop
from workitems.isc.client import IscClient
from workitems.isc.errors import IscError

ClientOf = Callable[..., IscClient]
ITEM = b'{"id": "w1"}'


def test_netrc_is_never_asked(
    peer: Peer, client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    # Check first that requests would use this file; otherwise the test could not fail.
    assert requests.utils.get_netrc_auth(peer.url) == ("somebody", "else")
    peer.steps = [answer(ITEM)]

    client_of().get_work_item("w1")

    assert peer.seen[0].headers["Authorization"] == "Bearer token-of-maria"


def test_cookies_of_isc_are_not_kept(peer: Peer, client_of: ClientOf) -> None:
    peer.steps = [answer(ITEM, headers="Set-Cookie: who=maria; Path=/\r\n"), answer(ITEM)]

    client_of().get_work_item("w1")
    client_of("token-of-another").get_work_item("w1")

    assert "Cookie" not in peer.seen[1].headers
    assert len(session_for_this_thread().cookies) == 0


def test_bearers_are_never_mixed_between_people_and_threads(
    peer: Peer, client_of: ClientOf
) -> None:
    def call(number: int) -> None:
        client_of(f"token-{number}", read_timeout=5).complete_work_item(f"w{number}")

    peer.steps = [answer(b"")] * 40
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(call, range(40)))

    bearers = {seen.path.rsplit("/", 1)[1]: seen.headers["Authorization"] for seen in peer.seen}
    assert bearers == {f"w{number}": f"Bearer token-{number}" for number in range(40)}
    assert "Authorization" not in session_for_this_thread().headers


def test_the_token_is_asked_for_before_each_call(peer: Peer) -> None:
    peer.steps = [answer(ITEM), answer(ITEM)]
    tokens = iter(["first", "second"])
    client = IscClient(
        new_transport(peer.url, lambda: next(tokens)),
        api_version="v2024",
    )

    client.get_work_item("w1")
    client.get_work_item("w1")

    bearers = [seen.headers["Authorization"] for seen in peer.seen]
    assert bearers == ["Bearer first", "Bearer second"]


def test_each_call_is_logged_without_token_query_or_body(
    peer: Peer, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "workitems.isc")
    peer.steps = [
        answer(b"[]", headers="SLPT-Request-ID: r1\r\n"),
        answer(b'{"error": "No."}', status=400, headers="SLPT-Request-ID: r2\r\n"),
        drop,
    ]
    client = client_of("secret-token")

    client.search_public_identities("secret-name", limit=10)
    for _ in range(2):
        with pytest.raises(IscError):
            client.submit_account_selection("w1", {"field": "secret-value"})

    found, refused, lost = (record.getMessage() for record in caplog.records)
    assert found.startswith("GET /v2024/public-identities 200 ")
    assert found.endswith(" ms request_id=r1")
    assert refused.startswith("POST /v2024/work-items/w1/submit-account-selection 400 ")
    assert refused.endswith("request_id=r2")
    assert "OutcomeUnknown" in lost
    assert "secret" not in caplog.text
