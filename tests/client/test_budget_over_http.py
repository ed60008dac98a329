"""Two processes under more load than SailPoint takes: it never has to refuse a call."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import SandboxApp, create_app, make_tenant_server
from tests.environment import free_port
from tests.redis_server import RedisServer

SECONDS = 11.0  # more than one window
# The budget is 90, the tenant takes 100: on a busy machine a call may be longer on its way than the
# budget allows for. Two processes that did not count together would send 170.

HAMMER = """
import json, sys, threading, time
from pathlib import Path
from taskmanager.core.http import session_for_this_thread
from workitems.isc.budget import Purpose, SharedBudget
from workitems.isc.errors import OverBudget
from workitems.isc.machine_log import MachineLog
from workitems.isc.redis_link import RedisLink
from workitems.isc.redis_log import RedisLog
from workitems.isc.single_flight import SingleFlight
from workitems.isc.transport import Sharing, Transport

tenant, token, shared, seconds = sys.argv[1:]
if shared.startswith("redis:"):
    log = RedisLog(RedisLink(shared, "tests", least=2))
    budget = SharedBudget(90, log=log, clock=log.clock)
else:
    budget = SharedBudget(90, log=MachineLog(Path(shared), 2))
print("ready", flush=True)
sys.stdin.readline()  # all begin at once: the bound is that of two windows
until, counts = time.monotonic() + float(seconds), []

def read(purpose):
    sharing = Sharing(budget, SingleFlight(), "maria", purpose)
    transport = Transport(
        tenant, lambda: token, session_factory=session_for_this_thread, sharing=sharing
    )
    while time.monotonic() < until:
        try:
            transport.send("GET", "/v2024/work-items/count")
            counts.append(purpose)
        except OverBudget:
            time.sleep(0.02)

purposes = (Purpose.DECISION, Purpose.VIEW, Purpose.BACKGROUND)
threads = [threading.Thread(target=read, args=[one]) for one in purposes * 2]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(counts))
"""


@pytest.fixture
def limited() -> Iterator[tuple[SandboxApp, str]]:
    """A tenant that counts, and its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(issuer=url)
    server = make_tenant_server(app, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("kind", ["a file", "Redis"])
def test_the_tenant_never_refuses_what_two_processes_send(
    limited: tuple[SandboxApp, str], tmp_path: Path, kind: str
) -> None:
    app, url = limited
    redis = RedisServer(tmp_path) if kind == "Redis" else None
    shared = redis.url if redis else str(tmp_path / "calls")
    token = app.sandbox.access_token_for("approver")
    command = [sys.executable, "-c", HAMMER, url, token, shared, str(SECONDS)]
    running = [
        subprocess.Popen(  # noqa: S603 - our own words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for one in running:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin
        one.stdin.write("begin\n")
        one.stdin.flush()
    sent = [json.loads(one.communicate(timeout=60)[0]) for one in running]
    if redis:
        redis.close()
    statuses = Counter(call.status for call in app.sandbox.calls)
    assert statuses.keys() == {200}
    assert 85 < statuses[200] <= 2 * 85
    assert sum(map(len, sent)) == statuses[200]
    assert all(sent)
