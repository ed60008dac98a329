"""The shipped configurations of proxies, run as they are but for ports, paths and names."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import requests
import urllib3

from tests.environment import DASHBOARD_PORTS
from tests.proxies import HAPROXY, HOST, NGINX, Proxy
from tests.serving.conftest import Serve
from tests.serving.served import Served

HEAD = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()
BODY = (
    f"POST /signin/backchannel/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 900\r\n\r\na".encode()
)


@dataclass(frozen=True)
class Front:
    plain: int
    tls: int
    served: Served

    def get(self, path: str, **headers: str) -> requests.Response:
        address = f"https://127.0.0.1:{self.tls}{path}"
        with urllib3.warnings.catch_warnings():  # type: ignore[attr-defined]
            urllib3.disable_warnings()
            return requests.get(
                address,
                headers={"Host": HOST, **headers},
                verify=False,  # noqa: S501 - a certificate made for this test
                allow_redirects=False,
                timeout=10,
            )

    def begin(self, data: bytes) -> socket.socket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        wrapped = context.wrap_socket(connection)
        wrapped.sendall(data)
        return wrapped


@pytest.fixture(scope="module", params=[NGINX, HAPROXY])
def proxy(
    request: pytest.FixtureRequest, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    proxy = Proxy(request.param, tmp_path_factory.mktemp("proxy"), DASHBOARD_PORTS["served"])
    served = serve(PUBLIC_URL=f"https://{HOST}", ALLOWED_HOSTS=HOST, TRUST_PROXY="true")
    proxy.start()
    try:
        yield Front(proxy.plain, proxy.tls, served)
    finally:
        proxy.stop()


def test_people_get_in_and_plain_http_leads_to_https(proxy: Front) -> None:
    answer = proxy.get("/signin/")
    assert (answer.status_code, "/openid/authorize" in answer.headers["Location"]) == (302, True)
    assert "Secure" in answer.headers["Set-Cookie"]

    address = f"http://127.0.0.1:{proxy.plain}/a?b=c"
    plain = requests.get(address, headers={"Host": HOST}, allow_redirects=False, timeout=5)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{HOST}/a?b=c")


def test_what_a_client_says_of_itself_goes_no_further(proxy: Front) -> None:
    said = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "off"}

    assert proxy.get("/signin/?next=/said", **said).status_code == 302
    proxy.served.wait_for_line('127.0.0.1 "GET /signin/')
    assert "203.0.113.9" not in proxy.served.log_file.read_text()


def test_files_may_be_kept(proxy: Front) -> None:
    answer = proxy.get("/static/favicon.svg")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("data", [HEAD, BODY, b""], ids=["half heads", "half bodies", "idle"])
def test_slow_clients_keep_nobody_waiting(proxy: Front, data: bytes) -> None:
    with ExitStack() as held:
        for _ in range(60):
            held.enter_context(proxy.begin(data))
        started = time.monotonic()
        assert proxy.get("/static/favicon.svg").status_code == 200
        assert proxy.get("/signin/").status_code == 302
        assert time.monotonic() - started < 3


def test_a_long_cookie_passes_and_one_beyond_it_is_refused_in_words(proxy: Front) -> None:
    assert proxy.get("/signin/", Cookie="a=" + "x" * 12_000).status_code == 302
    answer = proxy.get("/signin/", Cookie="a=" + "x" * 40_000)
    assert 400 <= answer.status_code < 500
    assert "Nothing was changed." in answer.text
    assert "delete the cookies" in answer.text


def test_its_own_page_says_that_my_tasks_is_away(proxy: Front) -> None:
    dashboard = proxy.served.dashboard
    dashboard.stop()
    answer = proxy.get("/")
    dashboard.start()  # for the tests that come after, in whatever order
    dashboard.wait_until_ready(lambda: False)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "My Tasks is not here at the moment" in answer.text
    assert '<a href="">Try again</a>' in answer.text
