"""Starts the dashboard for one test, and leaves no process behind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sandbox.server import SandboxApp
from tests.serving.served import Served

Serve = Callable[..., Served]


@pytest.fixture(scope="module")
def serve(tenant: SandboxApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Returns the dashboard with these variables of the environment, in place of the one before."""
    with ExitStack() as running:

        def _serve(**more: str) -> Served:
            running.close()
            served = Served(tmp_path_factory.mktemp("served"), **more)
            running.callback(served.dashboard.stop)
            return served

        yield _serve
