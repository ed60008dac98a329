"""Two test servers: `wire`, a mock that refuses undeclared requests, and `peer`, a real socket."""

from collections.abc import Callable, Iterator

import pytest
import responses
from isc_wire import BASE, Wire, new_transport

from tests.peer import Peer
from workitems.isc.client import IscClient


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock(assert_all_requests_are_fired=True) as mock:
        yield Wire(mock)


@pytest.fixture
def client() -> IscClient:
    return IscClient(
        new_transport(BASE, lambda: "token-of-maria"),
        api_version="v2024",
    )


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def client_of(peer: Peer) -> Callable[..., IscClient]:
    """A factory of clients for the peer, with short time-outs so that tests are quick."""

    def make(token: str = "token-of-maria", *, read_timeout: float = 0.3) -> IscClient:
        transport = new_transport(peer.url, lambda: token, timeout=(1.0, read_timeout))
        return IscClient(transport, api_version="v2024")

    return make
