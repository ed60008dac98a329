"""The provider's addresses and keys: read by one at a time, and nobody waits who has a copy."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from joserfc import jwt

from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.providers import shared_read
from taskmanager.signin.providers.base import TIMEOUT
from taskmanager.signin.providers.openid import OpenIdConnect
from taskmanager.signin.providers.registry import configured_provider
from tests.signin.conftest import Provider as Peer
from tests.signin.conftest import Visitor

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/openid/jwks"
MANY = 6


def at_once(ask: Callable[[], object]) -> tuple[list[object], float]:
    """What many threads got, and how long all of it took."""

    def one(_: int) -> object:
        try:
            return ask()
        except ProviderUnavailable as error:
            return error

    began = time.monotonic()
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY))), time.monotonic() - began


def eventually(is_true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not is_true() and time.monotonic() < until:
        time.sleep(0.02)
    return is_true()


def signed(peer: Peer) -> Callable[[], object]:
    """Asks for the keys."""
    provider = configured_provider()
    assert isinstance(provider, OpenIdConnect)
    key = peer.sandbox.tokens.key
    token = jwt.encode({"alg": "RS256", "kid": key.kid}, {"sub": "anybody"}, key)
    return lambda: provider.decoded(token).claims


def test_the_patience_of_those_who_wait_is_one_time_out() -> None:
    assert sum(TIMEOUT) <= shared_read.PATIENCE < sum(TIMEOUT) + 1


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_without_a_copy_all_wait_for_one_read_and_share_its_failure(
    openid: Peer, path: str
) -> None:
    openid.sandbox.fault("GET", path, status=500, latency=0.7, times=50)
    ask = signed(openid) if path == KEYS else configured_provider().metadata

    got, seconds = at_once(ask)

    assert all(isinstance(each, ProviderUnavailable) for each in got)
    assert openid.count(path) == 1
    assert seconds < 1.4


def test_a_failure_is_remembered_from_its_end_not_from_its_beginning(openid: Peer) -> None:
    openid.sandbox.fault("GET", DISCOVERY, status=500, latency=1.0, times=50)
    provider = configured_provider()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_read, "RETRY", 0.9)
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                provider.metadata()

    assert openid.count(DISCOVERY) == 1


def test_who_waits_gives_up_after_one_time_out(
    openid: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_read, "PATIENCE", 0.3)
    openid.sandbox.fault("GET", DISCOVERY, latency=1.2)
    provider = configured_provider()

    got, _ = at_once(provider.metadata)

    assert sum(isinstance(each, ProviderUnavailable) for each in got) == MANY - 1
    assert provider.metadata()["token_endpoint"]


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_an_outdated_copy_is_served_while_one_thread_reads(openid: Peer, path: str) -> None:
    ask = signed(openid) if path == KEYS else configured_provider().metadata
    ask()
    openid.sandbox.fault("GET", path, latency=1.0)
    with time_machine.travel(timedelta(seconds=shared_read.FRESH + 1)):
        got, seconds = at_once(ask)

        assert not any(isinstance(each, ProviderUnavailable) for each in got)
        assert seconds < 0.8
        assert eventually(lambda: openid.count(path) == 2)
        time.sleep(1.2)
        ask()

    assert openid.count(path) == 2


def test_a_copy_outlives_a_provider_in_trouble_but_not_for_ever(
    openid: Peer, visitor: Visitor
) -> None:
    visitor.start()
    openid.sandbox.fault("GET", DISCOVERY, status=500, times=99)

    with time_machine.travel(timedelta(seconds=shared_read.STALE - 60)):
        assert visitor.start().startswith(f"{openid.url}/openid/authorize?")
        assert eventually(lambda: openid.count(DISCOVERY) == 2)
    with time_machine.travel(timedelta(seconds=shared_read.STALE + 60)):
        assert visitor.client.get("/signin/").status_code == 503


def test_keys_that_the_provider_has_withdrawn_are_forgotten(openid: Peer) -> None:
    ask = signed(openid)
    ask()
    openid.tamper(KEYS, lambda _: {"keys": []})

    with time_machine.travel(timedelta(seconds=shared_read.FRESH + 1)):
        ask()  # still by the copy
        assert eventually(lambda: openid.count(KEYS) == 2)
        time.sleep(0.2)
        with pytest.raises(Exception, match="key"):
            ask()
