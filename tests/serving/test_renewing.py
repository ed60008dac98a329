"""Workers that are renewed while people are served."""

from concurrent.futures import ThreadPoolExecutor

import requests

from sandbox.handle import Sandbox
from tests.bench.visitor import sign_in
from tests.serving.conftest import Serve

OPTIONS = "--max-requests 12 --max-requests-jitter 0"


def test_no_request_under_way_is_lost(serve: Serve, sandbox: Sandbox) -> None:
    served = serve(GUNICORN_CMD_ARGS=OPTIONS, WEB_CONCURRENCY="2")
    address = f"http://localhost:{served.port}/"
    headers = {"Cookie": sign_in(address.rstrip("/"), "approver")}
    sandbox.fault("GET", "/work-items", latency=0.3, times=1000)

    def read(_: int) -> int:
        return requests.get(address, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(read, range(80))) == {200}
