"""A provider that answers a little at a time, for ever, does not hold a thread."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from taskmanager.core import http
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.providers import base
from taskmanager.signin.providers.base import Provider
from taskmanager.signin.providers.isc import IscOAuth
from taskmanager.signin.providers.openid import OpenIdConnect
from taskmanager.signin.values import ProviderConfig, Tokens
from tests.peer import Peer, Step, answer, drop, endlessly

HEAD = b"HTTP/1.1 200 X\r\n"
SLOW: dict[str, Step] = {
    "a byte of a header": endlessly(b"a", HEAD + b"X-Long: "),
    "interim answers": endlessly(b"HTTP/1.1 100 X\r\n\r\n" * 9, b""),
    "interim answers of another kind": endlessly(b"HTTP/1.1 102 X\r\n\r\n", b""),
    "a byte of the body": endlessly(b" ", HEAD + b"\r\n"),
    "a body without a pause": endlessly(b" " * 10_000, HEAD + b"\r\n", pause=0),
    "a tiny chunk": endlessly(b"1\r\n \r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
}
OLD = Tokens("an-access-token", refresh_token="a-refresh-token", expires_at=0.0)
CALLS: dict[str, Callable[[Any], object]] = {
    "a code": lambda one: one.finish("c", redirect_uri="r", code_verifier="v" * 43, nonce="n"),
    "a refresh": lambda one: one.refresh(OLD),
    "a revocation": lambda one: one.revoke("a-refresh-token"),
    "the keys": lambda one: one._fetch_keys(),
}


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


def provider_at(peer: Peer, kind: type[Provider] = OpenIdConnect) -> Provider:
    nobody: dict[str, Any] = {"admin_claim": "", "admin_values": (), "auditor_values": ()}
    issuer = peer.url if kind is OpenIdConnect else None
    known = {"client_id": "c", "client_secret": "s", "scopes": (), "identity_claim": "sub"}
    return kind(ProviderConfig(issuer=issuer, isc_base_url=peer.url, **known, **nobody))


def metadata(peer: Peer) -> Step:
    names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri")
    addresses = {name: f"{peer.url}/{name}" for name in names}
    return answer(json.dumps({"issuer": peer.url, **addresses}).encode())


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_answer_that_never_ends_is_given_up(
    slow: Step, call: Callable[[Any], object], peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    peer.steps = [metadata(peer), slow]
    provider = provider_at(peer)
    provider.metadata()

    started = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        call(provider)
    assert time.monotonic() - started < 2
    assert len(peer.seen) == 2


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
def test_metadata_and_userinfo_are_done_without(
    slow: Step, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    peer.steps = [slow, slow]

    started = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        provider_at(peer).metadata()
    assert provider_at(peer, IscOAuth).userinfo(f"{peer.url}/userinfo", "t") is None
    assert time.monotonic() - started < 2


def test_a_read_that_broke_late_is_not_repeated(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "REPEATED_WITHIN", 0.0)
    peer.steps = [drop, answer(status=503)]

    for _ in range(2):
        with pytest.raises(requests.RequestException):
            provider_at(peer).read_json(f"{peer.url}/keys")
    assert len(peer.seen) == 2


def test_a_token_that_lasts_for_ever_is_no_fault_of_ours(peer: Peer) -> None:
    token = {"access_token": "t", "token_type": "Bearer", "expires_in": 10**400}
    peer.steps = [metadata(peer), answer(json.dumps(token).encode())]

    with pytest.raises(ProviderUnavailable):
        provider_at(peer).refresh(OLD)
