"""While SailPoint is slow, people wait or are told to come back; files and probes are served."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests
from bs4 import BeautifulSoup, Tag

from sandbox.handle import Sandbox
from tests.bench.visitor import sign_in
from tests.serving.conftest import Serve
from tests.serving.served import Served

SLOW = 5.0  # seconds
THREADS = 4  # of which two may wait


@pytest.fixture(scope="module")
def served(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    no_flags = tmp_path_factory.mktemp("flags") / "flags.toml"
    no_flags.write_text("flag = []\n", encoding="utf-8")
    return serve(WEB_THREADS=str(THREADS), UNDO_SECONDS="0", FLAGS_FILE=str(no_flags))


@pytest.fixture
def people(served: Served, sandbox: Sandbox) -> list[str]:
    """The cookies of two people, who are signed in before SailPoint becomes slow."""
    cookies = [sign_in(f"http://localhost:{served.port}", one) for one in ("approver", "heavy")]
    sandbox.fault("GET", "/work-items", latency=SLOW, times=1000)
    return cookies


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


def read(served: Served, cookie: str, path: str = "/") -> requests.Response:
    address = f"http://localhost:{served.port}{path}"
    return requests.get(address, headers={"Cookie": cookie}, timeout=60)


def readers(
    served: Served, people: list[str], pool: ThreadPoolExecutor, count: int
) -> list[Future[requests.Response]]:
    """So many pages that are asked for at once, one person's and the other's in turn."""
    begun = [pool.submit(read, served, people[turn % 2]) for turn in range(count)]
    time.sleep(0.2)
    return begun


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/favicon.svg"])
def test_files_and_probes_are_served_meanwhile(
    served: Served, people: list[str], pool: ThreadPoolExecutor, path: str
) -> None:
    begun = readers(served, people, pool, 40)
    took = []
    for _ in range(4):
        started = time.monotonic()
        assert read(served, "", path).status_code == 200
        took.append(time.monotonic() - started)

    assert max(took) < 2
    assert {200, 503} == {one.result().status_code for one in begun}


def test_who_cannot_wait_is_told_when_to_come_back(
    served: Served, people: list[str], pool: ThreadPoolExecutor
) -> None:
    readers(served, people, pool, 4)
    answer = read(served, people[0])
    page = BeautifulSoup(answer.text, "html.parser")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "SailPoint is slow to answer" in page.get_text()
    assert "we have not asked yet" in page.get_text()
    assert [link.get_text() for link in page.select("a[data-retry]")] == ["Try again"]


def test_a_decision_goes_out_while_readers_wait_and_the_next_is_told_to_come_back(
    served: Served, people: list[str], pool: ThreadPoolExecutor, sandbox: Sandbox
) -> None:
    sandbox.reset()
    page = BeautifulSoup(read(served, people[0]).text, "html.parser")
    first, second = page.select("form[method=post] button[formaction*='/approve/']")[:2]
    sandbox.fault("GET", "/work-items", latency=SLOW, times=1000)
    sandbox.fault("POST", "/approve/", latency=SLOW)
    readers(served, people, pool, 4)
    time.sleep(1)
    sent = pool.submit(press, served, people[0], first)
    time.sleep(1)
    refused = press(served, people[0], second)

    assert refused.status_code == 503
    assert "was not sent yet" in refused.text
    assert sent.result().status_code == 200
    assert len([call for call in sandbox.calls if call.method == "POST"]) == 1


def press(served: Served, cookie: str, button: Tag) -> requests.Response:
    form = button.find_parent("form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    address = f"http://localhost:{served.port}{button['formaction']}"
    headers = {"Cookie": cookie, "HX-Request": "true"}
    return requests.post(address, fields, headers=headers, timeout=30)


def test_with_a_fast_tenant_a_crowd_waits_its_turn(
    served: Served, people: list[str], pool: ThreadPoolExecutor, sandbox: Sandbox
) -> None:
    sandbox.reset()
    begun = readers(served, people, pool, 40)

    assert {one.result().status_code for one in begun} == {200}
