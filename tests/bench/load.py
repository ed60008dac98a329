"""`make load`: how long probes and a file take beside slow clients, directly and through nginx.

python -m tests.bench.load; reports, and never fails because something was slow.
"""

import http.client
import resource
import shutil
import socket
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.serving import free_port
from tests.bench.stage import Stage, running
from tests.bench.visitor import Visitor, sign_in
from tests.proxies import NGINX, Proxy

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
KEPT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW_MS = 9_000
LONGEST = 20.0  # seconds that an answer is waited for, and that one figure takes
ASKED = 20  # times for each figure, where there is time
READERS = 40
RENEWED = 3_000  # requests, and a worker is renewed after about 500
FILE = "/static/favicon.svg"


@dataclass(frozen=True)
class Door:
    """Where people come in: gunicorn's own port, or nginx before it."""

    stage: Stage
    probes: int
    proxy: Proxy | None

    @property
    def port(self) -> int:
        return self.proxy.tls if self.proxy else self.stage.port

    def connect(self, timeout: float) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout)
        return self.trusted.wrap_socket(connection) if self.proxy else connection

    @property
    def trusted(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def seconds(self, path: str, cookie: str = "", *, aside: bool = False) -> float:
        """LONGEST where no answer came."""
        started = time.monotonic()
        if self.proxy and not aside:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=LONGEST, context=self.trusted
            )
        else:
            port = self.probes if aside else self.port
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
        try:
            connection.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return LONGEST
        finally:
            connection.close()
        return min(time.monotonic() - started, LONGEST)


@contextmanager
def opened(*, behind: bool, latency_ms: int = 0) -> Iterator[Door]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        probes, proxy, more = free_port(0, 0), None, {}
        if behind:
            proxy = Proxy(NGINX, folder)
            more = {"PUBLIC_URL": f"https://localhost:{proxy.tls}", "TRUST_PROXY": "true"}
        more["HEALTH_PORT"] = str(probes)
        stage = stack.enter_context(running(latency_ms, folder, **more))
        if proxy:
            proxy.upstream = stage.port
            proxy.start()
            stack.callback(proxy.stop)
        yield Door(stage, probes, proxy)


@contextmanager
def held(door: Door, count: int, data: bytes) -> Iterator[None]:
    """So many connections with the beginning of a request, a whole one, or nothing at all.

    Where they are refused or ended at the door, it goes on with those that stay.
    """
    with ExitStack() as connections:
        for _ in range(count):
            try:
                one = connections.enter_context(door.connect(5))
                one.sendall(data)
                if data == KEPT:
                    one.recv(1024)
            except OSError:
                continue
        time.sleep(0.5)
        yield


@contextmanager
def reading(door: Door) -> Iterator[None]:
    """Forty people who ask for their list again and again."""
    address = f"http://localhost:{door.port}"
    certificate = None
    if door.proxy:
        address, certificate = f"https://localhost:{door.port}", str(door.proxy.certificate)
    cookie = sign_in(address, "approver", certificate=certificate)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            door.seconds("/", cookie)

    with ThreadPoolExecutor(READERS) as pool:
        for _ in range(READERS):
            pool.submit(read)
        time.sleep(1)
        yield
        done.set()


def measured(door: Door, path: str, *, aside: bool = False) -> str:
    """Median and maximum, in seconds."""
    taken: list[float] = []
    until = time.monotonic() + LONGEST
    while len(taken) < ASKED and time.monotonic() < until:
        taken.append(door.seconds(path, aside=aside))
    figures = [
        f"{one:.2f}" if one < LONGEST else "none" for one in (statistics.median(taken), max(taken))
    ]
    return f"{' / '.join(figures)} ({len(taken)})"


def report(name: str, door: Door) -> None:
    way = "nginx" if door.proxy else "direct"
    aside = measured(door, "/healthz", aside=True)
    figures = [measured(door, path) for path in ("/healthz", FILE)]
    print(f"| {name}, {way} | {aside} | {' | '.join(figures)} |", flush=True)


def renewing() -> None:
    """The memory of workers that are renewed again and again."""
    with tempfile.TemporaryDirectory() as folder, running(0, Path(folder)) as stage:
        assert stage.dashboard
        stage.dashboard.stop()
        stage.dashboard.environment["GUNICORN_CMD_ARGS"] += (
            " --max-requests 500 --max-requests-jitter 100"
        )
        stage.dashboard.start()
        stage.dashboard.wait_until_ready(lambda: False)
        cookie = sign_in(f"http://localhost:{stage.port}", "heavy")
        seen = {worker.pid for worker in stage.workers()}
        for count in range(RENEWED + 1):
            if count % 500 == 0:
                time.sleep(1)
                seen |= {worker.pid for worker in stage.workers()}
                sizes = [f"{worker.megabytes()[0]:.1f}" for worker in stage.workers()]
                print(f"after {count} pages: RSS {' and '.join(sizes)} MB, {len(seen)} workers")
            visitor = Visitor(stage.port, cookie)
            visitor.get("/")
            visitor.close()


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ways = (False, True) if shutil.which("nginx", path="/usr/sbin:/usr/bin") else (False,)
    print("| median / maximum in seconds (times asked) | HEALTH_PORT | /healthz | file |")
    for behind in ways:
        with opened(behind=behind) as door:
            report("nobody", door)
            for name, count, data in (
                ("40 half heads", 40, HALF),
                ("60 idle connections", 60, b""),
                ("2,200 kept connections", 2_200, KEPT),
            ):
                with held(door, count, data):
                    report(name, door)
        with opened(behind=behind, latency_ms=SLOW_MS) as door, reading(door):
            report("40 readers, 9 s upstream", door)
    renewing()


if __name__ == "__main__":
    main()
