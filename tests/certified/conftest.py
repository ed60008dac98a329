"""A certified provider and dashboards registered with it, each in its own process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sandbox.dashboard import Dashboard, dashboard_environment, public_url
from tests.certified.browser import Browser
from tests.certified.provider import CONFIDENTIAL, PUBLIC, CertifiedProvider
from tests.certified.tenant import Tenant, served
from tests.environment import CLIENT_SECRET, free_port

HOST_PAGE = "https://intranet.example"
Visit = Callable[..., Browser]


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    """The ports of the dashboards, by client id."""
    return {CONFIDENTIAL: free_port(), PUBLIC: free_port()}


@pytest.fixture(scope="session")
def certified(
    ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CertifiedProvider]:
    """One provider for the whole test run."""
    dashboards = {name: public_url(port) for name, port in ports.items()}
    with CertifiedProvider(dashboards, tmp_path_factory.mktemp("certified")) as running:
        yield running


@pytest.fixture(scope="session")
def work_items(certified: CertifiedProvider) -> Iterator[Tenant]:
    """The API that accepts the provider's access tokens."""
    tenant = Tenant(certified.url)
    with served(tenant):
        yield tenant


@pytest.fixture(scope="session")
def address_of(
    certified: CertifiedProvider,
    work_items: Tenant,
    ports: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], str]]:
    """Returns a dashboard's address by its client id; starts its process on first use."""
    with ExitStack() as running:
        started: set[str] = set()

        def address(name: str) -> str:
            if name not in started:
                environment = dashboard_environment(
                    tenant=work_items.url,
                    profile="openid",
                    client_id=name,
                    client_secret=None if name == PUBLIC else CLIENT_SECRET,
                    port=ports[name],
                    folder=tmp_path_factory.mktemp(name),
                )
                environment |= {"OIDC_ISSUER": certified.url, "FRAME_ANCESTORS": HOST_PAGE}
                dashboard = Dashboard({**environment, "WEB_CONCURRENCY": "2"}, ports[name])
                dashboard.migrate()
                running.callback(dashboard.stop)
                dashboard.start()
                dashboard.wait_until_ready(cancelled=lambda: False)
                started.add(name)
            return public_url(ports[name])

        yield address


@pytest.fixture
def visit(
    address_of: Callable[[str], str], certified: CertifiedProvider, work_items: Tenant
) -> Iterator[Visit]:
    """A factory of browsers without cookies."""
    with ExitStack() as opened:

        def browser(name: str = CONFIDENTIAL) -> Browser:
            made = Browser(address_of(name))
            opened.callback(made.http.close)
            return made

        certified.forget()
        work_items.forget()
        yield browser
